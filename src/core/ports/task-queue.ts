// Which worker works on which task: leases with fencing tokens over the same records that TaskStore keeps.
// Leases are measured by the store's own clock, so workers' clocks need not agree.
import type { TaskId, WorkerId } from '../vocabulary/ids.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'

export type Claim = {
  readonly task: Task
  /** Grows with every claim of any task; every write under this claim carries it. */
  readonly token: bigint
  /** Claims of this task since its log last grew by a completed step, this one included. */
  readonly attempt: number
}

export type ClaimRequest = {
  readonly worker: WorkerId
  readonly limit: number
  readonly leaseMs: number
  /** Only this task, or any when null. */
  readonly only: TaskId | null
}

export type HeldClaim = { readonly taskId: TaskId; readonly token: bigint }
/** What became of a claim at renewal. `aborting` is still held: the worker stops the work and acknowledges. */
export type Renewal = { readonly taskId: TaskId; readonly state: 'held' | 'aborting' | 'lost' }

export type QueueState = {
  readonly paused: boolean
  readonly counts: Readonly<Partial<Record<TaskStatus, number>>>
  /** Workers that claimed or renewed within the last 30 seconds. */
  readonly workers: readonly WorkerId[]
}

export interface TaskQueue {
  /** Claims up to `limit` claimable tasks, the longest waiting first. No task is ever held by two unexpired claims. Empty while paused. */
  claim(request: ClaimRequest): Promise<readonly Claim[]>
  /** Extends the leases in one statement, and tells of each claim whether it is still held. Also says that the worker is alive. */
  renew(worker: WorkerId, claims: readonly HeldClaim[], leaseMs: number): Promise<readonly Renewal[]>
  /** Gives a claim back, claimable again after `delayMs`. A stale token changes nothing. */
  release(claim: HeldClaim, delayMs: number): Promise<void>
  /**
   * Forgets a worker that is known to be dead and makes its tasks claimable at once, instead of when their leases end.
   * Returns how many tasks. Its tokens are stale from here on: wrong news of a death costs work, never correctness.
   */
  bury(worker: WorkerId): Promise<number>
  /** Panic and maintenance: no claims while paused. Idempotent, durable, seen by every process at its next claim. */
  setPaused(paused: boolean): Promise<void>
  state(): Promise<QueueState>
}
