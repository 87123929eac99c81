// Hints that something changed, so that nobody has to poll fast. Implemented over PostgreSQL NOTIFY, Redis Streams, or memory.
import type { CredentialId, TaskId } from '../vocabulary/ids.ts'
import type { BotId } from '../vocabulary/place.ts'

/**
 * `task`: the log of this task grew. `work`: something became claimable. `abort`: this task is to stop at once.
 * `mail`: the inbox or the outbox of this bot grew. `panic`: everything is to stop at once. `revoked`: a credential is worth nothing any
 * more.
 */
export type TaskSignal =
  | { readonly type: 'task'; readonly taskId: TaskId; readonly seq: number }
  | { readonly type: 'work' }
  | { readonly type: 'abort'; readonly taskId: TaskId }
  | { readonly type: 'mail'; readonly bot: BotId }
  | { readonly type: 'panic' }
  | { readonly type: 'revoked'; readonly credential: CredentialId }

/**
 * At most once, unordered, possibly coalesced, possibly duplicated: a subscriber must also look by itself now and then.
 * Listeners in the same process are called at once; those in other processes within about 10 ms when idle.
 */
export interface TaskSignals {
  /** Never throws and never waits for delivery. Call it after the commit that it tells of. */
  publish(signal: TaskSignal): void
  /** Returns the way to stop listening. A listener must not throw. */
  subscribe(listener: (signal: TaskSignal) => void): () => void
}
