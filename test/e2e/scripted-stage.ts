// The stage where every word between a person, the platform, its database and its model can be looked at, and held back: a Telegram
// of our own, the real platform as a process, a database that outlives it, and models that say what a test tells them to.
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestContext } from 'node:test'
import { Client } from 'pg'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { ScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import type { StoredMessage } from '../../testkit/telegram/world/model.ts'
import { newPlace } from '../support/factotum.ts'
import type { Place, Started } from '../support/factotum.ts'
import { createTestDatabase, databaseUrl } from '../support/postgres.ts'

export const PIXEL = new Uint8Array(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
)

/** What a model is asked for. */
export type Asked = 'route' | 'answer' | 'plan' | 'code' | 'review' | 'see' | 'hear' | 'embed'

export type ScriptedStage = {
  readonly telegram: Telegram
  readonly bot: { readonly token: string; readonly id: number; readonly username: string }
  readonly people: readonly UserClient[]
  readonly place: Place
  readonly llm: ScriptedLlm
  /** Starts the platform; resolves once its bot listens. */
  readonly up: () => Promise<Started>
  /** SIGKILL to what `up` started last; resolves when it is gone. */
  readonly kill: () => Promise<void>
  readonly rows: <Row>(sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>
  /** Everything that ever stood in a person's chat with the bot, deleted messages too. */
  readonly stored: (person: UserClient) => readonly StoredMessage[]
}

type Options = {
  /** First names; each of them owns the bot. */
  readonly people: readonly string[]
  readonly respond: (asked: Asked, request: LlmRequest) => ScriptedTurn | Promise<ScriptedTurn>
  readonly environment?: Readonly<Record<string, string>>
}

/** Everything ends with the test. */
export async function openScriptedStage(t: TestContext, options: Options): Promise<ScriptedStage> {
  const telegram = await startTelegram()
  const bot = telegram.newBot({ username: 'factotum_bot' })
  const people = options.people.map((firstName) => telegram.newUser({ firstName }))
  const llm = await createScriptedLlm({ respond: (request) => options.respond(askedOf(request), request) })
  const database = await createTestDatabase()
  const { connection } = database
  const client = new Client({ ...connection, host: connection.directory, password: '' })
  await client.connect()
  const model = 'openai-compatible/scripted'
  const place = await newPlace({
    DATABASE_URL: databaseUrl(database),
    TELEGRAM_BOT_TOKEN: bot.token,
    TELEGRAM_API_ROOT: telegram.url,
    TG_OWNER_IDS: people.map(({ id }) => id).join(','),
    LOG_LEVEL: 'warn',
    CONFIRM_WORK: 'always',
    OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
    OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
    MODEL_SMALL: model,
    MODEL_MAIN: model,
    MODEL_REVIEW: model,
    MODEL_TRANSCRIBE: model,
    MODEL_VISION: model,
    ...options.environment,
  })
  let last: Started | null = null
  let asking: Promise<unknown> = Promise.resolve()
  t.after(async () => {
    await place.leave()
    await llm.close()
    await telegram.close()
    await client.end()
    await database.drop()
  })
  return {
    telegram,
    bot,
    people,
    place,
    llm,
    up: async () => {
      last = place.start('up')
      await last.said(/Telegram: @factotum_bot is listening/)
      return last
    },
    kill: async () => {
      last?.child.kill('SIGKILL')
      await last?.ended
    },
    rows: async <Row>(sql: string, values: readonly unknown[] = []) => {
      // One after the other: there is one connection, whose locks are held by it.
      const result = asking.then(() => client.query(sql, [...values]))
      asking = result.catch(() => undefined)
      return (await result).rows as readonly Row[]
    },
    stored: (person) => {
      const { world } = telegram
      const [account, user] = [world.bots.get(bot.id), world.users.get(person.id)]
      if (account === undefined || user === undefined) throw new Error('They are not of this world.')
      return [...world.privateChat(account, user).messages.values()]
    },
  }
}

function askedOf(request: LlmRequest): Asked {
  if (request.wire === 'openai-transcription') return 'hear'
  if (request.inputs.length > 0 && request.wire === 'openai-embeddings') return 'embed'
  if (request.media.length > 0) return 'see'
  const [, role] = /You are the (router|assistant|planner|reviewer|coder|tester|executor)/.exec(request.text) ?? []
  switch (role) {
    case 'router':
      return 'route'
    case 'planner':
      return 'plan'
    case 'reviewer':
      return 'review'
    case 'assistant':
      return 'answer'
    default:
      return 'code'
  }
}

/** The words of the `<request>` that a model was asked about. */
export function requestIn({ text }: LlmRequest): string {
  return /<request>\n([\s\S]*?)\n<\/request>/.exec(text)?.[1] ?? ''
}

/** What the router says of words: a question, unless they ask for something to be made. */
export function routed(words: string): ScriptedTurn {
  const isWork = /^make\b/i.test(words)
  return {
    object: {
      intent: isWork ? 'command' : 'question',
      task_type: isWork ? 'dev_pipeline' : 'question',
      confidence: 0.95,
      summary: isWork ? `A file is wanted (${words.slice(0, 40)}).` : 'Something is asked.',
      plan: isWork ? 'Write it and show it.' : 'Answer it.',
      needs_confirmation: false,
      command: null,
      ask: null,
      continues: false,
      others: [],
      facts: [],
      refusal: null,
    },
  }
}

/** One file, written and reviewed: the least that a crew can do. */
export function worked(asked: Asked, { text }: LlmRequest): ScriptedTurn {
  if (asked === 'plan')
    return {
      object: {
        summary: 'One file.',
        subtasks: [
          {
            id: 'write',
            title: 'Write the file',
            role: 'coder',
            instructions: 'Write note.txt.',
            acceptance: ['note.txt is there'],
            depends_on: [],
          },
        ],
      },
    }
  if (asked === 'review') return { object: { approved: true, summary: 'Good.', findings: [] } }
  return /\bnote\.txt\b[\s\S]*\bwritten\b|Wrote\b/i.test(text.slice(-2_000)) && text.includes('a note of mine')
    ? { toolCalls: [{ name: 'finish', input: { summary: 'Wrote the note.', evidence: ['note.txt is there'] } }] }
    : { toolCalls: [{ name: 'write', input: { path: 'note.txt', content: 'a note of mine\n' } }] }
}

/** Answers everything at once; what is made is made by the smallest of crews. */
export function answered(asked: Asked, request: LlmRequest): ScriptedTurn {
  switch (asked) {
    case 'hear':
      return { text: 'the orchard has nine apple trees' }
    case 'see':
      return {
        object: { description: 'A red bicycle against a wall.', text: 'RENT ME', kind: 'photo', objects: ['bicycle'] },
      }
    case 'route':
      return routed(requestIn(request))
    case 'answer':
      return { text: `This is the answer to: ${requestIn(request).slice(0, 60)}` }
    default:
      return worked(asked, request)
  }
}

/** A message as it is kept. */
export type Kept = {
  readonly external_id: string | null
  readonly role: 'user' | 'assistant'
  readonly body: string
  readonly raw: unknown
  readonly in_context: boolean
  readonly created_at: Date
}

/** In the order in which models are told of them. */
export function keptOf(stage: ScriptedStage, person: UserClient, context = 0): Promise<readonly Kept[]> {
  return stage.rows<Kept>(
    `select m.external_id, m.role, m.body, m.raw, m.in_context, m.created_at from messages m
     join threads h on h.id = m.thread_id where h.interface = 'telegram' and h.chat = $1 order by m.created_at, m.id`,
    [`${stage.bot.id}/${person.id}/#${context}`],
  )
}

/** Nothing is to be done any more, of what is not waiting for a person. */
export async function settled({ rows, telegram, bot }: ScriptedStage): Promise<void> {
  const account = telegram.world.bots.get(bot.id)
  let open: unknown
  await until('nothing is open', async () => {
    if (account !== undefined && telegram.world.queueOf(account).pending() > 0) return false
    const [left] = await rows<Readonly<Record<string, string>>>(`select
      (select count(*) from inbox where state = 'open') as updates,
      (select count(*) from tasks where status not in ('completed', 'failed', 'aborted', 'needs_approval')) as tasks,
      (select count(*) from cards c join tasks t on t.id = c.task_id
       where not c.finished and t.status in ('completed', 'failed', 'aborted')) as cards,
      (select count(*) from outbox where state in ('waiting', 'sending')) as posts`)
    open = left
    return Object.values(left ?? { none: '1' }).every((count) => count === '0')
  }).catch((error: unknown) => {
    throw new Error(`It is still open: ${JSON.stringify(open)}`, { cause: error })
  })
}

/** Waits until it holds; fails with the words when it does not come to hold. */
export async function until(words: string, holds: () => boolean | Promise<boolean>, withinMs = 40_000): Promise<void> {
  const end = Date.now() + withinMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It has not come to this: ${words}`)
    await sleep(50)
  }
}
