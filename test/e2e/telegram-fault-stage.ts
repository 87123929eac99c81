// The stage of everything that goes wrong between the platform and Telegram: several bots, as many people as it takes, a model that
// answers when it is told to, and a database that outlives the platform's process.
import type { TestContext } from 'node:test'
import { Client } from 'pg'
import { z } from 'zod'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram, TelegramOptions } from '../../testkit/telegram/server.ts'
import { contentText } from '../../testkit/telegram/user/look.ts'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import type { ApiCallRecord, StoredMessage } from '../../testkit/telegram/world/model.ts'
import { newPlace } from '../support/factotum.ts'
import type { Place, Started } from '../support/factotum.ts'
import { createTestDatabase, databaseUrl } from '../support/postgres.ts'

/** For what has to wait for work, and for pauses of a minute. */
export const PATIENT = { within: 100_000 } as const

export type Bot = { readonly token: string; readonly id: number; readonly username: string }

export type FaultStage = {
  readonly telegram: Telegram
  readonly bots: readonly [Bot, ...Bot[]]
  /** The bots' owner. */
  readonly ada: UserClient
  /** Somebody whom the bots know, whose chats nothing has happened in. */
  readonly somebody: (name: string) => Promise<UserClient>
  readonly place: Place
  /** Starts the platform; resolves once all bots listen. */
  readonly up: () => Promise<Started>
  /** What `up` started last. */
  readonly running: () => Started
  /** Ends what `up` started last, and waits until it is gone. */
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>
  /** The model answers what was asked with `slowly: name`. */
  readonly release: (name: string) => void
  readonly calls: readonly ApiCallRecord[]
  readonly query: <Row>(sql: string) => Promise<readonly Row[]>
  /** As `factotum bot undelivered` tells it. */
  readonly undelivered: () => Promise<readonly Undelivered[]>
  /** As `factotum bot list` tells it. */
  readonly botList: () => Promise<readonly BotLine[]>
}

const UNDELIVERED = z.object({ key: z.string(), chat: z.string(), state: z.string(), reason: z.string().nullable() })
export type Undelivered = z.infer<typeof UNDELIVERED>
const BOT_LINE = z.object({
  bot: z.string(),
  username: z.string().nullable(),
  state: z.string(),
  detail: z.string(),
  inbox: z.number(),
  outbox: z.number(),
  ambiguous: z.number(),
})
export type BotLine = z.infer<typeof BOT_LINE>

type Options = {
  readonly bots?: number
  readonly environment?: Readonly<Record<string, string>>
  readonly telegram?: TelegramOptions
}

/** Everything ends with the test. */
export async function openFaultStage(t: TestContext, options: Options = {}): Promise<FaultStage> {
  const telegram = await startTelegram(options.telegram)
  const [first, ...others] = Array.from({ length: options.bots ?? 1 }, (_, index) =>
    telegram.newBot({ username: `factotum${index}_bot`, hasTopicsEnabled: true, allowsUsersToCreateTopics: true }),
  )
  if (first === undefined) throw new Error('A stage has a bot.')
  const bots = [first, ...others] as const
  const ada = telegram.newUser({ firstName: 'Ada' })
  const calls: ApiCallRecord[] = []
  telegram.world.subscribe((event) => {
    if (event.type === 'call') calls.push(event.call)
  })
  const model = createPatientModel()
  const llm = await createScriptedLlm({ respond: model.respond })
  const database = await createTestDatabase()
  const { connection } = database
  const client = new Client({ ...connection, host: connection.directory, password: '' })
  await client.connect()
  const settings = {
    DATABASE_URL: databaseUrl(database),
    TELEGRAM_BOT_TOKEN: bots.map(({ token }) => token).join(','),
    TELEGRAM_API_ROOT: telegram.url,
    TG_OWNER_IDS: String(ada.id),
    LOG_LEVEL: 'warn',
    // People ask as fast as they can here: that nothing is lost shows only where nothing is turned away.
    REQUESTS_PER_MINUTE: '0',
    REQUESTS_PER_MINUTE_ALL: '0',
    TASKS_AT_ONCE: '0',
    // Where the OK is not what a scene is about.
    CONFIRM_WORK: 'never',
    WORKER_CONCURRENCY: '50',
    ...scripted(llm.url),
    ...options.environment,
  }
  const place = await newPlace(settings)
  let last: Started | null = null
  t.after(async () => {
    model.close()
    await place.leave()
    await llm.close()
    await telegram.close()
    await client.end()
    await database.drop()
  })
  const json = async <Line>(schema: z.ZodType<Line>, ...words: readonly string[]): Promise<readonly Line[]> => {
    const { stdout, stderr } = await place.run(...words, '--json')
    if (stderr !== '') t.diagnostic(stderr)
    const parsed: unknown[] = stdout
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line): unknown => JSON.parse(line))
    return parsed.map((line) => schema.parse(line))
  }
  return {
    telegram,
    bots,
    ada,
    somebody: async (name) => {
      const person = telegram.newUser({ firstName: name })
      await client.query(`insert into members (user_id, role, name, since) values ($1, 'member', $2, now())`, [
        `telegram:${person.id}`,
        name,
      ])
      return person
    },
    place,
    running: () => {
      if (last === null) throw new Error('Nothing was started.')
      return last
    },
    end: async (signal) => {
      last?.child.kill(signal)
      await last?.ended
    },
    up: async () => {
      const started = place.start('up')
      last = started
      for (const { username } of bots) await started.said(new RegExp(`Telegram: @${username} is listening`))
      return started
    },
    release: model.release,
    calls,
    query: async <Row>(sql: string) => (await client.query(sql)).rows as readonly Row[],
    undelivered: () => json(UNDELIVERED, 'bot', 'undelivered'),
    botList: () => json(BOT_LINE, 'bot', 'list'),
  }
}

function scripted(url: string): Readonly<Record<string, string>> {
  const model = 'openai-compatible/scripted'
  return {
    OPENAI_COMPATIBLE_BASE_URL: `${url}/v1`,
    OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
    MODEL_SMALL: model,
    MODEL_MAIN: model,
    MODEL_REVIEW: model,
  }
}

const ROUTE = {
  task_type: 'question',
  confidence: 1,
  summary: 'A question.',
  plan: 'Answer it.',
  needs_confirmation: false,
  command: null,
  refusal: null,
}
/** What an answer looks like that is too long for a chat: of a thousand words at most, so they are long ones. */
const LONG = Array.from({ length: 300 }, (_, line) => `Paragraph ${line} ${'of-a-long-answer-'.repeat(4)}.`).join(
  '\n\n',
)

/** More than one message of plain text holds, and less than is sent as a file. */
export const IN_PARTS = Array.from({ length: 250 }, (_, number) => `This-is-the-paragraph ${number} of-the-answer.`)

/**
 * Answers `ask: x` with "The answer to x.", `slowly: x` when it is released, `at length: x` with more than a chat shows, `in parts: x`
 * with more than a message of plain text holds.
 */
function createPatientModel() {
  const released = new Set<string>()
  const waiting = new Map<string, () => void>()
  return {
    respond: async (request: LlmRequest): Promise<ScriptedTurn> => {
      if (request.wantsJson || request.forcedTool !== null) return { object: ROUTE }
      const [, how = 'ask', name = '?'] =
        [...request.text.matchAll(/(ask|slowly|at length|in parts): ([\w-]+)/g)].at(-1) ?? []
      if (how === 'slowly' && !released.has(name)) {
        await new Promise<void>((resolve) => waiting.set(name, resolve))
      }
      const more: Readonly<Record<string, readonly string[]>> = { 'at length': [LONG], 'in parts': IN_PARTS }
      return { text: [`The answer to ${name}.`, ...(more[how] ?? [])].join('\n\n'), delayMs: 300 }
    },
    release: (name: string) => {
      released.add(name)
      waiting.get(name)?.()
    },
    close: () => {
      for (const resolve of waiting.values()) resolve()
    },
  }
}

/** Everything that the bot ever sent to a person, deleted messages too, but for the sounds that say that something took long. */
export function saidBy(stage: FaultStage, bot: Bot, person: UserClient): readonly StoredMessage[] {
  const { world } = stage.telegram
  const [account, user] = [world.bots.get(bot.id), world.users.get(person.id)]
  if (account === undefined || user === undefined) throw new Error('They are not of this world.')
  return [...world.privateChat(account, user).messages.values()].filter(
    (message) => message.fromId === bot.id && !contentText(message.content).includes(', see above: '),
  )
}

/** Those of them that say so now, or ever said so. */
export function saying(messages: readonly StoredMessage[], words: RegExp): readonly StoredMessage[] {
  return messages.filter((message) => message.versions.some((version) => words.test(contentText(version.content))))
}

/** Waits until the answer to a question stands in the chat, and gives the message. */
export function answerTo(person: UserClient, bot: Bot, name: string): Promise<SeenMessage> {
  return person
    .expectChat((chat) => chat.messages.some((message) => isAnswer(message, name)), { to: bot, ...PATIENT })
    .then((chat) => {
      const found = chat.messages.find((message) => isAnswer(message, name))
      if (found === undefined) throw new Error('It was there a moment ago.')
      return found
    })
}

function isAnswer(message: SeenMessage, name: string): boolean {
  return !message.mine && message.text.includes(`The answer to ${name}.`)
}

/** Waits until it holds; fails with the words when it does not come to hold. */
export async function until(words: string, holds: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It has not come to this: ${words}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
