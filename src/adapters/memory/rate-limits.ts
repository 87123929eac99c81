// Counts of requests in memory: for one process.
import type { Clock } from '../../core/ports/clock.ts'
import type { RateLimits } from '../../core/ports/rate-limits.ts'

export function createMemoryRateLimits(clock: Pick<Clock, 'now'>): RateLimits {
  const windows = new Map<string, { readonly points: number; readonly endsAt: number }>()
  return {
    take: async (limits) => {
      const now = clock.now().getTime()
      const open = (key: string) => {
        const window = windows.get(key)
        return window !== undefined && window.endsAt > now ? window : null
      }
      const full = limits
        .flatMap(({ key, points }) => {
          const window = open(key)
          return window !== null && window.points >= points ? [{ key, waitMs: window.endsAt - now }] : []
        })
        .toSorted((a, b) => b.waitMs - a.waitMs)[0]
      if (full !== undefined) return { type: 'limited', ...full }
      for (const { key, perMs } of limits) {
        const window = open(key)
        windows.set(key, { points: (window?.points ?? 0) + 1, endsAt: window?.endsAt ?? now + perMs })
      }
      return { type: 'ok' }
    },
  }
}
