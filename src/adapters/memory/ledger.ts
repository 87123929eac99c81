// The ledger in memory: the sums over the recorded logs themselves.
import type { Ledger } from '../../core/ports/ledger.ts'
import { NO_USAGE } from '../../core/vocabulary/usage.ts'
import type { UsageTotals } from '../../core/vocabulary/usage.ts'
import type { TaskRecords } from './task-records.ts'

export function createMemoryLedger(records: TaskRecords): Ledger {
  return {
    totals: async ({ taskId, userId, since }) => {
      let totals: UsageTotals = NO_USAGE
      for (const { task, events } of records.tasks.values()) {
        if ((taskId !== null && task.id !== taskId) || (userId !== null && task.userId !== userId)) continue
        for (const event of events) {
          if (event.type !== 'usage.recorded' || (since !== null && event.at < since)) continue
          totals = {
            input_tokens: totals.input_tokens + event.data.input_tokens,
            output_tokens: totals.output_tokens + event.data.output_tokens,
            cached_input_tokens: totals.cached_input_tokens + event.data.cached_input_tokens,
            model_calls: totals.model_calls + 1,
          }
        }
      }
      return totals
    },
  }
}
