// Telegram's updates taken over HTTP beside the least handlers that take them durably, on one PostgreSQL server.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { webhookAddress } from '../src/adapters/telegram/webhook-address.ts'
import type { BotId } from '../src/core/vocabulary/place.ts'
import type { Benchmark, BenchmarkContext } from './harness/benchmark.ts'
import { atLeast, within } from './harness/benchmark.ts'
import { postLoad } from './harness/load.ts'
import type { Load } from './harness/load.ts'
import { startPlatform } from './harness/platform.ts'
import { startPostgres } from './harness/postgres.ts'
import type { BenchPostgres } from './harness/postgres.ts'
import { alternate } from './harness/rounds.ts'
import { called, openTelegram } from './harness/telegram.ts'

const CONNECTIONS = 20
const CHATS = 50
const SECRET = 'only-for-benchmarks-on-this-machine'
const BARE = fileURLToPath(new URL('sides/telegram-bare-webhook.ts', import.meta.url))

type Door = { readonly url: string; readonly secret: string }

export const benchmark: Benchmark = {
  name: 'telegram-webhook',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const taking = await openOurs(context, postgres, 'gateway')
    const working = await openOurs(context, postgres, 'gateway,telegram')
    const bare = await openBare(context, postgres, 'bare')
    const grammy = await openBare(context, postgres, 'grammy')
    const times = context.quick ? 1_500 : 8_000
    const rounds = await alternate(context.rounds, {
      taking: () => load(taking, times),
      bare: () => load(bare, times),
      grammy: () => load(grammy, times),
      // Last, and first when turned around: what it has taken it goes on working off.
      working: () => load(working, times),
    })
    type Side = 'taking' | 'bare' | 'grammy' | 'working'
    const row = (name: string, unit: string, figure: keyof Load, ours: Side, baseline: readonly [Side, string]) => ({
      name: `update to committed to 200, ${name}`,
      unit,
      ours: rounds(ours).map((it) => it[figure]),
      baseline: { name: baseline[1], values: rounds(baseline[0]).map((it) => it[figure]) },
    })
    const bareName = ['bare', 'bare node:http + pg'] as const
    const grammyName = ['grammy', 'webhookCallback + pg'] as const
    return [
      { ...row(`${CONNECTIONS} connections`, '/s', 'perSecond', 'taking', bareName), goal: atLeast(0.8) },
      { ...row('beside grammY', '/s', 'perSecond', 'taking', grammyName), goal: atLeast(0.8) },
      { ...row('p99', 'ms', 'p99', 'taking', bareName), goal: within(25) },
      { ...row('worked off meanwhile', '/s', 'perSecond', 'working', grammyName), goal: null },
      { ...row('worked off meanwhile, p99', 'ms', 'p99', 'working', grammyName), goal: within(25) },
    ]
  },
}

/** With `gateway` alone, what is taken is worked off by nobody: what is measured is the taking. */
async function openOurs(
  context: BenchmarkContext,
  postgres: BenchPostgres,
  roles: 'gateway' | 'gateway,telegram',
): Promise<Door> {
  const telegram = await openTelegram(context)
  const bot = telegram.newBot()
  const { host, port, user, database } = await postgres.freshDatabase()
  const httpPort = await freePort()
  const url = `http://127.0.0.1:${httpPort}`
  const listening = roles === 'gateway' ? null : called(telegram, 'setWebhook', [bot.id])
  await startPlatform(
    context,
    `data-${roles}`,
    {
      DATABASE_URL: `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
      HTTP_PORT: String(httpPort),
      PUBLIC_URL: url,
      TELEGRAM_WEBHOOK_SECRET: SECRET,
      TELEGRAM_BOT_TOKEN: bot.token,
      TELEGRAM_API_ROOT: telegram.url,
      TG_OWNER_IDS: '1',
    },
    roles,
  )
  await listening
  const { opaque, secretToken } = webhookAddress(SECRET, String(bot.id) as BotId)
  return { url: `${url}/telegram/${opaque}`, secret: secretToken }
}

async function openBare(context: BenchmarkContext, postgres: BenchPostgres, handler: 'bare' | 'grammy'): Promise<Door> {
  const server = await postgres.freshDatabase()
  const child = spawn(process.execPath, [BARE, JSON.stringify({ server, handler, secret: SECRET })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  context.cleanUp(() => void child.kill('SIGKILL'))
  const port = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
  )
  return { url: `http://127.0.0.1:${port}/`, secret: SECRET }
}

let updates = 0

/** Words between others in groups: they make no task, and nothing answers them. */
async function load({ url, secret }: Door, times: number): Promise<Load> {
  const headers = { 'x-telegram-bot-api-secret-token': secret }
  const body = () => {
    updates += 1
    const chat = { id: -1_001_000_000_000 - (updates % CHATS), type: 'supergroup', title: 'Friends' }
    const from = { id: 1_000 + (updates % CHATS), is_bot: false, first_name: 'Ada', language_code: 'en' }
    const message = { message_id: updates, from, chat, date: Math.floor(Date.now() / 1_000), text: 'Did you see that?' }
    return JSON.stringify({ update_id: updates, message })
  }
  const posts = { headers, body, status: 200 }
  await postLoad(url, posts, 200, CONNECTIONS)
  return postLoad(url, posts, times, CONNECTIONS)
}

/** One that was free a moment ago: the platform's own address has to be known before it starts. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
