// Where tasks and their logs are kept: the truth. Implemented by adapters/postgres and adapters/memory;
// every implementation passes test/contract/task-store.ts. It holds no rules: what may follow what is decided by
// core/task and only recorded here, under optimistic concurrency (the log's length is the version).
import type { TaskEvent } from '../vocabulary/event.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { IncomingMessage } from '../vocabulary/message.ts'
import type { Task, TaskStatus } from '../vocabulary/task.ts'

/** A change decided on `task.lastSeq === expectedSeq`: `events` are numbered expectedSeq+1, +2, … and `next` is their fold. */
export type TaskChange = {
  readonly taskId: TaskId
  readonly expectedSeq: number
  readonly events: readonly TaskEvent[]
  readonly next: Task
  /** The fencing token of the claim under which this is written; null for a change from outside the worker (approve, abort). */
  readonly token: bigint | null
  /** When workers may claim the task: now, after this time, when the present lease ends ('keep'), or not ('never'). */
  readonly claimable: 'now' | 'keep' | 'never' | Date
  /** What this change says to the person, to be recorded as our message in the task's thread in the same transaction; null for nothing. */
  readonly said: string | null
  /** True when a step was completed: resets the count of claims that led nowhere. */
  readonly progressed: boolean
}

export type CommitOutcome =
  | { readonly type: 'committed' }
  /** Somebody else appended first: decide again on this state. */
  | { readonly type: 'conflict'; readonly task: Task }
  /** The token is no longer the task's: this worker lost its lease and must stop touching the task. */
  | { readonly type: 'stale_token' }
  | { readonly type: 'not_found' }

export type TaskPage = { readonly items: readonly Task[]; readonly nextCursor: string | null }

export type TaskFilter = {
  /** Whose; several where they are one person's. Null for everybody's. */
  readonly userId: UserId | readonly UserId[] | null
  readonly statuses: readonly TaskStatus[] | null
  readonly limit: number
  /** A cursor that an earlier page returned; an unknown or malformed one is `null`'s page. Newest first. */
  readonly cursor: string | null
}

export interface TaskStore {
  /**
   * Records an accepted request in one transaction: the thread (made if missing), the message, the task and its first
   * events. Resolves only after the commit. The same (interface, chat, externalId) again changes nothing and returns
   * the first task: exactly one caller ever gets `created: true`. `task` and `events` must already be a fold.
   * A message that was recorded before, without a task, becomes this task's.
   * `task.threadId` is a proposal: an existing thread of (interface, chat) wins, in the task and in its first event.
   */
  accept(message: IncomingMessage, task: Task, events: readonly TaskEvent[]): Promise<{ task: Task; created: boolean }>
  /** All or nothing, durable when it resolves. Concurrent calls for one task: exactly one commits per expectedSeq. */
  commit(change: TaskChange): Promise<CommitOutcome>
  get(taskId: TaskId): Promise<Task | null>
  list(filter: TaskFilter): Promise<TaskPage>
  /** Events with seq > after, ascending, at most `limit`; empty for an unknown task. A reader never sees a gap. */
  events(taskId: TaskId, after: number, limit: number): Promise<readonly TaskEvent[]>
}
