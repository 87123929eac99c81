// Long polls: one per bot at a time; a newer one ends the older one.
import type { Update } from '@grammyjs/types'
import { BotApiError } from './api-error.ts'
import type { Faults } from './faults.ts'
import type { BotAccount } from './model.ts'
import type { World } from './world.ts'

export type Polls = {
  /**
   * The waiting updates, as soon as there is one, at the latest after `timeoutSeconds` of real time. Throws the 409 when
   * a newer poll or a webhook takes over meanwhile. Gives nothing when the caller goes away.
   */
  readonly wait: (bot: BotAccount, limit: number, timeoutSeconds: number, gone: AbortSignal) => Promise<Update[]>
  /** Ends the poll of a bot with a 409 that names who took over, or with a 401 when its token was replaced. */
  readonly end: (bot: BotAccount, by: 'other getUpdates request' | 'setWebhook request' | 'new token') => void
}

export function createPolls(world: World, faults: Pick<Faults, 'duplicateUpdates' | 'reorderUpdates'>): Polls {
  const open = new Map<number, (error: BotApiError) => void>()
  const repeated = new WeakMap<BotAccount, readonly Update[]>()

  const end: Polls['end'] = (bot, by) => {
    if (by === 'new token') return open.get(bot.id)?.(new BotApiError(401, 'Unauthorized'))
    const hint = by === 'setWebhook request' ? '' : '; make sure that only one bot instance is running'
    open.get(bot.id)?.(new BotApiError(409, `Conflict: terminated by ${by}${hint}`))
  }
  const take = (bot: BotAccount, limit: number): Update[] => {
    const fresh = [...world.queueOf(bot).peek(limit)]
    const again = faults.duplicateUpdates ? (repeated.get(bot) ?? []) : []
    const ids = new Set(fresh.map((update) => update.update_id))
    const updates = [...again.filter((update) => !ids.has(update.update_id)), ...fresh].slice(0, limit)
    repeated.set(bot, fresh)
    return faults.reorderUpdates ? updates.toReversed() : updates
  }

  return {
    end,
    wait: async (bot, limit, timeoutSeconds, gone) => {
      end(bot, 'other getUpdates request')
      const ready = take(bot, limit)
      if (ready.length > 0 || timeoutSeconds <= 0 || gone.aborted) return ready
      return await new Promise((resolve, reject) => {
        const finish = (settle: () => void): void => {
          clearTimeout(timer)
          unsubscribe()
          gone.removeEventListener('abort', onGone)
          if (open.get(bot.id) === onEnd) open.delete(bot.id)
          settle()
        }
        const onEnd = (error: BotApiError): void => finish(() => reject(error))
        const onGone = (): void => finish(() => resolve([]))
        // Real time: how long a connection is held is no matter of the world's clock.
        const timer = setTimeout(() => finish(() => resolve([])), timeoutSeconds * 1000)
        // What arrives in the same moment goes out together.
        let isScheduled = false
        const unsubscribe = world.queueOf(bot).onArrival(() => {
          if (isScheduled) return
          isScheduled = true
          setImmediate(() => {
            if (open.get(bot.id) === onEnd) finish(() => resolve(take(bot, limit)))
          })
        })
        gone.addEventListener('abort', onGone)
        open.set(bot.id, onEnd)
      })
    },
  }
}
