// Counts of requests in PostgreSQL, once for all processes. A statement of our own, because no library takes from several limits at once
// or from none, and one that counts what it refuses would keep whoever insists out for ever.
import type { RateLimits } from '../../core/ports/rate-limits.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const TAKE: Statement = { name: 'take_rates', text: 'select key, wait_ms from take_rates($1, $2, $3)' }

export function createPostgresRateLimits({ database }: { readonly database: Database }): RateLimits {
  return {
    take: async (limits) => {
      if (limits.length === 0) return { type: 'ok' }
      const [row] = await database.run<{ key: string; wait_ms: string }>(TAKE, [
        limits.map(({ key }) => storableText(key)),
        limits.map(({ points }) => points),
        limits.map(({ perMs }) => perMs),
      ])
      return row === undefined ? { type: 'ok' } : { type: 'limited', key: row.key, waitMs: Number(row.wait_ms) }
    },
  }
}
