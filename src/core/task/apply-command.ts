// Carries out a decision on a task's log under optimistic concurrency, and tells whoever listens.
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'
import type { Clock } from '../ports/clock.ts'
import type { TaskSignals } from '../ports/task-signals.ts'
import type { TaskChange, TaskStore } from '../ports/task-store.ts'
import { decide } from './decide.ts'
import type { TaskCommand } from './decide.ts'
import { extend, statusAfter } from './evolve.ts'
import { saidBy } from './outcome.ts'

export type LogDeps = { readonly store: TaskStore; readonly signals: TaskSignals; readonly clock: Clock }

export function isRefusal(value: Task | Refusal | readonly TaskEventBody[]): value is Refusal {
  return 'type' in value
}

/** A person's command. Safe to repeat: the second approval of one thing is refused, the second abort changes nothing. */
export function applyCommand(deps: LogDeps, taskId: TaskId, command: TaskCommand): Promise<Task | Refusal> {
  return changeTask(deps, taskId, null, (task) => decide(task, command, deps.clock.now()))
}

/**
 * A write by the worker that holds the claim with this token: all of the bodies or none. Refused when the lease was lost,
 * when an event can't happen now, and when it is a person's to cause (see refusalUnderClaim).
 */
export function appendUnderClaim(
  deps: LogDeps,
  claim: { readonly taskId: TaskId; readonly token: bigint },
  bodies: readonly TaskEventBody[],
): Promise<Task | Refusal> {
  return changeTask(deps, claim.taskId, claim.token, (task) => refusalUnderClaim(task, bodies) ?? bodies)
}

/** What the platform has to add from outside of a claim (previews closed, artifacts added), also after the end. */
export function appendFromOutside(
  deps: LogDeps,
  taskId: TaskId,
  bodies: readonly TaskEventBody[],
): Promise<Task | Refusal> {
  return changeTask(deps, taskId, null, (task) => refusalOf(task, bodies) ?? bodies)
}

/** Why the bodies can't follow the task, one after the other; null when they can. */
export function refusalOf(task: Task, bodies: readonly TaskEventBody[]): Refusal | null {
  let status = task.status
  for (const body of bodies) {
    const next = statusAfter(status, body)
    if (next === null) {
      if (isTerminal(status)) return { type: 'already_over', status }
      return { type: 'wrong_status', status, wanted: `a status in which ${body.type} can happen` }
    }
    status = next
  }
  return null
}

/** Births, stops and answers come from outside of a claim. */
const NOT_A_WORKERS: ReadonlySet<TaskEventBody['type']> = new Set([
  'task.created',
  'task.aborting',
  'approval.seconded',
  'approval.resolved',
])

/**
 * Why the holder of a claim may not append the bodies; null when it may. On top of what can follow at all, a worker never
 * answers for a person: neither with the answer itself, nor by passing over the question, nor by a stop nobody asked for.
 */
export function refusalUnderClaim(task: Task, bodies: readonly TaskEventBody[]): Refusal | null {
  let status = task.status
  for (const body of bodies) {
    if (NOT_A_WORKERS.has(body.type) || isForged(task, body)) return { type: 'not_a_workers', event: body.type }
    const refused = refusalOf({ ...task, status }, [body])
    if (refused !== null) return refused
    if (body.type === 'task.aborted' && status !== 'aborting')
      return { type: 'wrong_status', status, wanted: 'aborting' }
    const next = statusAfter(status, body) ?? status
    if (status === 'needs_approval' && next !== status)
      return { type: 'wrong_status', status, wanted: "a person's answer" }
    status = next
  }
  return null
}

/** Something done by a yes that nobody gave, or that was given to something else before. */
function isForged({ approval }: Task, body: TaskEventBody): boolean {
  if (body.type !== 'tool.started' || body.data.approval_id === undefined) return false
  return approval?.id !== body.data.approval_id || approval.status !== 'approved'
}

/** Decides, records, and where somebody was faster decides again on what they left. */
async function changeTask(
  deps: LogDeps,
  taskId: TaskId,
  token: bigint | null,
  decideOn: (task: Task) => readonly TaskEventBody[] | Refusal,
): Promise<Task | Refusal> {
  let task = await deps.store.get(taskId)
  for (;;) {
    if (task === null) return { type: 'not_found' }
    const bodies = decideOn(task)
    if (isRefusal(bodies)) return bodies
    if (bodies.length === 0) return task
    const change = changeOf(task, bodies, token, deps.clock.now())
    const outcome = await deps.store.commit(change)
    switch (outcome.type) {
      case 'committed':
        announce(deps.signals, task, change.next)
        return change.next
      case 'conflict':
        task = outcome.task
        break
      case 'stale_token':
        return { type: 'lost_lease' }
      case 'not_found':
        return { type: 'not_found' }
    }
  }
}

/** The bodies as a change of the store. A task waits for nobody's claim while it needs a person, or once it is over. */
export function changeOf(task: Task, bodies: readonly TaskEventBody[], token: bigint | null, at: Date): TaskChange {
  const { events, next } = extend(task, bodies, at)
  const waits = next.status === 'needs_approval' || isTerminal(next.status)
  const becomesQueued = task.status !== 'queued' && next.status === 'queued'
  return {
    taskId: task.id,
    expectedSeq: task.lastSeq,
    events,
    next,
    token,
    said: saidBy(next, events),
    claimable: waits ? 'never' : becomesQueued && token === null ? 'now' : 'keep',
    progressed: bodies.some((body) => body.type === 'step.completed'),
  }
}

/** Hints for a committed change. */
export function announce(signals: TaskSignals, before: Task, after: Task): void {
  signals.publish({ type: 'task', taskId: after.id, seq: after.lastSeq })
  if (before.status === after.status) return
  if (after.status === 'queued') signals.publish({ type: 'work' })
  if (after.status === 'aborting' || after.status === 'aborted') signals.publish({ type: 'abort', taskId: after.id })
}
