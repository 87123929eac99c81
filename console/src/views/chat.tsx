// Everything that was asked for, wherever, what the crew is doing about it, what came of it, and the place to ask for more.
import { useEffect } from 'preact/hooks'
import { livelyTasks } from '../live/console-app.ts'
import type { ConsoleApp } from '../live/console-app.ts'
import { Composer } from './composer.tsx'
import { ConversationBar } from './conversation-bar.tsx'
import { ProblemLine } from './pieces.tsx'
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
  useEffect(() => void app.talk.look(null), [])
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
      <div class="foot">
        <ConversationBar app={app} />
        <Composer app={app} onSent={toEnd} />
      </div>
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
