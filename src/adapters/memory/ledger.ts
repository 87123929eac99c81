// The ledger in memory: the sums over the recorded logs themselves.
import type { Ledger } from '../../core/ports/ledger.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import { NO_USAGE, withCall } from '../../core/vocabulary/usage.ts'
import type { UsageTotals } from '../../core/vocabulary/usage.ts'
import type { TaskRecords } from './task-records.ts'

/** Completed tasks that say what is typical, the newest. */
const LOOKED_AT = 20
const ENOUGH = 3

export function createMemoryLedger(records: TaskRecords): Ledger {
  return {
    totals: async ({ taskId, userId, since }) => {
      let totals: UsageTotals = NO_USAGE
      for (const { task, events } of [...records.tasks.values(), ...records.spentByNobody]) {
        if ((taskId !== null && task.id !== taskId) || (userId !== null && task.userId !== userId)) continue
        for (const event of events) {
          if (event.type !== 'usage.recorded' || (since !== null && event.at < since)) continue
          totals = withCall(totals, event.data)
        }
      }
      return totals
    },
    typical: async (taskType) => {
      const done = [...records.tasks.values()]
        .filter(({ task }) => task.taskType === taskType && task.status === 'completed')
        .toSorted((a, b) => b.order - a.order)
        .slice(0, LOOKED_AT)
      if (done.length < ENOUGH) return null
      return {
        seconds: median(done.map(({ events }) => workedSeconds(events))),
        tokens: Math.round(median(done.map(({ events }) => tokensOf(events)))),
        tasks: done.length,
      }
    },
  }
}

function workedSeconds(events: readonly TaskEvent[]): number {
  const begun = events.find(({ type }) => type === 'task.started')
  const over = events.findLast(({ type }) => type === 'task.completed')
  return begun === undefined || over === undefined ? 0 : (over.at.getTime() - begun.at.getTime()) / 1_000
}

function tokensOf(events: readonly TaskEvent[]): number {
  return events.reduce(
    (sum, event) => (event.type === 'usage.recorded' ? sum + event.data.input_tokens + event.data.output_tokens : sum),
    0,
  )
}

/** Between the two in the middle where there is no single one. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low = 0, high = 0] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  return (low + high) / 2
}
