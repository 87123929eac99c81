// What of a task's log a person wants to see: folded one event at a time, so that long logs cost nothing to follow.
import { statusAfter } from '../task/evolve.ts'
import type { Approval } from '../vocabulary/approval.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { AgentName, EventOf, TaskEvent } from '../vocabulary/event.ts'
import type { ArtifactId, PreviewId, TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { Plan, SubtaskRole } from '../vocabulary/plan.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { TaskResult, TaskStatus, TaskType } from '../vocabulary/task.ts'
import { NO_USAGE, withCall } from '../vocabulary/usage.ts'
import type { UsageTotals } from '../vocabulary/usage.ts'
import { clip } from '../vocabulary/short-text.ts'
import { clipStart } from './visible.ts'

export type SubtaskView = {
  readonly id: string
  readonly title: string
  readonly role: SubtaskRole
  readonly state: 'open' | 'at_work' | 'done' | 'failed'
}

export type ToolView = {
  readonly callId: string
  readonly agent: AgentName
  readonly tool: string
  readonly subject: string
  /** Null while it runs. */
  readonly ok: boolean | null
}

export type AskedApproval = Approval & { readonly askedAt: Date; readonly resolvedAt: Date | null }

export type FileView = {
  readonly id: ArtifactId
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
}

export type CardView = {
  readonly taskId: TaskId
  readonly threadId: ThreadId
  readonly status: TaskStatus
  readonly lastSeq: number
  readonly createdAt: Date
  readonly updatedAt: Date
  /** When it ended; null while it has not. */
  readonly endedAt: Date | null
  readonly inputText: string
  /** Asked for in plain words: work waits for an OK. */
  readonly confirm: boolean
  /** It began with a repository, to which it can go back. */
  readonly repository: boolean
  /** What else the message asked for, each a task of its own. */
  readonly split: readonly TaskId[]
  readonly taskType: TaskType | null
  /** What was understood, and what will be done. */
  readonly understood: {
    readonly summary: string
    readonly plan: string
    readonly command: string | null
    readonly confidence: number
  } | null
  readonly planned: string | null
  readonly subtasks: readonly SubtaskView[]
  /** The unit of work that is under way: a subtask, a gate, a repair; null between two. */
  readonly step: {
    readonly key: string
    readonly agent: AgentName
    readonly title: string
    readonly turn: number | null
  } | null
  /** Keys of steps that began and have not ended. */
  readonly openSteps: readonly string[]
  /** How often it was taken up again after whoever worked on it was gone. */
  readonly resumes: number
  readonly repairRound: number
  /** Files that two parts of the work changed, and that a coder brings together now. */
  readonly conflicts: number
  readonly message: { readonly agent: AgentName; readonly text: string } | null
  /** The newest, at most ten. */
  readonly tools: readonly ToolView[]
  /** The end of what programs printed in the present step. */
  readonly printed: string
  /** Of the newest gate. */
  readonly checks: readonly CheckReport[]
  readonly gate: string | null
  readonly preview: { readonly id: PreviewId; readonly url: string } | null
  readonly files: readonly FileView[]
  readonly approvals: readonly AskedApproval[]
  readonly queueReason: string | null
  readonly worker: string | null
  readonly sandboxLevel: string | null
  readonly usage: UsageTotals
  readonly offline: boolean
  readonly exhausted: { readonly limit: string; readonly used: number; readonly allowed: number } | null
  readonly abort: { readonly by: UserId; readonly reason: string } | null
  readonly error: string | null
  readonly result: TaskResult | null
}

const TOOLS_KEPT = 10
const PRINTED_KEPT = 1_500
const MESSAGE_KEPT = 8_000

/** What waits for a person's answer; null when nothing does. */
export function pendingApproval(view: CardView): AskedApproval | null {
  if (view.status !== 'needs_approval') return null
  return view.approvals.findLast((approval) => approval.status === 'pending') ?? null
}

export function isOver(view: CardView): boolean {
  return isTerminal(view.status)
}

/** How long it took until then, in milliseconds, without the time for which it only waited for a person's answer. */
export function workedMs({ createdAt, endedAt, approvals }: CardView, until: Date): number {
  const end = (endedAt ?? until).getTime()
  const waited = approvals.reduce((sum, { askedAt, resolvedAt }) => {
    return sum + Math.max(0, (resolvedAt?.getTime() ?? end) - askedAt.getTime())
  }, 0)
  return Math.max(0, end - createdAt.getTime() - waited)
}

/** Null for an empty log. */
export function foldLog(events: readonly TaskEvent[], from: CardView | null = null): CardView | null {
  return events.reduce<CardView | null>(foldEvent, from)
}

/**
 * The view after one more event of the same task. Events that were folded before change nothing. Throws where one is missing in
 * between, or where the log does not begin with the task's creation.
 */
export function foldEvent(view: CardView | null, event: TaskEvent): CardView {
  if (view === null) return born(event)
  if (event.seq <= view.lastSeq) return view
  if (event.task_id !== view.taskId || event.seq !== view.lastSeq + 1)
    throw new Error(`Event ${event.seq} of ${event.task_id} can't follow event ${view.lastSeq} of ${view.taskId}`)
  const status = statusAfter(view.status, event) ?? view.status
  const changed = { ...view, ...changes(view, event), status, lastSeq: event.seq, updatedAt: event.at }
  const next =
    status === 'needs_approval' ? changed : { ...changed, approvals: changed.approvals.map(noLonger(event.at)) }
  if (!isTerminal(status) || view.endedAt !== null) return next
  return { ...next, endedAt: event.at, step: null, openSteps: [] }
}

function born(event: TaskEvent): CardView {
  if (event.type !== 'task.created' || event.seq !== 1)
    throw new Error(`A log begins with task.created, not ${event.type}`)
  return {
    taskId: event.task_id,
    threadId: event.data.thread_id as ThreadId,
    status: 'pending',
    lastSeq: 1,
    createdAt: event.at,
    updatedAt: event.at,
    endedAt: null,
    inputText: event.data.input_text,
    confirm: event.data.confirm ?? false,
    repository: event.data.source.type === 'git',
    split: [],
    taskType: event.data.task_type,
    understood: null,
    planned: null,
    subtasks: [],
    step: null,
    openSteps: [],
    resumes: 0,
    repairRound: 0,
    conflicts: 0,
    message: null,
    tools: [],
    printed: '',
    checks: [],
    gate: null,
    preview: null,
    files: [],
    approvals: [],
    queueReason: null,
    worker: null,
    sandboxLevel: null,
    usage: NO_USAGE,
    offline: false,
    exhausted: null,
    abort: null,
    error: null,
    result: null,
  }
}

function changes(view: CardView, event: TaskEvent): Partial<CardView> {
  switch (event.type) {
    case 'task.created':
      return {}
    case 'task.routed':
      return {
        understood: event.data,
        taskType: event.data.task_type,
        repository: view.repository || event.data.source?.type === 'git',
      }
    case 'task.split':
      return { split: [...view.split, ...event.data.task_ids] }
    case 'task.queued':
      return { queueReason: event.data.reason }
    case 'task.started':
      return { worker: event.data.worker, sandboxLevel: event.data.sandbox_level }
    case 'task.completed':
      return { result: event.data.result, offline: view.offline || event.data.result.offline }
    case 'task.failed':
      return {
        error: event.data.error,
        result: event.data.result,
        offline: view.offline || event.data.result?.offline === true,
        subtasks: view.subtasks.map((one) => (one.state === 'at_work' ? { ...one, state: 'failed' } : one)),
      }
    case 'task.aborting':
    case 'task.aborted':
      return { abort: { by: event.data.by, reason: event.data.reason } }
    case 'approval.requested':
      // Whoever worked on it lets go here; taking it up after the answer is no interruption.
      return { approvals: [...view.approvals, asked(event.data, event.at)], openSteps: [] }
    case 'approval.resolved':
      return { approvals: view.approvals.map((approval) => resolved(approval, event.data, event.at)) }
    case 'step.started':
      return stepStarted(view, event.data)
    case 'step.progress':
      return { printed: clipStart(`${view.printed}${event.data.message.replace(/\n?$/, '\n')}`, PRINTED_KEPT) }
    case 'step.completed':
      return stepCompleted(view, event.data)
    case 'step.failed':
      return {
        openSteps: view.openSteps.filter((key) => key !== event.data.step),
        subtasks: withState(view, event.data.step, 'failed'),
        ...(view.step?.key === event.data.step ? { step: null } : {}),
      }
    case 'tool.started':
    case 'tool.finished':
      return { tools: withTool(view.tools, event) }
    case 'agent.message': {
      const { agent, text, offline } = event.data
      return { message: { agent, text: clip(text, MESSAGE_KEPT) }, offline: view.offline || offline }
    }
    case 'check.finished': {
      const { step, agent: _, ...report } = event.data
      return { gate: step, checks: [...(view.gate === step ? view.checks : []), report] }
    }
    case 'preview.ready':
      return { preview: { id: event.data.preview_id, url: event.data.url } }
    case 'preview.closed':
      return view.preview?.id === event.data.preview_id ? { preview: null } : {}
    case 'artifact.added': {
      const { artifact_id: id, name, media_type: mediaType, bytes } = event.data
      return { files: [...view.files.filter((file) => file.id !== id), { id, name, mediaType, bytes }] }
    }
    case 'usage.recorded':
      return { usage: withCall(view.usage, event.data), offline: view.offline || event.data.offline }
    case 'budget.exhausted':
      return { exhausted: event.data }
    case 'approval.seconded':
      return { approvals: view.approvals.map((approval) => seconded(approval, event.data)) }
    case 'policy.decided':
    case 'egress.decided':
    case 'secret.used':
    case 'secret.found':
    case 'sandbox.escape':
      return {}
    case 'heal.finished':
      return { repairRound: Math.max(view.repairRound, event.data.round) }
    case 'branch.merged':
      return { conflicts: event.data.conflicts.length }
  }
}

function seconded(approval: AskedApproval, data: EventOf<'approval.seconded'>['data']): AskedApproval {
  return approval.id === data.approval_id ? { ...approval, secondedBy: [...approval.secondedBy, data.by] } : approval
}

function asked(data: EventOf<'approval.requested'>['data'], at: Date): AskedApproval {
  return {
    id: data.approval_id,
    status: 'pending',
    kind: data.kind,
    subject: data.subject,
    digest: data.digest,
    reason: data.reason,
    estimate: data.estimate ?? null,
    binding: data.binding ?? null,
    policy: data.policy ?? null,
    secondedBy: [],
    expiresAt: new Date(data.expires_at),
    resolvedBy: null,
    comment: null,
    askedAt: at,
    resolvedAt: null,
  }
}

function resolved(approval: AskedApproval, data: EventOf<'approval.resolved'>['data'], at: Date): AskedApproval {
  if (approval.id !== data.approval_id || approval.status !== 'pending') return approval
  return { ...approval, status: data.status, resolvedBy: data.by, comment: data.comment, resolvedAt: at }
}

/** Nobody waits for an answer any more once the task went on or ended without one. */
function noLonger(at: Date): (approval: AskedApproval) => AskedApproval {
  return (approval) =>
    approval.status === 'pending' ? { ...approval, status: 'superseded', resolvedAt: at } : approval
}

/** The unit of work that a step belongs to: turns, tools and briefs are parts of one. */
function unitOf(key: string): string {
  return key.replace(/\/(?:brief|turn\/.*)$/, '')
}

function stepStarted(view: CardView, data: EventOf<'step.started'>['data']): Partial<CardView> {
  const { step: key, agent, title } = data
  // A step that began and never ended begins again: whoever had begun it is gone, and with them all that they had open.
  const again = view.openSteps.includes(key)
  const openSteps = [...(again ? [] : view.openSteps), key]
  const resumes = view.resumes + (again ? 1 : 0)
  const unit = unitOf(key)
  if (unit !== key) {
    const turn = /\/turn\/(\d+)/.exec(key)?.[1]
    if (turn === undefined || view.step?.key !== unit) return { openSteps, resumes }
    return { openSteps, resumes, step: { ...view.step, turn: Number(turn) } }
  }
  const repair = /^(?:repair|review-fix)\/\d+$/.test(key) && !again
  return {
    openSteps,
    resumes,
    step: { key, agent, title, turn: null },
    printed: '',
    subtasks: withState(view, key, 'at_work'),
    ...(repair ? { repairRound: view.repairRound + 1 } : {}),
  }
}

function stepCompleted(view: CardView, data: EventOf<'step.completed'>['data']): Partial<CardView> {
  const ended = {
    openSteps: view.openSteps.filter((key) => key !== data.step),
    subtasks: withState(view, data.step, 'done'),
    ...(view.step?.key === data.step ? { step: null } : {}),
  }
  if (data.step !== 'plan') return ended
  // The log is our own: what the step of that name recorded has that shape.
  const plan = data.output as Partial<Plan> | null
  if (!Array.isArray(plan?.subtasks)) return ended
  const subtasks = plan.subtasks.map(({ id, title, role }) => ({ id, title, role, state: 'open' as const }))
  return { ...ended, planned: plan.summary ?? null, subtasks }
}

function withState(view: CardView, key: string, state: SubtaskView['state']): readonly SubtaskView[] {
  return view.subtasks.map((one) => (`subtask/${one.id}` === key ? { ...one, state } : one))
}

function withTool(tools: readonly ToolView[], event: EventOf<'tool.started' | 'tool.finished'>): readonly ToolView[] {
  const { agent, call_id: callId, tool } = event.data
  if (event.type === 'tool.started') {
    const begun = { callId, agent, tool, subject: subjectOf(event.data.input), ok: null }
    return [...tools, begun].slice(-TOOLS_KEPT)
  }
  const { ok } = event.data
  const at = tools.findLastIndex((one) => one.callId === callId && one.ok === null)
  if (at === -1) return [...tools, { callId, agent, tool, subject: '', ok }].slice(-TOOLS_KEPT)
  return tools.map((one, index) => (index === at ? { ...one, ok } : one))
}

function subjectOf(input: JsonValue): string {
  if (typeof input === 'string') return clip(input, 200)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return ''
  const object = input as Readonly<Record<string, JsonValue>>
  const subject = object['path'] ?? object['command'] ?? object['pattern'] ?? object['summary'] ?? object['port'] ?? ''
  return clip(typeof subject === 'string' ? subject : JSON.stringify(subject), 200)
}
