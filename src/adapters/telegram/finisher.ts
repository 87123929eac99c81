// Marks items as finished, those of many lanes together: a commit costs the same for one and for many.
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox } from '../../core/ports/inbox.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { backoffMs } from './backoff.ts'

export type Finisher = {
  /** Resolves when they are finished, or when `signal` aborted before that could be recorded. Never rejects. */
  readonly finish: (updateIds: readonly number[], signal: AbortSignal) => Promise<void>
}

export function createFinisher(deps: {
  readonly bot: BotId
  readonly inbox: Inbox
  readonly clock: Clock
  readonly telemetry: Telemetry
}): Finisher {
  let waiting: number[] = []
  let next: Promise<void> | null = null
  let writing: Promise<void> = Promise.resolve()

  /** What has been asked for until the present write ends goes into the next one. */
  function write(): Promise<void> {
    next ??= writing
      .catch(() => undefined)
      .then(() => {
        const ids = waiting
        waiting = []
        next = null
        writing = deps.inbox.finish(deps.bot, ids)
        return writing
      })
    return next
  }

  return {
    finish: async (updateIds, signal) => {
      for (let failures = 1; ; failures += 1) {
        waiting.push(...updateIds)
        try {
          return await write()
        } catch (error) {
          deps.telemetry.log('error', 'Finished updates could not be recorded', {
            bot: deps.bot,
            error: String(error),
          })
          if (signal.aborted) return
          await deps.clock.sleep(backoffMs(failures, 500, 30_000), signal)
        }
      }
    },
  }
}
