// What is remembered: rules and facts to keep or drop, and the files that make the personality and the memory.
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { ScopeName, WireFact, WireMemory, WireMemoryFile } from '../state/conversation.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { Age, ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

const SCOPE_LABELS: Readonly<Record<ScopeName, string>> = { me: 'yours', shared: 'everybody’s', thread: 'this chat’s' }
const KIND_LABELS = { constraint: 'Rule', preference: 'Preference', fact: 'Fact', lesson: 'Lesson' } as const

export function MemoryPage({ app }: Props) {
  const [memory, setMemory] = useState<WireMemory | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const load = async () => {
    const answer = await app.api.memory()
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setMemory(answer.value)
  }
  useEffect(() => void load(), [])
  const decide = async (fact: WireFact, decision: 'keep' | 'drop') => {
    const answer = await app.api.decideFact(fact.id, decision)
    if (answer.type === 'problem') setProblem(answer.detail)
    else await load()
  }
  const of = (status: WireFact['status']) => (memory?.facts ?? []).filter((fact) => fact.status === status)
  return (
    <section class="screen memory">
      <h1 class="screen-title" tabIndex={-1} data-screen-start>
        Memory
      </h1>
      {problem !== null && <ProblemLine text={problem} />}
      <AddFact app={app} onAdded={load} />
      <Facts
        app={app}
        title="To look at"
        about="Found in what was said. Nothing of it is used until you keep it."
        facts={of('proposed')}
        decide={decide}
      />
      <Facts
        app={app}
        title="Kept"
        about="Told to models where it fits. Rules are told always, whatever else is left out."
        facts={of('kept')}
        decide={decide}
      />
      <Facts app={app} title="Dropped" about="Not used. You can keep it again." facts={of('dropped')} decide={decide} />
      <h2>Files</h2>
      <p class="faint">
        Plain files in the data directory. What you change there, or here, counts from the next message on.
      </p>
      {(memory?.files ?? []).map((file) => (
        <FileEditor key={`${file.scope}/${file.name}`} app={app} file={file} onSaved={load} />
      ))}
    </section>
  )
}

function AddFact({ app, onAdded }: Props & { readonly onAdded: () => Promise<void> }) {
  const [text, setText] = useState('')
  const [scope, setScope] = useState<ScopeName>('me')
  const [problem, setProblem] = useState<string | null>(null)
  const add = async (event: Event) => {
    event.preventDefault()
    if (text.trim() === '') return
    const answer = await app.api.addFact(text.trim(), scope)
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'problem') return
    setText('')
    await onAdded()
  }
  return (
    <form class="add" onSubmit={(event) => void add(event)}>
      <label class="field grow">
        Remember
        <input
          value={text}
          placeholder="Never touch production. I prefer TypeScript. …"
          onInput={(event) => setText(event.currentTarget.value)}
          maxLength={300}
        />
      </label>
      <label class="field">
        For
        <select value={scope} onChange={(event) => setScope(event.currentTarget.value === 'shared' ? 'shared' : 'me')}>
          <option value="me">me</option>
          <option value="shared">everybody</option>
        </select>
      </label>
      <button type="submit" class="button primary" disabled={text.trim() === ''}>
        Remember
      </button>
      {problem !== null && <ProblemLine text={problem} />}
    </form>
  )
}

type FactsProps = Props & {
  readonly title: string
  readonly about: string
  readonly facts: readonly WireFact[]
  readonly decide: (fact: WireFact, decision: 'keep' | 'drop') => Promise<void>
}

function Facts({ app, title, about, facts, decide }: FactsProps) {
  if (facts.length === 0) return null
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <p class="faint">{about}</p>
      <ul class="remembered">
        {facts.map((fact) => (
          <li key={fact.id} class={fact.kind === 'constraint' ? 'rule' : ''}>
            <div>
              <span class="badge">{KIND_LABELS[fact.kind]}</span> <span class="fact-text">{toPlain(fact.text)}</span>
              <p class="faint">
                {SCOPE_LABELS[fact.scope]},{' '}
                {fact.proposed_by === 'agent'
                  ? `noticed (${Math.round(fact.confidence * 100)} % sure)`
                  : 'said by a person'}
                , <Age app={app} at={fact.created_at} />
                {fact.quote !== null && `, from “${toLine(fact.quote, 160)}”`}
              </p>
            </div>
            <div class="row">
              {fact.status !== 'kept' && (
                <button type="button" class="button" onClick={() => void decide(fact, 'keep')}>
                  Keep
                </button>
              )}
              {fact.status !== 'dropped' && (
                <button type="button" class="button quiet" onClick={() => void decide(fact, 'drop')}>
                  Drop
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

type EditorProps = Props & { readonly file: WireMemoryFile; readonly onSaved: () => Promise<void> }

function FileEditor({ app, file, onSaved }: EditorProps) {
  const [text, setText] = useState(file.text)
  const [note, setNote] = useState<string | null>(null)
  const id = `file-${file.scope}-${file.name}`
  const save = async () => {
    const answer = await app.api.writeMemoryFile({ ...file, text })
    setNote(answer.type === 'problem' ? answer.detail : 'Saved.')
    if (answer.type === 'ok') await onSaved()
  }
  return (
    <details class="file" open={file.name === 'SOUL.md'}>
      <summary>
        {toLine(file.name, 60)} <span class="faint">{SCOPE_LABELS[file.scope]}</span>
      </summary>
      <label class="unseen" for={id}>
        {file.name}
      </label>
      <textarea id={id} rows={8} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <div class="row">
        <button type="button" class="button" disabled={text === file.text} onClick={() => void save()}>
          Save
        </button>
        <span role="status" class="faint">
          {note}
        </span>
      </div>
    </details>
  )
}
