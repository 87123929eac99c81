// Which conversation the composer speaks in, the others, a new one, and what models are told in it.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { threadTitle } from '../state/conversation.ts'
import type { WirePack, WireThread } from '../state/conversation.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { sayCount } from '../state/time.ts'
import { Age, Icon, ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

export function ConversationBar({ app }: Props) {
  const [open, setOpen] = useState<'list' | 'context' | null>(null)
  const current = app.talk.current.value
  const toggle = (what: 'list' | 'context') => setOpen(open === what ? null : what)
  const begin = async () => {
    setOpen(null)
    await app.talk.begin()
    document.getElementById('composer')?.focus()
  }
  return (
    <div class="conversation-bar">
      {app.talk.problem.value !== null && <ProblemLine text={app.talk.problem.value} />}
      {open === 'list' && <ConversationList app={app} onChosen={() => setOpen(null)} />}
      {open === 'context' && current !== null && <Context app={app} thread={current} />}
      <div class="conversation-row">
        <button type="button" class="button quiet" aria-expanded={open === 'list'} onClick={() => toggle('list')}>
          <Icon name="chat" /> Conversations
        </button>
        <span class="conversation-title faint">
          {current === null ? 'A new conversation' : toLine(threadTitle(current), 60)}
        </span>
        {current !== null && (
          <button
            type="button"
            class="button quiet"
            aria-expanded={open === 'context'}
            onClick={() => toggle('context')}
          >
            What it knows
          </button>
        )}
        <button type="button" class="button quiet" onClick={() => void begin()}>
          <Icon name="plus" /> New
        </button>
      </div>
    </div>
  )
}

function ConversationList({ app, onChosen }: Props & { readonly onChosen: () => void }) {
  const threads = app.talk.threads.value
  return (
    <nav class="conversation-list" aria-label="Conversations">
      {threads.length === 0 && <p class="faint">Nothing was said yet.</p>}
      <ul>
        {threads.map((thread) => (
          <li key={thread.id}>
            <a
              href={routeLink({ type: 'thread', id: thread.id })}
              aria-current={thread.id === app.talk.current.value?.id ? 'true' : undefined}
              onClick={onChosen}
            >
              <span class="task-link-title">{toLine(threadTitle(thread), 120)}</span>
              <span class="task-link-about">
                {thread.interface} · {toLine(thread.started_by ?? '', 40)}{' '}
                <Age app={app} at={thread.last_message?.created_at ?? thread.created_at} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

const SECTION_LABELS = {
  rules: 'Rules',
  soul: 'Personality',
  memory: 'Memory files',
  facts: 'Facts',
  knowledge: 'Knowledge',
  work: 'Earlier work',
  conversation: 'Messages',
} as const

/** What models would be told beside what is written in the composer now. */
function Context({ app, thread }: Props & { readonly thread: WireThread }) {
  const [pack, setPack] = useState<WirePack | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const load = async () => {
    const answer = await app.api.contextOf(thread.id, app.draft.text.value.slice(0, 4_000))
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setPack(answer.value)
  }
  if (pack === null && problem === null) void load()
  return (
    <section class="context" aria-label="What models are told">
      {problem !== null && <ProblemLine text={problem} />}
      {pack !== null && (
        <>
          <p>
            {sayCount(pack.tokens, 'token')} of {pack.budget.toLocaleString('en')}
          </p>
          <ul class="context-sections">
            {pack.sections.map((section) => (
              <li key={section.name}>
                <span>{SECTION_LABELS[section.name]}</span>
                <meter min={0} max={pack.budget} value={section.tokens} aria-label={SECTION_LABELS[section.name]} />
                <span class="faint">
                  {section.items}
                  {section.left_out > 0 && `, ${section.left_out} left out`} · {sayCount(section.tokens, 'token')}
                </span>
              </li>
            ))}
          </ul>
          {pack.sections.length === 0 && <p class="faint">Nothing was said here yet, and nothing is remembered.</p>}
          {pack.text !== '' && (
            <details>
              <summary>Word for word</summary>
              <pre class="context-text">{toPlain(pack.text)}</pre>
            </details>
          )}
        </>
      )}
    </section>
  )
}
