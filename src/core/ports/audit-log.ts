// The audit log: appended to, read, never changed. Implemented by adapters/postgres and adapters/memory.
// What is in tasks' logs gets there with them (see auditEntriesOf): TaskStore writes both in one transaction.
import type { AuditAction, AuditEntry, SealedEntry } from '../vocabulary/audit.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'

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
  /** Durable when it resolves, in the order given, without entries of others in between. */
  append(entries: readonly AuditEntry[]): Promise<AuditHead>
  /** The last entry; `{ seq: 0, hash: NO_HASH }` where there is none. */
  head(): Promise<AuditHead>
  /** Newest first. */
  list(filter: AuditFilter): Promise<readonly SealedEntry[]>
  /** All of them from `after` on, ascending, as they stood at one moment. */
  read(after: number): AsyncIterable<SealedEntry>
}
