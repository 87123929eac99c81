// Hints between processes over LISTEN and NOTIFY, on a connection of their own that comes back by itself.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { TaskSignal, TaskSignals } from '../../core/ports/task-signals.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import { clientConfig } from './pool.ts'
import type { Connection } from './pool.ts'
import { createHints, hintsToPayload, payloadToSignals } from './signal-hints.ts'

export type PostgresTaskSignals = TaskSignals & {
  /** Resolves once the first connection listens; rejects where that one can't be had. Called once. */
  readonly open: () => Promise<void>
  readonly close: () => Promise<void>
}

const CHANNEL = 'factotum_signals'
const RETRY_MIN_MS = 50
const RETRY_MAX_MS = 5_000
// After each notification, so that under load the hints of some milliseconds are one; the first after a pause goes at once.
const REST_MS = 5
const LAST_WORDS_MS = 500

export function createPostgresTaskSignals(deps: {
  readonly connection: Connection
  readonly log: Telemetry['log']
}): PostgresTaskSignals {
  // Which process a notification comes from: our own listeners were called already.
  const origin = randomUUID()
  const listeners = new Set<(signal: TaskSignal) => void>()
  const hints = createHints()
  let client: Client | null = null
  let closed = false
  let sending: Promise<void> | null = null
  let endRest: () => void = () => undefined
  let retryMs = RETRY_MIN_MS
  let retry: NodeJS.Timeout | null = null

  function tell(signal: TaskSignal): void {
    for (const listener of listeners) {
      try {
        listener(signal)
      } catch (error) {
        deps.log('error', 'A listener for signals threw', { error: String(error) })
      }
    }
  }

  async function connect(): Promise<void> {
    const fresh = new Client(clientConfig(deps.connection))
    fresh.on('notification', ({ payload }) => {
      for (const signal of payloadToSignals(payload ?? '', origin)) tell(signal)
    })
    fresh.on('error', () => lose(fresh))
    fresh.on('end', () => lose(fresh))
    try {
      await fresh.connect()
      // Hints need not outlive a crash: their commit waits for no disk.
      await fresh.query(`set synchronous_commit = off; listen ${CHANNEL}`)
    } catch (error) {
      await fresh.end().catch(() => undefined)
      throw new Error("The database can't be reached for signals", { cause: error })
    }
    if (closed) return void (await fresh.end())
    client = fresh
    retryMs = RETRY_MIN_MS
    send()
  }

  function lose(lost: Client): void {
    if (client !== lost) return
    client = null
    void lost.end().catch(() => undefined)
    if (closed) return
    deps.log('warn', 'The connection for signals was lost; connecting again')
    reconnectSoon()
  }

  function reconnectSoon(): void {
    if (closed) return
    retry = setTimeout(() => {
      connect().then(
        // What was missed meanwhile is unknown: whoever listens looks again.
        () => tell({ type: 'work' }),
        () => reconnectSoon(),
      )
    }, retryMs)
    retryMs = Math.min(RETRY_MAX_MS, retryMs * 2)
  }

  function send(): void {
    sending ??= sendAll().finally(() => {
      sending = null
      // Published after the last look, and before this.
      if (client !== null && !hints.isEmpty()) send()
    })
  }

  /** One notification at a time: what is published while one is under way goes together in the next. */
  async function sendAll(): Promise<void> {
    try {
      // Callers of one turn of the event loop go together.
      await new Promise((resolve) => setImmediate(resolve))
      while (client !== null && !hints.isEmpty()) {
        const payload = hintsToPayload(hints, origin)
        const wasAll = hints.isEmpty()
        await client.query({ name: 'notify', text: 'select pg_notify($1, $2)', values: [CHANNEL, payload] })
        if (wasAll && !closed) await rest()
      }
    } catch (error) {
      deps.log('warn', 'A signal was not delivered', { error: String(error) })
    }
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, REST_MS)
      endRest = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    open: connect,
    publish: (signal) => {
      tell(signal)
      if (closed) return
      hints.add(signal)
      if (client !== null) send()
    },
    subscribe: (listener) => {
      // Wrapped, so that a function subscribed twice is two subscriptions.
      const own = (signal: TaskSignal) => listener(signal)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    close: async () => {
      closed = true
      if (retry !== null) clearTimeout(retry)
      // What was published before is still sent: it may be the last word of a command that ends now.
      endRest()
      await Promise.race([sending, sleep(LAST_WORDS_MS, null, { ref: false })])
      const last = client
      client = null
      await last?.end()
    },
  }
}
