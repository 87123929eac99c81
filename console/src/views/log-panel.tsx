// The log, grouped by step: what goes on is open, what is done is folded, and long sections show their end first.
import { useMemo, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { roundOf } from '../state/log-entry.ts'
import type { EgressEntry, Entry, Section } from '../state/log-entry.ts'
import { isLive } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { sayBytes, sayCount, sayDuration } from '../state/time.ts'
import { CheckLine } from './checks-panel.tsx'
import { OfflineBadge, Prose, Revealed, RunningFor, StateIcon } from './pieces.tsx'
import { ToolCall } from './tool-call.tsx'

/** How many entries, and sections, are on the page at first; the rest is one click away. */
const WINDOW = 100
const MORE = 500

type Props = { readonly app: ConsoleApp; readonly view: TaskView }

export function LogPanel({ app, view }: Props) {
  const [choices, setChoices] = useState<Readonly<Record<string, boolean>>>({})
  const [shown, setShown] = useState(WINDOW)
  const hidden = Math.max(0, view.sections.length - shown)
  const visible = view.sections.slice(hidden)
  const last = view.sections.findLast((section) => section.type === 'step')
  if (view.sections.length === 0) return <p class="faint">Nothing has happened yet.</p>
  return (
    <div class="log">
      {hidden > 0 && (
        <button type="button" class="button quiet" onClick={() => setShown(shown + MORE)}>
          Show {Math.min(hidden, MORE)} earlier steps
        </button>
      )}
      {visible.map((section) => {
        if (section.type === 'notes') return <Notes key={section.key} section={section} />
        const open = choices[section.key] ?? (section.state !== 'done' || (section === last && isLive(view)))
        const toggle = () => setChoices({ ...choices, [section.key]: !open })
        return (
          <StepSection key={section.key} app={app} section={section} open={open} toggle={toggle} live={isLive(view)} />
        )
      })}
    </div>
  )
}

function Notes({ section }: { readonly section: Section }) {
  return useMemo(
    () => (
      <ul class="notes">
        {section.entries.map((entry, at) => {
          if (entry.type === 'egress') return <Connection key={`egress-${at}`} entry={entry} />
          if (entry.type !== 'note') return null
          return (
            <li key={entry.seq} class={`note-${entry.tone}`}>
              <Moment at={entry.at} />
              <span class="text">
                {toPlain(entry.text)}
                {entry.exact !== null && (
                  <>
                    {' '}
                    <code>
                      <Revealed text={entry.exact} />
                    </code>{' '}
                    {toPlain(entry.after)}
                  </>
                )}
              </span>
            </li>
          )
        })}
      </ul>
    ),
    [section],
  )
}

/** Where the sandbox connected to, or was kept from connecting to. */
function Connection({ entry }: { readonly entry: EgressEntry }) {
  const { place, verdict, rule, connections, bytesIn, bytesOut } = entry
  const times = connections > 1 ? `, ${sayCount(connections, 'connection')}` : ''
  return (
    <li class={verdict === 'allow' ? 'note-plain' : verdict === 'ask' ? 'note-wait' : 'note-bad'}>
      <Moment at={entry.at} />
      <span class="text">
        {verdict === 'allow' ? 'Reached' : 'Kept from reaching'}{' '}
        <code>
          <Revealed text={place} />
        </code>
        {times}
        {verdict === 'allow' && `, ${sayBytes(bytesIn)} received, ${sayBytes(bytesOut)} sent`}{' '}
        <span class="faint">({toLine(rule, 80)})</span>
      </span>
    </li>
  )
}

type StepProps = {
  readonly app: ConsoleApp
  readonly section: Section
  readonly open: boolean
  readonly toggle: () => void
  readonly live: boolean
}

function StepSection({ app, section, open, toggle, live }: StepProps) {
  const [shown, setShown] = useState(WINDOW)
  const hidden = Math.max(0, section.entries.length - shown)
  const running = section.state === 'running' && live
  const round = roundOf(section.key)
  const id = `log-${section.key.replaceAll(/[^\w-]/g, '-')}`
  // An unchanged section is not drawn again, however many events others get.
  const body = useMemo(
    () =>
      open ? (
        <div class="step-body" id={id}>
          {hidden > 0 && (
            <button type="button" class="button quiet" onClick={() => setShown(shown + MORE)}>
              Show {Math.min(hidden, MORE)} of {hidden} earlier entries
            </button>
          )}
          {section.entries.slice(hidden).map((entry) => (
            <EntryLine key={entry.seq} entry={entry} />
          ))}
          {section.entries.length === 0 && <p class="faint">{running ? 'At work…' : 'Nothing was said.'}</p>}
        </div>
      ) : null,
    [section, open, shown, running],
  )
  return (
    <section class={`step step-${running || section.state !== 'running' ? section.state : 'cut'}`}>
      <h3>
        <button type="button" class="step-head" aria-expanded={open} aria-controls={id} onClick={toggle}>
          <StateIcon state={section.state} running={running} />
          <span class="step-title">
            {toPlain(section.title)}
            {round !== null && <span class="round">round {round}</span>}
          </span>
          <span class="agent">{section.agent}</span>
          {section.offline && <OfflineBadge />}
          <span class="step-facts">
            <StepFacts section={section} />
            {running ? (
              <RunningFor app={app} since={section.startedAt} />
            ) : section.durationMs !== null ? (
              <span>{sayDuration(section.durationMs)}</span>
            ) : null}
          </span>
        </button>
      </h3>
      {body}
    </section>
  )
}

function StepFacts({ section }: { readonly section: Section }) {
  const tools = section.entries.filter((entry) => entry.type === 'tool').length
  return (
    <>
      {tools > 0 && <span class="wide">{sayCount(tools, 'call')}</span>}
      {section.tokens > 0 && <span class="wide">{sayCount(section.tokens, 'token')}</span>}
    </>
  )
}

function EntryLine({ entry }: { readonly entry: Entry }) {
  switch (entry.type) {
    case 'tool':
      return <ToolCall entry={entry} />
    case 'said':
      return (
        <div class="said">
          <p class="said-by">
            <span class="agent">{entry.agent}</span>
            {entry.offline && <OfflineBadge />}
            <Moment at={entry.at} />
          </p>
          <Prose text={entry.text} />
        </div>
      )
    case 'progress':
      return <pre class="progress-text">{toPlain(entry.text)}</pre>
    case 'check':
      return <CheckLine report={entry.report} />
    case 'problem':
      return <p class="problem-text">{toPlain(entry.text)}</p>
    case 'egress':
      return null
    case 'note':
      return <p>{toPlain(entry.text)}</p>
  }
}

function Moment({ at }: { readonly at: string }) {
  const time = new Date(at)
  return (
    <time class="moment" dateTime={at} title={time.toLocaleString()}>
      {time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })}
    </time>
  )
}
