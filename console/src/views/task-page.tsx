// One task: what it is, what can be done to it, and everything that is known of it, one tab each.
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { isAdmin } from '../state/access-view.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { routeLink } from '../state/route.ts'
import { statusLabel } from '../state/status.ts'
import { latestChecks, openPreview } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { sayDuration } from '../state/time.ts'
import { isOver } from '../state/wire.ts'
import type { WireTask } from '../state/wire.ts'
import { ApprovalPanel } from './approval-panel.tsx'
import { ChangesPanel } from './changes-panel.tsx'
import { ChecksPanel } from './checks-panel.tsx'
import { ConfirmButton } from './confirm-button.tsx'
import { EvidencePanel } from './evidence-panel.tsx'
import { LogPanel } from './log-panel.tsx'
import { Age, Icon, OfflineBadge, ProblemLine, RunningFor, Status } from './pieces.tsx'
import { PlanPanel } from './plan-panel.tsx'
import { PreviewPanel } from './preview-panel.tsx'
import { DeliverForm } from './deliver-form.tsx'
import { ResultPanel } from './result-panel.tsx'
import { usePinned } from './use-pinned.ts'

const TABS = ['result', 'log', 'plan', 'checks', 'changes', 'preview', 'evidence'] as const
type Tab = (typeof TABS)[number]
const TAB_LABELS: Readonly<Record<Tab, string>> = {
  result: 'Result',
  log: 'Log',
  plan: 'Plan',
  checks: 'Checks',
  changes: 'Changes',
  preview: 'Preview',
  evidence: 'Evidence',
}

type Props = { readonly app: ConsoleApp; readonly id: string; readonly tab: string | null }

export function TaskPage({ app, id, tab }: Props) {
  useEffect(() => {
    const unfollow = app.follow(id)
    void app.refresh(id)
    return unfollow
  }, [id])
  const log = app.logOf(id)
  const view = log.view.value
  const task = app.list.value.byId.get(id)
  const title = view.inputText || task?.input_text || ''
  useEffect(() => {
    document.title = title === '' ? 'Factotum' : `${toLine(title, 60)} · Factotum`
    return () => void (document.title = 'Factotum')
  }, [title])
  if (log.problem.value !== null) {
    return (
      <section class="screen">
        <h1 class="screen-title" tabIndex={-1} data-screen-start>
          No such task
        </h1>
        <ProblemLine text={log.problem.value} />
        <a class="button" href="#/tasks">
          All tasks
        </a>
      </section>
    )
  }
  const ahead = view.status !== null && view.lastSeq >= (task?.last_seq ?? 0)
  const status = (ahead ? view.status : task?.status) ?? null
  if (status === null) return <p class="screen faint">Reading the log…</p>
  return <Loaded app={app} id={id} tab={tab} view={view} task={task} status={status} title={title} ahead={ahead} />
}

type LoadedProps = Props & {
  readonly view: TaskView
  readonly task: WireTask | undefined
  readonly status: TaskStatus
  readonly title: string
  readonly ahead: boolean
}

function Loaded({ app, id, tab, view, task, status, title, ahead }: LoadedProps) {
  const chosen = TABS.find((each) => each === tab)
  const current = chosen ?? (isOver(status) ? 'result' : 'log')
  const approval = ahead ? view.approval : (task?.approval ?? null)
  const question = status === 'needs_approval' && approval?.status === 'pending' ? approval : null
  const { box, away, toEnd } = usePinned(current === 'log' && !isOver(status) && question === null, current)
  useEffect(() => {
    // A question stands above the log, whose end was being looked at.
    if (question !== null && box.current !== null) box.current.scrollTop = 0
  }, [question?.id, current])
  const link = app.logOf(id).link.value
  return (
    <section class="task" aria-label="Task">
      <header class="task-head">
        <a class="back" href="#/" aria-label="Back to the conversation">
          <Icon name="arrow" />
        </a>
        <h1 tabIndex={-1} data-screen-start title={toLine(title, 600)}>
          {toLine(title, 300)}
        </h1>
        <div class="task-about">
          <Status status={status} />
          {(view.offline || task?.result?.offline === true) && <OfflineBadge />}
          <Elapsed app={app} view={view} status={status} />
          {task !== undefined && <Age app={app} at={task.created_at} />}
          {view.sandboxLevel !== null && <span>sandbox {toLine(view.sandboxLevel, 40)}</span>}
          {isAdmin(app.me.value) && <a href={routeLink({ type: 'control', page: 'audit', task: id })}>audit</a>}
          <span class="link-state" role="status">
            {link === 'reconnecting' ? 'Reconnecting…' : ''}
          </span>
          <span class="unseen" role="status">
            {`${statusLabel(status)}${view.now === null ? '' : `: ${toPlain(view.now.title)}`}`}
          </span>
        </div>
        {!isOver(status) && <AbortButton app={app} id={id} stopping={status === 'aborting'} />}
      </header>
      <Tabs id={id} current={current} view={view} status={status} />
      <div class="task-body" ref={box} key={current}>
        <div class="task-body-inner" role="tabpanel" id="task-panel" aria-labelledby={`tab-${current}`} tabIndex={-1}>
          {question !== null && <ApprovalPanel app={app} taskId={id} approval={question} />}
          {current === 'log' && <LogPanel app={app} view={view} />}
          {current === 'plan' && <PlanPanel view={view} />}
          {current === 'checks' && <ChecksPanel view={view} />}
          {current === 'changes' && <ChangesPanel view={view} />}
          {current === 'preview' && <PreviewPanel app={app} view={view} fallback={task?.result?.preview_url ?? null} />}
          {current === 'evidence' && <EvidencePanel view={view} taskId={id} status={status} />}
          {current === 'result' && <ResultPanel view={view} task={task} status={status} />}
          {current === 'result' && task?.status === 'completed' && task.task_type === 'dev_pipeline' && (
            <DeliverForm app={app} task={task} />
          )}
        </div>
        {current === 'log' && away && !isOver(status) && (
          <button type="button" class="button to-end" onClick={toEnd}>
            Newest
          </button>
        )}
      </div>
    </section>
  )
}

function Elapsed({
  app,
  view,
  status,
}: {
  readonly app: ConsoleApp
  readonly view: TaskView
  readonly status: TaskStatus
}) {
  if (view.startedAt === null) return null
  if (!isOver(status)) return <RunningFor app={app} since={view.startedAt} />
  if (view.endedAt === null) return null
  return <span>took {sayDuration(Date.parse(view.endedAt) - Date.parse(view.startedAt))}</span>
}

type TabsProps = { readonly id: string; readonly current: Tab; readonly view: TaskView; readonly status: TaskStatus }

function Tabs({ id, current, view, status }: TabsProps) {
  const row = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const tab = row.current?.querySelector<HTMLElement>('[aria-selected="true"]')
    if (row.current !== null && tab != null) row.current.scrollLeft = tab.offsetLeft - row.current.clientWidth / 2
  }, [current])
  const shown = TABS.filter((tab) => tab !== 'result' || isOver(status))
  const open = (tab: Tab) => location.replace(routeLink({ type: 'task', id, tab }))
  const onKeyDown = (event: KeyboardEvent) => {
    const at = shown.indexOf(current)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key]
    const next = to === undefined ? undefined : shown.at(to % shown.length)
    if (next === undefined) return
    event.preventDefault()
    open(next)
    row.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus()
  }
  return (
    <div class="task-tabs" role="tablist" aria-label="What to see of the task" ref={row} onKeyDown={onKeyDown}>
      {shown.map((tab) => (
        <button
          key={tab}
          type="button"
          role="tab"
          id={`tab-${tab}`}
          aria-selected={tab === current}
          aria-controls="task-panel"
          tabIndex={tab === current ? 0 : -1}
          onClick={() => open(tab)}
        >
          {tab === 'log' && !isOver(status) ? 'Live log' : TAB_LABELS[tab]}
          <TabMark tab={tab} view={view} />
        </button>
      ))}
    </div>
  )
}

function TabMark({ tab, view }: { readonly tab: Tab; readonly view: TaskView }) {
  if (tab === 'checks') {
    const checks = latestChecks(view)
    const failed = checks.filter((check) => check.status === 'failed' && check.failed_before !== true).length
    if (failed > 0) return <span class="tab-mark bad">{failed}</span>
    return checks.some((check) => check.status === 'passed') ? (
      <span class="tab-mark good">
        <Icon name="check" />
      </span>
    ) : null
  }
  if (tab === 'plan' && view.plan !== null) return <span class="tab-mark">{view.plan.subtasks.length}</span>
  if (tab === 'changes' && view.diff !== null) return <span class="tab-mark">{view.diff.files.length}</span>
  if (tab === 'preview' && openPreview(view) !== null) return <span class="tab-mark live" />
  return null
}

type AbortProps = { readonly app: ConsoleApp; readonly id: string; readonly stopping: boolean }

function AbortButton({ app, id, stopping }: AbortProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const abort = async () => {
    const answer = await app.api.abort(id)
    setProblem(answer.type === 'problem' ? answer.detail : null)
    await app.refresh(id)
  }
  return (
    <div class="task-actions">
      {problem !== null && <ProblemLine text={problem} />}
      <ConfirmButton
        label={stopping ? 'Stopping…' : 'Abort'}
        look="button danger"
        disabled={stopping}
        title="Abort this task?"
        yes="Abort it"
        no="Keep going"
        onYes={() => void abort()}
      >
        <p>Everything that runs for it is ended at once. What was recorded so far stays in the log.</p>
      </ConfirmButton>
    </div>
  )
}
