// A Telegram of our own for benchmarks, and what it sees of a bot that is measured: when it listens, and its first word to each message.
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { WorldEvent } from '../../testkit/telegram/world/model.ts'
import type { BenchmarkContext } from './benchmark.ts'

const PATIENCE_MS = 60_000

export async function openTelegram(context: BenchmarkContext): Promise<Telegram> {
  const telegram = await startTelegram()
  context.cleanUp(telegram.close)
  return telegram
}

/** Resolves when `seen` answers true for something that happens from now on; rejects when that takes too long. */
export function happens(telegram: Telegram, what: string, seen: (event: WorldEvent) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      unsubscribe()
      reject(new Error(`Telegram waited in vain for ${what}`))
    }, PATIENCE_MS)
    const unsubscribe = telegram.world.subscribe((event) => {
      if (!seen(event)) return
      clearTimeout(late)
      unsubscribe()
      resolve()
    })
  })
}

/** Resolves when every one of the bots has called the method once. */
export function called(telegram: Telegram, method: string, bots: readonly number[]): Promise<void> {
  const missing = new Set(bots)
  return happens(telegram, `${method} of all bots`, (event) => {
    if (event.type === 'call' && event.call.method === method && event.call.outcome.ok) missing.delete(event.call.botId)
    return missing.size === 0
  })
}

/** Whether it is a bot's message, or its reaction. In private chats alone. */
export function wordOf(event: WorldEvent): { readonly user: number; readonly type: 'message' | 'reaction' } | null {
  if (event.type !== 'message' && event.type !== 'reaction') return null
  const { chat, fromId } = event.message
  const by = event.type === 'reaction' ? event.byId : fromId
  if (chat.bot === undefined || by !== chat.bot.id || chat.userId === undefined) return null
  return { user: chat.userId, type: event.type }
}
