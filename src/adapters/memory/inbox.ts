// An inbox in memory, for unit tests and simulations.
import type { Inbox, InboxItem } from '../../core/ports/inbox.ts'

type Kept = { readonly item: InboxItem; attempts: number; state: 'open' | 'set_aside' | 'finished' }

export function createMemoryInbox(): Inbox {
  const kept = new Map<string, Kept>()
  /** What stays known of a bot after its items were pruned. */
  const last = new Map<string, InboxItem>()
  const keyOf = (bot: string, updateId: number) => JSON.stringify([bot, updateId])
  const ofBot = (bot: string) => [...kept.values()].filter(({ item }) => item.bot === bot)
  return {
    add: async (items) =>
      items.filter((item) => {
        const key = keyOf(item.bot, item.updateId)
        if (kept.has(key)) return false
        kept.set(key, { item, attempts: 0, state: 'open' })
        last.set(item.bot, later(last.get(item.bot), item))
        return true
      }),
    unfinished: async (bot, limit) =>
      ofBot(bot)
        .filter(({ state }) => state === 'open')
        .toSorted((a, b) => a.item.updateId - b.item.updateId)
        .slice(0, Math.max(0, limit))
        .map(({ item, attempts }) => ({ ...item, attempts })),
    finish: async (bot, updateIds) => {
      for (const updateId of updateIds) {
        const found = kept.get(keyOf(bot, updateId))
        if (found !== undefined) found.state = 'finished'
      }
    },
    failed: async (bot, updateId, _error, setAside) => {
      const found = kept.get(keyOf(bot, updateId))
      if (found === undefined || found.state === 'finished') return
      found.attempts += 1
      if (setAside) found.state = 'set_aside'
    },
    state: async (bot) => ({
      unfinished: ofBot(bot).filter(({ state }) => state === 'open').length,
      setAside: ofBot(bot).filter(({ state }) => state === 'set_aside').length,
      lastUpdateId: last.get(bot)?.updateId ?? null,
      lastReceivedAt: last.get(bot)?.receivedAt ?? null,
    }),
    prune: async (before) => {
      const old = [...kept].filter(([, { item, state }]) => state === 'finished' && item.receivedAt < before)
      for (const [key] of old) kept.delete(key)
      return old.length
    },
  }
}

function later(known: InboxItem | undefined, item: InboxItem): InboxItem {
  if (known === undefined) return item
  const difference = item.receivedAt.getTime() - known.receivedAt.getTime() || item.updateId - known.updateId
  return difference > 0 ? item : known
}
