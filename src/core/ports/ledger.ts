// What was spent, over time and by whom: sums over every `usage.recorded` event.
import type { Estimate } from '../vocabulary/approval.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { TaskType } from '../vocabulary/task.ts'
import type { UsageTotals } from '../vocabulary/usage.ts'

export type LedgerQuery = {
  readonly taskId: TaskId | null
  readonly userId: UserId | null
  readonly since: Date | null
}

/** Entries are written in the transaction that commits the event (see TaskStore.commit): exactly one entry an event. */
export interface Ledger {
  totals(query: LedgerQuery): Promise<UsageTotals>
  /** What the last completed tasks of a type took, in the middle; null while there are fewer than three. */
  typical(taskType: TaskType): Promise<Estimate | null>
}
