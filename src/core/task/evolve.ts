// The state machine of a task: what one more event makes of it. Pure, and the only way a Task ever changes.
import type { TaskEvent, TaskEventBody } from '../vocabulary/event.ts'
import { mayFollowTheEnd } from '../vocabulary/event.ts'
import type { ThreadId } from '../vocabulary/ids.ts'
import { wholeResult, wholeRouting } from '../vocabulary/older.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'
import { toStorable } from './storable.ts'

/** The step under which a request is routed; starting it is what makes a pending task `routing`. */
export const ROUTE_STEP = 'route'

/**
 * The status after `event`, or null where the event can't happen in `status`.
 * A literal command and a request of a given type skip routing, so `task.routed` may follow `pending` directly.
 */
export function statusAfter(status: TaskStatus, event: TaskEventBody): TaskStatus | null {
  if (isTerminal(status)) return mayFollowTheEnd(event.type) ? status : null
  const from = (allowed: readonly TaskStatus[], next: TaskStatus) => (allowed.includes(status) ? next : null)
  switch (event.type) {
    case 'task.created':
      return null
    case 'task.routed':
      return from(['pending', 'routing'], 'routing')
    case 'approval.requested':
      return from(['routing', 'running'], 'needs_approval')
    case 'approval.seconded':
    case 'approval.resolved':
      return from(['needs_approval'], 'needs_approval')
    case 'task.queued':
      return from(['routing', 'needs_approval'], 'queued')
    case 'task.started':
      return from(['queued'], 'running')
    case 'task.completed':
      return from(['running'], 'completed')
    case 'task.failed':
      return from(['pending', 'routing', 'queued', 'running'], 'failed')
    case 'task.aborting':
      return from(['running'], 'aborting')
    case 'task.aborted':
      return from(['pending', 'routing', 'needs_approval', 'queued', 'aborting'], 'aborted')
    case 'step.started':
      return status === 'pending' && event.data.step === ROUTE_STEP ? 'routing' : status
    default:
      return status
  }
}

/** The task after `event`. Throws when the event can't follow: a caller that decided on a stale task, or a bug. */
export function evolve(task: Task | null, event: TaskEvent): Task {
  if (task === null) return born(event)
  if (event.task_id !== task.id || event.seq !== task.lastSeq + 1) {
    throw new Error(`Event ${event.seq} of ${event.task_id} can't follow event ${task.lastSeq} of ${task.id}`)
  }
  const status = statusAfter(task.status, event)
  if (status === null) throw new Error(`${event.type} can't happen to a task that is ${task.status} (${task.id})`)
  return { ...task, ...changes(task, event), status, lastSeq: event.seq, updatedAt: event.at }
}

function born(event: TaskEvent): Task {
  if (event.type !== 'task.created' || event.seq !== 1)
    throw new Error(`A log begins with task.created, not ${event.type}`)
  return {
    id: event.task_id,
    userId: event.data.user_id,
    threadId: event.data.thread_id as ThreadId,
    inputText: event.data.input_text,
    taskType: event.data.task_type,
    status: 'pending',
    confirm: event.data.confirm ?? false,
    source: event.data.source,
    routing: null,
    approval: null,
    result: null,
    error: null,
    lastSeq: 1,
    createdAt: event.at,
    updatedAt: event.at,
  }
}

function changes(task: Task, event: TaskEvent): Partial<Task> {
  switch (event.type) {
    case 'task.routed':
      return { routing: wholeRouting(event.data), taskType: event.data.task_type }
    case 'approval.requested':
      return {
        approval: {
          id: event.data.approval_id,
          status: 'pending',
          kind: event.data.kind,
          subject: event.data.subject,
          digest: event.data.digest,
          reason: event.data.reason,
          estimate: event.data.estimate ?? null,
          binding: event.data.binding ?? null,
          policy: event.data.policy ?? null,
          secondedBy: [],
          expiresAt: new Date(event.data.expires_at),
          resolvedBy: null,
          comment: null,
        },
      }
    case 'approval.seconded':
      if (task.approval === null) return {}
      return { approval: { ...task.approval, secondedBy: [...task.approval.secondedBy, event.data.by] } }
    case 'approval.resolved':
      if (task.approval === null) return {}
      return {
        approval: {
          ...task.approval,
          status: event.data.status,
          resolvedBy: event.data.by,
          comment: event.data.comment,
        },
      }
    case 'task.completed':
      return { result: wholeResult(event.data.result) }
    case 'task.failed':
      return { result: event.data.result === null ? null : wholeResult(event.data.result), error: event.data.error }
    case 'task.aborted':
      return { error: event.data.reason }
    default:
      return {}
  }
}

/** Numbers the bodies after `task` and folds them. */
export function extend(
  task: Task,
  bodies: readonly TaskEventBody[],
  at: Date,
): { readonly events: readonly TaskEvent[]; readonly next: Task } {
  const events: TaskEvent[] = []
  let next = task
  for (const body of bodies) {
    const event: TaskEvent = { ...toStorable(body), task_id: task.id, seq: next.lastSeq + 1, at }
    next = evolve(next, event)
    events.push(event)
  }
  return { events, next }
}
