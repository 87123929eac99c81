// Bots of ours on the test kit's Telegram, with stores in memory: for tests of everything that arrives.
import type { TestContext } from 'node:test'
import { createMemoryInbox } from '../../src/adapters/memory/inbox.ts'
import { createMemoryLeases } from '../../src/adapters/memory/leases.ts'
import { createMemoryOutbox } from '../../src/adapters/memory/outbox.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createTelegramBots } from '../../src/adapters/telegram/bots.ts'
import type { TelegramBots, TelegramBotsDeps, TelegramBotsOptions } from '../../src/adapters/telegram/bots.ts'
import type { BotHealth } from '../../src/adapters/telegram/health.ts'
import type { Telemetry } from '../../src/core/ports/telemetry.ts'
import type { ChatEvent, ChatMessage } from '../../src/core/vocabulary/chat-message.ts'
import type { WorkerId } from '../../src/core/vocabulary/ids.ts'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { NewBot } from '../../testkit/telegram/world/model.ts'

export type InboundWorld = {
  readonly telegram: Telegram
  readonly bot: { readonly token: string; readonly id: number; readonly username: string }
  readonly events: ChatEvent[]
  /** Shared by all processes of the world. */
  readonly stores: Pick<TelegramBotsDeps, 'inbox' | 'outbox' | 'leases' | 'signals'>
  readonly logs: string[]
  /** What the bots remember beyond their process. */
  readonly memos: ReadonlyMap<string, string>
  /** Another process, started. It is stopped with the test, unless it is by then. */
  readonly process: (name?: string, change?: ProcessChange) => TelegramBots
  readonly messages: () => readonly ChatMessage[]
  readonly texts: () => readonly string[]
}

export type ProcessChange = Partial<TelegramBotsDeps> & { readonly options?: Partial<TelegramBotsOptions> }

/** Fast enough for tests, otherwise as in life. */
const POLL = { timeoutSeconds: 2, graceMs: 400, backoffMs: 20, longestBackoffMs: 200, conflictBackoffMs: 50 }
const LEASE = { leaseMs: 1_500, renewMs: 300, lookMs: 100 }

export async function inboundWorld(t: TestContext, newBot: NewBot = {}): Promise<InboundWorld> {
  const telegram = await startTelegram({ checkAnswers: true })
  const started: TelegramBots[] = []
  t.after(async () => {
    await Promise.all(started.map((bots) => bots.stop()))
    await telegram.close()
  })
  const bot = telegram.newBot({ username: 'crew_bot', ...newBot })
  const clock = createSystemClock()
  const stores = {
    inbox: createMemoryInbox(),
    outbox: createMemoryOutbox(clock),
    leases: createMemoryLeases(clock),
    signals: createMemoryTaskSignals(),
  }
  const events: ChatEvent[] = []
  const logs: string[] = []
  const memos = new Map<string, string>()
  const messages = () => events.flatMap((event) => (event.type === 'message' ? [event.message] : []))
  return {
    memos,
    telegram,
    bot,
    events,
    stores,
    logs,
    messages,
    texts: () => messages().map((message) => message.text),
    process: (name = 'one', { options, ...change } = {}) => {
      const bots = createTelegramBots(
        {
          ...stores,
          clock,
          telemetry: logging(logs),
          worker: name as WorkerId,
          isDead: () => false,
          remembered: {
            get: async (key) => memos.get(key) ?? null,
            set: async (key, value) => void memos.set(key, value),
          },
          owners: async () => [],
          onHeld: async () => undefined,
          onLost: async () => undefined,
          receive: async (event) => void events.push(event),
          ...change,
        },
        { tokens: [bot.token], apiRoot: telegram.url, mode: { type: 'poll' }, poll: POLL, lease: LEASE, ...options },
      )
      started.push(bots)
      bots.start()
      return bots
    },
  }
}

function logging(logs: string[]): Telemetry {
  return {
    log: (level, message, fields = {}) => void logs.push(`${level} ${message} ${JSON.stringify(fields)}`),
    count: () => undefined,
    time: () => undefined,
  }
}

/** Waits until the question is answered with true; ten seconds, then it fails with what was there instead. */
export async function until(question: () => boolean | Promise<boolean>, otherwise: () => unknown): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await question())) {
    if (Date.now() > deadline)
      throw new Error(`it did not come to that: ${JSON.stringify(otherwise())?.slice(0, 2_000)}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Waits for a state of the first bot and gives its health. */
export async function healthy(bots: TelegramBots, state: BotHealth['state'] = 'connected'): Promise<BotHealth> {
  let last: BotHealth | undefined
  await until(
    async () => {
      ;[last] = await bots.health()
      return last?.state === state
    },
    () => last,
  )
  if (last === undefined) throw new Error('there is no bot')
  return last
}
