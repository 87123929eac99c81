// The audit log: appended to, read, never changed. Implemented by adapters/postgres and adapters/memory.
// What is in tasks' logs gets there with them (see auditEntriesOf): TaskStore writes both in one transaction.
import type { AuditAction, AuditEntry, SealedEntry } from '../vocabulary/audit.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'

export type AuditFilter = {
  readonly actor: UserId | null
  readonly taskId: TaskId | null
  readonly action: AuditAction | null
  /** Only entries with a smaller number; null for the newest. */
  readonly before: number | null
  /** At most. */
  readonly limit: number
}

export type AuditHead = { readonly seq: number; readonly hash: string }

export interface AuditLog {
  /**
   * Durable when it resolves, in the order given, without entries of others in between, also when many processes append at once. Returns
   * the last of these entries (the last of all for none). Throws when nothing of it was written.
   */
  append(entries: readonly AuditEntry[]): Promise<AuditHead>
  /** The last entry; `{ seq: 0, hash: NO_HASH }` where there is none. */
  head(): Promise<AuditHead>
  /** Newest first. */
  list(filter: AuditFilter): Promise<readonly SealedEntry[]>
  /** All of them from `after` on, ascending, as they stood at one moment. */
  read(after: number): AsyncIterable<SealedEntry>
}

export interface AuditRecorder {
  /**
   * Records one act as it happens now. Resolves once it is durable. Acts that nobody may do unrecorded (letting people in, credentials,
   * secrets, settings) are recorded before they are done: when that fails it throws an Error for whoever acts, and the act is not to
   * happen. For the others a failure is logged as an error and nothing else: being stopped, refused or alerted hangs on no log.
   */
  record(actor: UserId, action: AuditAction, subject: string, data?: JsonObject, taskId?: TaskId): Promise<void>
}

/** Where the end of the chain was at some moment, kept where whoever changes the database doesn't reach. */
export type Anchor = AuditHead & { readonly at: Date }

/** A line of the anchor that says nothing: unreadable, or not written with our key. */
export type BadAnchor = { readonly type: 'bad'; readonly line: number; readonly problem: string }

export interface AuditAnchor {
  /** Durable when it resolves. Several processes may append at once. */
  append(anchor: Anchor): Promise<void>
  /** As they were appended; nothing where there is no anchor yet. */
  read(): AsyncIterable<({ readonly type: 'anchor' } & Anchor) | BadAnchor>
}
