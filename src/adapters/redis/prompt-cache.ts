// Answers of models in Redis, which forgets them by itself when their time is up.
import { createHash } from 'node:crypto'
import { createClient } from '@redis/client'
import type { PromptCache } from '../../core/ports/prompt-cache.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'

type Options = { readonly url: string; readonly log: Telemetry['log'] }

const PREFIX = 'factotum:prompt'
/** A cache that is slower than this is no help. */
const COMMAND_MS = 1_000
const MOST_WAIT_MS = 10_000
const UNLINKED_AT_ONCE = 500

/**
 * Connects in the background, again and again; until then, and while the server does not answer, every call rejects at once or within a second.
 * `close` drops the connection.
 */
export function createRedisPromptCache({ url, log }: Options): PromptCache & { readonly close: () => void } {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 5_000, reconnectStrategy: (tries) => Math.min(MOST_WAIT_MS, 100 * 2 ** tries) },
  })
  let isDown = false
  client.on('error', (error: unknown) => {
    if (!isDown)
      log('warn', 'Redis is out of reach: answers of models are not kept until it is back', { error: String(error) })
    isDown = true
  })
  client.on('ready', () => {
    isDown = false
  })
  client.connect().catch(() => undefined)

  return {
    get: async (userId, key) => {
      const kept = await soon(client.get(keyOf(userId, key)))
      if (kept === null) return null
      const answer: JsonValue = JSON.parse(kept)
      return answer
    },
    put: async (userId, key, answer, forMs) => {
      const expiration = { type: 'PX', value: Math.max(1, Math.round(forMs)) } as const
      await soon(client.set(keyOf(userId, key), JSON.stringify(answer), { expiration }))
    },
    forget: async (userIds) => {
      for (const userId of userIds) {
        for await (const keys of client.scanIterator({ MATCH: `${folderOf(userId)}:*`, COUNT: UNLINKED_AT_ONCE })) {
          if (keys.length > 0) await soon(client.unlink(keys))
        }
      }
    },
    close: () => client.destroy(),
  }
}

/** Digests: an id may hold anything, and a pattern must not mean more than it says. */
function folderOf(userId: string): string {
  return `${PREFIX}:${createHash('sha256').update(userId).digest('hex')}`
}

function keyOf(userId: string, key: string): string {
  return `${folderOf(userId)}:${createHash('sha256').update(key).digest('hex')}`
}

/** The client's own limit is for commands that were not sent yet. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`Redis did not answer within ${COMMAND_MS} ms`)), COMMAND_MS)
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
    // Whoever lost the race is listened to by nobody else.
    answer.catch(() => undefined)
  }
}
