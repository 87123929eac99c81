// One conversation as it was held: every message both ways, with its files, what was read from them, and the work that it led to.
import { useEffect } from 'preact/hooks'
import { livelyTasks } from '../live/console-app.ts'
import type { ConsoleApp } from '../live/console-app.ts'
import { shownMessages, threadTitle } from '../state/conversation.ts'
import type { WireArtifact, WireMessage } from '../state/conversation.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { sayBytes } from '../state/time.ts'
import { Composer } from './composer.tsx'
import { ConversationBar } from './conversation-bar.tsx'
import { Age, Icon, ProblemLine, Prose } from './pieces.tsx'
import { TaskCard } from './request-card.tsx'
import { usePinned } from './use-pinned.ts'

const FOLLOWED = 8

type Props = { readonly app: ConsoleApp; readonly id: string }

export function ThreadPage({ app, id }: Props) {
  useEffect(() => void app.talk.look(id), [id])
  const { box, away, toEnd } = usePinned(true, id)
  const { talk } = app
  const thread = talk.threads.value.find((it) => it.id === id)
  const shown = shownMessages(talk.messages.value)
  const lively = livelyTasks(app.list.value, FOLLOWED)
  // Only what is held in the browser goes on in the browser.
  const goesOn = thread?.interface === 'console'
  return (
    <section class="chat" aria-label="Conversation">
      <h1 class="unseen" tabIndex={-1} data-screen-start>
        {thread === undefined ? 'Conversation' : toLine(threadTitle(thread), 80)}
      </h1>
      <div class="talk" ref={box} tabIndex={-1}>
        <div class="talk-inner">
          {talk.problem.value !== null && <ProblemLine text={talk.problem.value} />}
          {talk.hasEarlier.value && (
            <button type="button" class="button quiet earlier" onClick={() => void talk.loadEarlier()}>
              Show earlier messages
            </button>
          )}
          {shown.map((message) => (
            <MessageView key={message.id} app={app} message={message} lively={lively} />
          ))}
          {shown.length === 0 && talk.problem.value === null && <p class="faint">Nothing was said here yet.</p>}
        </div>
      </div>
      {away && (
        <button type="button" class="button to-end" onClick={toEnd}>
          Newest
        </button>
      )}
      <div class="foot">
        <ConversationBar app={app} />
        {goesOn ? (
          <Composer app={app} onSent={toEnd} />
        ) : (
          <p class="hint elsewhere">
            This conversation is held in {thread?.interface ?? 'another place'}: it goes on there.
          </p>
        )}
      </div>
    </section>
  )
}

type MessageProps = {
  readonly app: ConsoleApp
  readonly message: WireMessage
  readonly lively: ReadonlySet<string>
}

function MessageView({ app, message, lively }: MessageProps) {
  const { task_id: taskId } = message
  const task = taskId === null ? undefined : app.list.value.byId.get(taskId)
  useEffect(() => {
    if (taskId !== null && task === undefined) void app.refresh(taskId)
  }, [taskId])
  if (message.role === 'assistant')
    return (
      <article class="exchange" aria-label={toLine(message.text, 80)}>
        <div class="told">
          <Prose text={message.text} />
        </div>
      </article>
    )
  return (
    <article class="exchange" aria-label={toLine(message.text, 80)}>
      <div class="asked">
        <div class="asked-words">
          {message.text.trim() !== '' && <div class="asked-text">{toPlain(message.text)}</div>}
          <Files artifacts={message.artifacts} />
          <span class="faint">
            {message.author_name !== null && `${toLine(message.author_name, 40)}, `}
            <Age app={app} at={message.created_at} />
          </span>
        </div>
      </div>
      {task !== undefined && <TaskCard app={app} task={task} lively={lively.has(task.id)} />}
    </article>
  )
}

function Files({ artifacts }: { readonly artifacts: readonly WireArtifact[] }) {
  if (artifacts.length === 0) return null
  return (
    <ul class="files">
      {artifacts.map((artifact) => (
        <li key={artifact.id}>
          {artifact.content === null ? (
            <a href={`/v1/artifacts/${encodeURIComponent(artifact.id)}`} download={toLine(artifact.name, 100)}>
              <Icon name="clip" /> {toLine(artifact.name, 60)} <span class="faint">{sayBytes(artifact.bytes)}</span>
            </a>
          ) : (
            <details>
              <summary>
                {artifact.kind === 'voice_transcript' ? 'Heard' : 'Read'} by {toLine(artifact.content.by, 40)}
              </summary>
              <pre>{toPlain(artifact.content.text.slice(0, 20_000))}</pre>
            </details>
          )}
        </li>
      ))}
    </ul>
  )
}
