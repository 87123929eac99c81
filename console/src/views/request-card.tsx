// One request in the conversation: the words, the crew at work on them, the outcome.
import type { CheckReport } from '../../../src/core/vocabulary/check.ts'
import { useEffect, useRef } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { Following } from '../live/follow-task.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { safeLink } from '../state/safe-link.ts'
import { statusLabel, statusTone } from '../state/status.ts'
import { latestChecks, openPreview } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { sayCount, sayDuration } from '../state/time.ts'
import { isOver } from '../state/wire.ts'
import type { WireTask } from '../state/wire.ts'
import { ApprovalPanel } from './approval-panel.tsx'
import { Age, Icon, OfflineBadge, Prose, RunningFor, Status } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly task: WireTask }

type CardProps = Props & { readonly lively: boolean }

export function RequestCard({ app, task, lively }: CardProps) {
  return (
    <article class="exchange" aria-label={toLine(task.input_text, 80)}>
      <div class="asked">
        <div class="asked-text">{toPlain(task.input_text)}</div>
      </div>
      <TaskCard app={app} task={task} lively={lively} />
    </article>
  )
}

/** The work alone, below whatever asked for it. */
export function TaskCard({ app, task, lively }: CardProps) {
  useEffect(() => (lively ? app.follow(task.id) : undefined), [lively])
  // Once followed, the log is kept for what only it knows: how long the work took, whether the preview has closed.
  const followed = useRef<Following | null>(null)
  if (lively) followed.current = app.logOf(task.id)
  const log = followed.current
  const view = log?.view.value
  const behind = view !== undefined && isOver(task.status) && view.lastSeq < task.last_seq
  // After the end a preview may still close: read on to where the log is now.
  useEffect(() => (behind ? app.follow(task.id) : undefined), [behind])
  // Whichever of the two has heard more.
  const ahead = view !== undefined && view.status !== null && view.lastSeq >= task.last_seq
  const status = ahead && view.status !== null ? view.status : task.status
  const approval = ahead ? view.approval : task.approval
  const result = ahead ? view.result : task.result
  const offline = result?.offline === true || view?.offline === true
  const link = routeLink({ type: 'task', id: task.id, tab: null })
  return (
    <div class={`card tone-${statusTone(status)}`}>
      <header class="card-head">
        <Status status={status} />
        {offline && <OfflineBadge />}
        <span class="card-time">
          {view?.startedAt != null && !isOver(status) ? (
            <RunningFor app={app} since={view.startedAt} />
          ) : view?.startedAt != null && view.endedAt !== null ? (
            <span>took {sayDuration(Date.parse(view.endedAt) - Date.parse(view.startedAt))}</span>
          ) : null}
          <Age app={app} at={task.created_at} />
        </span>
      </header>
      <span class="unseen" role="status">
        {lively ? `${statusLabel(status)}${view?.now == null ? '' : `: ${toPlain(view.now.title)}`}` : ''}
      </span>
      {status === 'needs_approval' && approval?.status === 'pending' && (
        <ApprovalPanel app={app} taskId={task.id} approval={approval} />
      )}
      {view !== undefined && !isOver(status) && (
        <AtWork view={view} reconnecting={log?.link.value === 'reconnecting'} />
      )}
      {isOver(status) && <Outcome task={task} view={view} result={result} error={ahead ? view.error : task.error} />}
      <footer class="card-foot">
        <a href={link}>
          {isOver(status) ? 'The work in full' : 'Watch the work'} <Icon name="chevron" />
        </a>
      </footer>
    </div>
  )
}

function AtWork({ view, reconnecting }: { readonly view: TaskView; readonly reconnecting: boolean }) {
  const { now, plan } = view
  const done = plan === null ? 0 : plan.subtasks.filter((subtask) => view.subtasks[subtask.id] === 'done').length
  return (
    <div class="at-work">
      {plan !== null && plan.subtasks.length > 0 && (
        <ol class="beads" aria-label={`${done} of ${sayCount(plan.subtasks.length, 'subtask')} done`}>
          {plan.subtasks.map((subtask) => (
            <li key={subtask.id} class={view.subtasks[subtask.id] ?? 'waiting'} title={toLine(subtask.title)} />
          ))}
        </ol>
      )}
      {now !== null && (
        <p class="now">
          <span class="agent">{toPlain(now.agent)}</span>
          <span class="now-title">{toPlain(now.title)}</span>
          {now.percentage !== null && <span class="clock">{Math.round(now.percentage)} %</span>}
        </p>
      )}
      {now !== null && now.message !== '' && <p class="now-message">{now.message}</p>}
      {reconnecting && <p class="faint">Reconnecting…</p>}
    </div>
  )
}

type OutcomeProps = {
  readonly task: WireTask
  readonly view: TaskView | undefined
  readonly result: WireTask['result']
  readonly error: string | null
}

function Outcome({ task, view, result, error }: OutcomeProps) {
  const open = view === undefined || view.previews.length === 0 ? result?.preview_url : openPreview(view)?.url
  const preview = safeLink(open ?? null, location.href)
  const checks = view === undefined ? (result?.checks ?? []) : latestChecks(view)
  const files = result?.changed_files.length ?? 0
  const isReplaced = task.approval?.status === 'superseded'
  // Results that are older than sources have none.
  const sources = result?.sources ?? []
  return (
    <div class="outcome">
      {error !== null && task.status !== 'completed' && <p class={isReplaced ? 'faint' : 'why'}>{toPlain(error)}</p>}
      {result !== null && <Prose text={result.answer ?? result.summary} />}
      {sources.length > 0 && <Sources sources={sources} />}
      {result?.output != null && result.output.trim() !== '' && (
        <pre class="terminal">{toPlain(result.output.slice(-4_000))}</pre>
      )}
      {(preview !== null || checks.length > 0 || files > 0) && (
        <div class="evidence">
          {preview !== null && (
            <a class="button primary" href={preview} target="_blank" rel="noopener noreferrer">
              Open the preview <Icon name="out" />
            </a>
          )}
          {checks.length > 0 && (
            <a class="fact" href={routeLink({ type: 'task', id: task.id, tab: 'checks' })}>
              <CheckSummary checks={checks} />
            </a>
          )}
          {files > 0 && (
            <a class="fact" href={routeLink({ type: 'task', id: task.id, tab: 'changes' })}>
              {sayCount(files, 'file')} changed
            </a>
          )}
        </div>
      )}
    </div>
  )
}

function Sources({ sources }: { readonly sources: NonNullable<WireTask['result']>['sources'] }) {
  return (
    <ol class="sources" aria-label="Sources">
      {sources.map(({ mark, title, uri }) => (
        <li key={mark}>
          <span class="mark">[{mark}]</span> {toLine(title, 120)} <span class="faint">{toLine(uri, 160)}</span>
        </li>
      ))}
    </ol>
  )
}

export function CheckSummary({ checks }: { readonly checks: readonly CheckReport[] }) {
  const failed = checks.filter((check) => check.status === 'failed').length
  const passed = checks.filter((check) => check.status === 'passed').length
  if (failed > 0) {
    return (
      <span class="check-summary bad">
        <Icon name="cross" /> {failed} of {sayCount(checks.length, 'check')} failed
      </span>
    )
  }
  if (passed === 0) return <span>no checks applied</span>
  return (
    <span class="check-summary good">
      <Icon name="check" /> {sayCount(passed, 'check')} passed
    </span>
  )
}
