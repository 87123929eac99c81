// Counts what a task's models cost and ends the task at its limit: a model that never finishes meets this wall.
import type { EventOf, TaskEvent } from '../vocabulary/event.ts'
import type { UsageTotals } from '../vocabulary/usage.ts'
import { NO_USAGE, withCall } from '../vocabulary/usage.ts'

export type Exhausted = EventOf<'budget.exhausted'>['data']

export type Meter = {
  readonly record: (usage: EventOf<'usage.recorded'>['data']) => void
  readonly totals: () => UsageTotals
  /** True when any model that worked on the task was the offline one. */
  readonly offline: () => boolean
  /** The limit that forbids the next call, or null. */
  readonly exhausted: () => Exhausted | null
}

export function createMeter(
  log: readonly TaskEvent[],
  limits: { readonly modelCallsPerTask: number; readonly tokensPerTask: number },
): Meter {
  let totals: UsageTotals = NO_USAGE
  let offline = false
  const record = (usage: EventOf<'usage.recorded'>['data']) => {
    totals = withCall(totals, usage)
    offline ||= usage.offline
  }
  for (const event of log) if (event.type === 'usage.recorded') record(event.data)
  return {
    record,
    totals: () => totals,
    offline: () => offline,
    exhausted: () => {
      const tokens = totals.input_tokens + totals.output_tokens
      if (totals.model_calls >= limits.modelCallsPerTask) {
        return { limit: 'model calls a task', used: totals.model_calls, allowed: limits.modelCallsPerTask }
      }
      if (tokens >= limits.tokensPerTask) return { limit: 'tokens a task', used: tokens, allowed: limits.tokensPerTask }
      return null
    },
  }
}
