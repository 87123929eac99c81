// What people added to look things up in: find in it, add to it, take from it.
import { useEffect, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { ScopeName, WireHit, WireSource } from '../state/conversation.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { sayCount } from '../state/time.ts'
import { Age, ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp }

const TEXT_BYTES = 2_000_000

export function KnowledgePage({ app }: Props) {
  const [sources, setSources] = useState<readonly WireSource[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const load = async () => {
    const answer = await app.api.listKnowledge()
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setSources(answer.value.items)
  }
  useEffect(() => void load(), [])
  const remove = async (source: WireSource) => {
    const answer = await app.api.removeKnowledge(source.id)
    if (answer.type === 'problem') setProblem(answer.detail)
    await load()
  }
  return (
    <section class="screen knowledge">
      <h1 class="screen-title" tabIndex={-1} data-screen-start>
        Knowledge
      </h1>
      {problem !== null && <ProblemLine text={problem} />}
      <Search app={app} />
      <Add app={app} onAdded={load} />
      <h2>Sources</h2>
      {sources !== null && sources.length === 0 && (
        <p class="faint">
          None yet. Folders and repositories are added from the terminal: <code>factotum knowledge add PATH</code>.
        </p>
      )}
      <ul class="remembered">
        {(sources ?? []).map((source) => (
          <li key={source.id}>
            <div>
              <span class="badge">{source.kind}</span> <span class="fact-text">{toLine(source.title, 120)}</span>
              <p class="faint">
                {toLine(source.uri, 120)}, {sayCount(source.chunks, 'part')}, <Age app={app} at={source.updated_at} />
              </p>
            </div>
            <button
              type="button"
              class="button quiet"
              aria-label={`Remove ${toLine(source.title, 80)}`}
              onClick={() => void remove(source)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Search({ app }: Props) {
  const [words, setWords] = useState('')
  const [hits, setHits] = useState<readonly WireHit[] | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const search = async (event: Event) => {
    event.preventDefault()
    if (words.trim() === '') return
    const answer = await app.api.searchKnowledge(words.trim())
    setProblem(answer.type === 'problem' ? answer.detail : null)
    if (answer.type === 'ok') setHits(answer.value.items)
  }
  return (
    <form class="add" role="search" onSubmit={(event) => void search(event)}>
      <label class="field grow">
        Find
        <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} maxLength={1_000} />
      </label>
      <button type="submit" class="button" disabled={words.trim() === ''}>
        Find
      </button>
      {problem !== null && <ProblemLine text={problem} />}
      {hits !== null && (
        <ol class="hits" aria-label="What was found">
          {hits.length === 0 && <li class="faint">Nothing fits.</li>}
          {hits.map((hit, at) => (
            <li key={at}>
              <strong>{toLine(hit.heading === '' ? hit.title : hit.heading, 120)}</strong>
              <p>{toPlain(hit.text.slice(0, 600))}</p>
            </li>
          ))}
        </ol>
      )}
    </form>
  )
}

function Add({ app, onAdded }: Props & { readonly onAdded: () => Promise<void> }) {
  const [title, setTitle] = useState('')
  const [text, setText] = useState('')
  const [scope, setScope] = useState<ScopeName>('me')
  const [note, setNote] = useState<string | null>(null)
  const add = async (event: Event) => {
    event.preventDefault()
    const answer = await app.api.addKnowledge({ title: title.trim(), text, scope })
    setNote(answer.type === 'problem' ? answer.detail : 'Added.')
    if (answer.type === 'problem') return
    setTitle('')
    setText('')
    await onAdded()
  }
  const take = async (file: File | undefined) => {
    if (file === undefined) return
    if (file.size > TEXT_BYTES) return setNote(`${file.name} is too big: at most 2 MB of text are taken here.`)
    setTitle(file.name)
    setText(await file.text())
  }
  return (
    <details class="file">
      <summary>Add a text</summary>
      <form class="add" onSubmit={(event) => void add(event)}>
        <label class="field grow">
          Title
          <input value={title} onInput={(event) => setTitle(event.currentTarget.value)} maxLength={300} />
        </label>
        <label class="field">
          For
          <select
            value={scope}
            onChange={(event) => setScope(event.currentTarget.value === 'shared' ? 'shared' : 'me')}
          >
            <option value="me">me</option>
            <option value="shared">everybody</option>
          </select>
        </label>
        <label class="field grow">
          From a text file
          <input
            type="file"
            accept="text/*,.md,.ts,.js,.py,.json,.yml,.sql"
            onChange={(event) => void take(event.currentTarget.files?.[0])}
          />
        </label>
        <label class="field whole">
          Text
          <textarea rows={8} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="submit" class="button primary" disabled={title.trim() === '' || text.trim() === ''}>
          Add
        </button>
        <span role="status" class="faint">
          {note}
        </span>
      </form>
    </details>
  )
}
