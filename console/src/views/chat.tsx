// The conversation: what was asked, what the crew is doing about it, what came of it, and the place to ask for more.
import { useEffect, useRef, useState } from 'preact/hooks'
import { livelyTasks } from '../live/console-app.ts'
import type { ConsoleApp } from '../live/console-app.ts'
import { readRequest } from '../state/request.ts'
import { Icon, ProblemLine } from './pieces.tsx'
import { RequestCard } from './request-card.tsx'
import { usePinned } from './use-pinned.ts'

const FOLLOWED = 8
const EXAMPLES = [
  { title: 'A web app', text: 'Create a hello world web app' },
  { title: 'An API', text: 'Build a JSON API for notes, with tests' },
  { title: 'A site', text: 'Make a static site for a small bakery' },
  { title: 'A tool', text: 'Write a command-line tool that counts words, with tests' },
] as const

type Props = { readonly app: ConsoleApp }

export function Chat({ app }: Props) {
  const list = app.list.value
  const { box, away, toEnd } = usePinned(true, 'talk')
  const lively = livelyTasks(list, FOLLOWED)
  const tasks = list.order.toReversed().flatMap((id) => list.byId.get(id) ?? [])
  return (
    <section class="chat" aria-label="Conversation">
      <h1 class="unseen">Conversation</h1>
      <div class="talk" ref={box} tabIndex={-1}>
        <div class="talk-inner">
          {app.problem.value !== null && <ProblemLine text={app.problem.value} />}
          {list.cursor !== null && (
            <button type="button" class="button quiet earlier" onClick={() => void app.loadOlder()}>
              Show earlier requests
            </button>
          )}
          {tasks.map((task) => (
            <RequestCard key={task.id} app={app} task={task} lively={lively.has(task.id)} />
          ))}
          {tasks.length === 0 && <Welcome app={app} />}
        </div>
      </div>
      {away && tasks.length > 0 && (
        <button type="button" class="button to-end" onClick={toEnd}>
          Newest
        </button>
      )}
      <Composer app={app} onSent={toEnd} />
    </section>
  )
}

function Welcome({ app }: Props) {
  const choose = (text: string) => {
    app.draft.write(text)
    document.getElementById('composer')?.focus()
  }
  return (
    <div class="welcome">
      <h2>What shall we make?</h2>
      <p>
        Say it in a sentence. A crew plans the work, writes it, runs it and tests it in a sandbox on this machine, and
        shows you the evidence.
      </p>
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <li key={example.title}>
            <button type="button" onClick={() => choose(example.text)}>
              <span class="example-title">{example.title}</span>
              <span>{example.text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Composer({ app, onSent }: Props & { readonly onSent: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const text = app.draft.text.value
  const request = readRequest(text)

  useEffect(() => {
    const element = area.current
    if (element === null) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight + 2, innerHeight * 0.4)}px`
  }, [text])

  useEffect(() => {
    // On a phone the keyboard would cover the page before anything is read.
    if (matchMedia('(hover: hover)').matches) area.current?.focus()
  }, [])

  const send = async () => {
    if (busy || request === null) return
    setBusy(true)
    setProblem(null)
    const answer = await app.send()
    setBusy(false)
    if (answer?.type === 'problem') setProblem(answer.detail)
    else onSent()
    area.current?.focus()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed (Japanese, accents) Enter ends the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void send()
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {problem !== null && (
        <ProblemLine text={problem}>
          <button type="button" class="button quiet" onClick={() => void send()}>
            Send again
          </button>
        </ProblemLine>
      )}
      <div class="composer-box">
        <label class="unseen" for="composer">
          Your request
        </label>
        <textarea
          id="composer"
          ref={area}
          rows={1}
          value={text}
          placeholder="Describe what you want made"
          aria-describedby="composer-hint"
          onInput={(event) => app.draft.write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="button primary send" disabled={busy || request === null} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
      <p class="hint" id="composer-hint">
        {request?.task_type === 'shell_command' ? (
          <span>This exact command will wait for your approval, then run in the sandbox.</span>
        ) : (
          <span>
            <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> starts a line, <kbd>/run</kbd> takes a literal
            command
          </span>
        )}
      </p>
    </form>
  )
}
