// Plain words until what was understood of them stands there with its OK, a question until its answer, an OK until work starts.
import { Client } from 'pg'
import { z } from 'zod'
import type { UserClient } from '../testkit/telegram/user/user-client.ts'
import type { Telegram } from '../testkit/telegram/server.ts'
import type { StoredMessage, WorldEvent } from '../testkit/telegram/world/model.ts'
import type { Benchmark, BenchmarkContext, Row } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { percentile } from './harness/figures.ts'
import { ANSWER, QUESTION, startModel, WORK } from './harness/model.ts'
import type { InstantModel } from './harness/model.ts'
import { startPlatform } from './harness/platform.ts'
import type { Up } from './harness/platform.ts'
import { startPostgres } from './harness/postgres.ts'
import { called, openTelegram } from './harness/telegram.ts'
import type { Server } from './sides/store.ts'

const MESSAGES = 1_000
/** Thirty of them are more than a pack's budget. */
const WORDS = 'Words that somebody said about the work. '.repeat(25)
const REST_MS = 150
const THREAD = z.object({ id: z.string() })
const TAKEN = z.object({ task: z.object({ id: z.string() }) })

const KINDS = ['acknowledged', 'started', 'answered', 'proposed', 'proposedLate'] as const
type Kind = (typeof KINDS)[number]
type Sample = { readonly ours: number; readonly bare: number }
type Figures = { readonly first: Sample; readonly later: Readonly<Record<Kind, readonly Sample[]>> }

export const benchmark: Benchmark = {
  name: 'conversation',
  run: async (context) => {
    const model = await startModel(context)
    const postgres = await startPostgres(context)
    const rounds: Figures[] = []
    for (let round = 0; round < context.rounds; round += 1)
      rounds.push(await measure(context, model, await postgres.freshDatabase(), `conversation-${round}`))
    return rowsOf(rounds)
  },
}

function rowsOf(rounds: readonly Figures[]): readonly Row[] {
  const row = (name: string, sample: (figures: Figures, side: keyof Sample) => number): Omit<Row, 'goal'> => ({
    name,
    unit: 'ms',
    ours: rounds.map((figures) => sample(figures, 'ours')),
    baseline: { name: 'one bare request to the model', values: rounds.map((figures) => sample(figures, 'bare')) },
  })
  const later = (name: string, kind: Kind, most: number | null): readonly Row[] =>
    [50, 95].map((rank) => ({
      ...row(`${name}, p${rank}`, ({ later: all }, side) =>
        percentile(
          all[kind].map((one) => one[side]),
          rank,
        ),
      ),
      goal: most === null ? null : within(most),
    }))
  return [
    ...later('plain words over HTTP to the proposal', 'proposed', UNDERSTOOD_MS),
    ...later(`the same in a thread of ${MESSAGES.toLocaleString('en')} messages`, 'proposedLate', UNDERSTOOD_MS),
    ...later('plain words in Telegram to the OK button', 'acknowledged', UNDERSTOOD_MS),
    {
      ...row('plain words in Telegram to the OK button, first after a start', ({ first }, side) => first[side]),
      goal: null,
    },
    ...later('a question in Telegram to its answer', 'answered', UNDERSTOOD_MS),
    ...later('OK tapped in Telegram to task.started', 'started', null),
  ]
}
const UNDERSTOOD_MS = 500

/** One platform for all of it: nothing else happens in it meanwhile, and nothing waits when the next words come. */
async function measure(context: BenchmarkContext, model: InstantModel, server: Server, name: string): Promise<Figures> {
  const telegram = await openTelegram(context)
  const bot = telegram.newBot()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const listening = called(telegram, 'getUpdates', [bot.id])
  const database = new Client(server)
  await database.connect()
  const settings = {
    ...model.settings,
    DATABASE_URL: `postgres://${server.user}@localhost:${server.port}/${server.database}?host=${encodeURIComponent(server.host)}`,
    TELEGRAM_BOT_TOKEN: bot.token,
    TELEGRAM_API_ROOT: telegram.url,
    TG_OWNER_IDS: String(ada.id),
    WORKER_CONCURRENCY: '1',
    CONFIRM_WORK: 'always',
  }
  const up = await startPlatform(context, name, settings, 'gateway,worker,telegram')
  await listening
  const place = { telegram, ada, bot }
  const later: Record<Kind, Sample[]> = { acknowledged: [], started: [], answered: [], proposed: [], proposedLate: [] }
  const times = context.quick ? 10 : 50
  const beside = async (kind: Kind, ours: number) => void later[kind].push({ ours, bare: await model.askBare() })

  const begun = await tell(place, WORK, asksForOk)
  const first = { ours: begun.took, bare: await model.askBare() }
  await start(up, database, place, begun.message)
  for (let number = 0; number < times; number += 1) {
    const { took, message } = await tell(place, WORK, asksForOk)
    await beside('acknowledged', took)
    await beside('started', await start(up, database, place, message))
  }
  for (let number = 0; number < times; number += 1)
    await beside(
      'answered',
      (await tell(place, QUESTION, (message) => JSON.stringify(message.content).includes(ANSWER))).took,
    )
  for (let number = 0; number < times; number += 1) await beside('proposed', await propose(up, await newThread(up)))
  const long = await newThread(up)
  await fill(database, long)
  for (let number = 0; number < times; number += 1) await beside('proposedLate', await propose(up, long))

  await up.stop()
  await database.end()
  await telegram.close()
  return { first, later }
}

type Place = { readonly telegram: Telegram; readonly ada: UserClient; readonly bot: { readonly id: number } }

/** Until a message of the bot, new or edited, reads as `seen` wants it; resolves when nothing more was done for a while. */
async function tell(place: Place, text: string, seen: (message: StoredMessage) => boolean) {
  const { telegram, ada, bot } = place
  const rest = untilRest(place)
  const told = Promise.withResolvers<{ readonly took: number; readonly message: StoredMessage }>()
  const began = performance.now()
  const unsubscribe = telegram.world.subscribe((event) => {
    if ((event.type !== 'message' && event.type !== 'edit') || event.message.fromId !== bot.id) return
    if (seen(event.message)) told.resolve({ took: performance.now() - began, message: event.message })
  })
  await ada.send(text, { to: bot })
  const found = await told.promise
  unsubscribe()
  await rest()
  return found
}

/** Until the log says so over HTTP; then the work is aborted, and what is said of that has been said when it resolves. */
async function start(up: Up, database: Client, place: Place, { id }: StoredMessage): Promise<number> {
  const { rows } = await database.query<{ id: string }>(`select id from tasks where status = 'needs_approval'`)
  const task = rows[0]?.id ?? ''
  const proposal = place.ada.chat(place.bot).messages.find((message) => message.id === id)
  if (rows.length !== 1 || proposal === undefined) throw new Error(`${rows.length} tasks wait for the one OK`)
  let began = Number.NaN
  let took = Number.NaN
  const started = up.follow(task, ({ type }) => {
    // The log is told from its beginning: from here on the stream is live.
    if (type === 'approval.requested') {
      began = performance.now()
      place.ada.tap(proposal, 'OK').catch(() => undefined)
    }
    took = performance.now() - began
    return type === 'task.started'
  })
  await started
  const rest = untilRest(place)
  await abort(up, task)
  await rest()
  return took
}

async function propose(up: Up, thread: string): Promise<number> {
  const began = performance.now()
  const { task } = TAKEN.parse(await post(up, `/v1/threads/${thread}/messages`, { text: WORK }))
  await up.follow(task.id, ({ type }) => type === 'approval.requested')
  const took = performance.now() - began
  await abort(up, task.id)
  return took
}

async function abort(up: Up, task: string): Promise<void> {
  await post(up, `/v1/tasks/${task}/abort`, {})
  await up.follow(task, ({ type }) => type === 'task.aborted')
}

async function newThread(up: Up): Promise<string> {
  return THREAD.parse(await post(up, '/v1/threads', {})).id
}

async function fill(database: Client, thread: string): Promise<void> {
  await database.query(
    `insert into messages (id, thread_id, role, author, body, created_at)
     select gen_random_uuid(), $1, case when n % 2 = 0 then 'user' else 'assistant' end,
       case when n % 2 = 0 then 'owner' end, $2 || n, now() - ($3 - n) * interval '1 minute'
     from generate_series(1, $3::integer) n`,
    [thread, WORDS, MESSAGES],
  )
  await database.query('analyze messages')
}

async function post(up: Up, path: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${up.token}`, 'content-type': 'application/json' }
  const answer = await fetch(up.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  const said: unknown = await answer.json()
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(said)}`)
  return said
}

function asksForOk({ inlineKeyboard }: StoredMessage): boolean {
  return inlineKeyboard?.inline_keyboard.flat().some(({ text }) => text === 'OK') ?? false
}

/** Counts from now on; the function it gives resolves once the bot has called nothing but getUpdates for a while. */
function untilRest({ telegram, bot }: Place): () => Promise<void> {
  let last = performance.now()
  const unsubscribe = telegram.world.subscribe((event: WorldEvent) => {
    if (event.type === 'call' && event.call.botId === bot.id && event.call.method !== 'getUpdates')
      last = performance.now()
  })
  return async () => {
    for (let left = REST_MS; left > 0; left = last + REST_MS - performance.now())
      await new Promise((resolve) => setTimeout(resolve, left))
    unsubscribe()
  }
}
