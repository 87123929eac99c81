// The audit log: who did what, newest first, and whether the chain that seals it is whole.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { AUDIT_EXPORT } from '../live/control-calls.ts'
import { ACTION_CHOICES, addAuditPage, isProse, NO_ENTRIES, sayAction, sayCheck } from '../state/audit-view.ts'
import type { AuditList } from '../state/audit-view.ts'
import type { AuditQuery, WireAuditCheck, WireAuditEntry } from '../state/control.ts'
import { toLine } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { sayMoment } from '../state/time.ts'
import { Icon, ProblemLine, Revealed } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

export function AuditPage({ app, task }: Props & { readonly task: string | null }) {
  const [query, setQuery] = useState<AuditQuery>({ actor: '', task: task ?? '', action: '' })
  const [list, setList] = useState<AuditList | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const asked = useRef(0)
  const load = async (before: number | null) => {
    const turn = (asked.current += 1)
    const answer = await app.api.audit(query, before)
    // Of two questions only the later one's answer counts.
    if (turn !== asked.current) return
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type !== 'ok') return
    const page = answer.value
    setList((known) => addAuditPage(before === null ? NO_ENTRIES : (known ?? NO_ENTRIES), page))
  }
  useEffect(() => void load(null), [query])
  return (
    <>
      <p class="lead">
        Every decision, approval, tool call, connection, secret use and sign-in. Nothing of it is edited.
      </p>
      <Chain app={app} />
      <Filters query={query} change={setQuery} again={() => void load(null)} />
      {problem !== null && <ProblemLine text={problem} />}
      {list !== null && list.entries.length === 0 && <p class="faint">There is nothing like that in the log.</p>}
      <ol class="audit" aria-label="Entries, the newest first" reversed>
        {(list?.entries ?? []).map((entry) => (
          <Entry key={entry.seq} entry={entry} />
        ))}
      </ol>
      {list !== null && list.before !== null && (
        <button type="button" class="button" onClick={() => void load(list.before)}>
          Earlier entries
        </button>
      )}
    </>
  )
}

/** Checks the whole log, and hands it out. */
function Chain({ app }: Props) {
  const [check, setCheck] = useState<WireAuditCheck | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    setCheck(null)
    const answer = await app.api.checkAudit()
    setBusy(false)
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setCheck(answer.value)
  }
  return (
    <div class="chain">
      <div class="row">
        <button type="button" class="button" disabled={busy} onClick={() => void run()}>
          <Icon name="shield" /> {busy ? 'Checking…' : 'Check the chain'}
        </button>
        <a class="button" href={AUDIT_EXPORT} download="audit.ndjson">
          <Icon name="download" /> Export
        </a>
      </div>
      <div role="status">
        {check !== null && (
          <p class={`verified tone-${check.ok ? 'good' : 'bad'}`}>
            <Icon name={check.ok ? 'check' : 'cross'} /> <span>{sayCheck(check)}</span>
          </p>
        )}
      </div>
      {check?.anchored != null && (
        <p class="faint">
          Up to entry {check.anchored.seq} its seal is noted outside the database too, since{' '}
          {sayMoment(check.anchored.at)}.
        </p>
      )}
      {(check?.warnings ?? []).map((warning) => (
        <p key={warning} class="verified tone-busy">
          <Icon name="question" />
          <span>
            <Revealed text={warning} prose />
          </span>
        </p>
      ))}
      {check !== null && check.problems.length > 0 && (
        <ul class="breaks" aria-label="Problems in the chain">
          {check.problems.map((each, at) => (
            <li key={at}>
              <span class="seq">{each.seq}</span> <Revealed text={each.problem} prose />
            </li>
          ))}
          {check.more_problems > 0 && <li>and {check.more_problems.toLocaleString('en')} more</li>}
        </ul>
      )}
      {problem !== null && <ProblemLine text={problem} />}
    </div>
  )
}

type FilterProps = {
  readonly query: AuditQuery
  readonly change: (query: AuditQuery) => void
  readonly again: () => void
}

function Filters({ query, change, again }: FilterProps) {
  return (
    <form
      class="filters"
      aria-label="Filter"
      onSubmit={(event) => {
        event.preventDefault()
        again()
      }}
    >
      <label class="field">
        Who
        <input
          value={query.actor}
          autocomplete="off"
          spellcheck={false}
          placeholder="anybody"
          onChange={(event) => change({ ...query, actor: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        What
        <select value={query.action} onChange={(event) => change({ ...query, action: event.currentTarget.value })}>
          <option value="">anything</option>
          {ACTION_CHOICES.map(({ action, label }) => (
            <option key={action} value={action}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Task
        <input
          value={query.task}
          autocomplete="off"
          spellcheck={false}
          placeholder="any task"
          onChange={(event) => change({ ...query, task: event.currentTarget.value })}
        />
      </label>
      <button type="submit" class="button">
        Look again
      </button>
    </form>
  )
}

function Entry({ entry }: { readonly entry: WireAuditEntry }) {
  const [open, setOpen] = useState(false)
  const { label, tone } = sayAction(entry)
  return (
    <li value={entry.seq}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <time dateTime={entry.at} title={new Date(entry.at).toLocaleString()}>
            {sayMoment(entry.at)}
          </time>
          <span class="actor">
            <Revealed text={toLine(entry.actor, 60)} />
          </span>
          <span class={`action audit-${tone}`}>{toLine(label, 60)}</span>
          <span class="about">
            <Revealed text={entry.subject.slice(0, 240)} prose={isProse(entry)} />
          </span>
          <Icon name="chevron" />
        </summary>
        {open && <EntryBody entry={entry} />}
      </details>
    </li>
  )
}

function EntryBody({ entry }: { readonly entry: WireAuditEntry }) {
  const { task_id: task } = entry
  return (
    <div class="audit-body">
      <pre aria-label="Subject">
        <Revealed text={entry.subject} prose={isProse(entry)} />
      </pre>
      {Object.keys(entry.data).length > 0 && (
        <pre aria-label="Data">
          <Revealed text={JSON.stringify(entry.data, null, 2)} />
        </pre>
      )}
      <p class="faint">
        Entry {entry.seq}, <code>{toLine(entry.action, 60)}</code>, sealed as <code>{toLine(entry.hash, 64)}</code>
      </p>
      {task !== null && (
        <p class="row">
          <a class="button small" href={routeLink({ type: 'task', id: task, tab: 'log' })}>
            Open the task
          </a>
          <a class="button small" href={routeLink({ type: 'control', page: 'audit', task })}>
            Everything of this task
          </a>
        </p>
      )}
    </div>
  )
}
