// Counts what a task's models cost and ends the task at its limit: a model that never finishes meets this wall.
import type { EventOf, TaskEvent } from '../vocabulary/event.ts'
import type { UsageTotals } from '../vocabulary/usage.ts'
import { NO_USAGE, withCall } from '../vocabulary/usage.ts'

export type Exhausted = EventOf<'budget.exhausted'>['data']

export type Meter = {
  readonly record: (usage: EventOf<'usage.recorded'>['data']) => void
  readonly totals: () => UsageTotals
  /** Tokens in and out of the steps whose keys begin so. */
  readonly tokensOf: (prefix: string) => number
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
  const byStep = new Map<string, number>()
  const record = (usage: EventOf<'usage.recorded'>['data']) => {
    totals = withCall(totals, usage)
    offline ||= usage.offline
    byStep.set(usage.step, (byStep.get(usage.step) ?? 0) + usage.input_tokens + usage.output_tokens)
  }
  for (const event of log) if (event.type === 'usage.recorded') record(event.data)
  return {
    record,
    totals: () => totals,
    tokensOf: (prefix) =>
      [...byStep].reduce((sum, [step, tokens]) => (step.startsWith(prefix) ? sum + tokens : sum), 0),
    offline: () => offline,
    exhausted: () => {
      const tokens = totals.input_tokens + totals.output_tokens
      // One from the cache costs nothing, but whoever goes round in circles does so there as well.
      const calls = totals.model_calls + (totals.cached_calls ?? 0)
      if (calls >= limits.modelCallsPerTask) {
        return { limit: 'model calls a task', used: calls, allowed: limits.modelCallsPerTask }
      }
      if (tokens >= limits.tokensPerTask) return { limit: 'tokens a task', used: tokens, allowed: limits.tokensPerTask }
      return null
    },
  }
}
