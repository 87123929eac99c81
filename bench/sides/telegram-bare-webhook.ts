// The least that takes Telegram's updates durably: one row each, group commit, and either node:http alone or grammY's own handler.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Bot, webhookCallback } from 'grammy'
import { Pool } from 'pg'
import { z } from 'zod'

const GIVEN = z.object({
  server: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
  handler: z.enum(['bare', 'grammy']),
  secret: z.string(),
})
const { server, handler, secret } = GIVEN.parse(JSON.parse(process.argv[2] ?? ''))
const UPDATE = z.object({ update_id: z.number() })

const pool = new Pool({ ...server, max: 4 })
await pool.query(
  'create table if not exists inbox (bot text, update_id bigint, raw json not null, primary key (bot, update_id))',
)

type Row = { readonly id: number; readonly raw: string }
type Waiting = Row & { readonly done: () => void; readonly failed: (error: unknown) => void }
let waiting: Waiting[] = []
let underWay = 0

/** Two batches at once at most; what comes meanwhile goes together. */
async function write(): Promise<void> {
  if (underWay >= 2 || waiting.length === 0) return
  const batch = waiting
  waiting = []
  underWay += 1
  try {
    const text = `insert into inbox (bot, update_id, raw) select '1', * from unnest($1::bigint[], $2::json[])
      on conflict do nothing`
    await pool.query({ name: 'insert', text, values: [batch.map(({ id }) => id), batch.map(({ raw }) => raw)] })
    for (const { done } of batch) done()
  } catch (error) {
    for (const { failed } of batch) failed(error)
  } finally {
    underWay -= 1
    void write()
  }
}

function insert(row: Row): Promise<void> {
  return new Promise((done, failed) => {
    waiting.push({ ...row, done, failed })
    setImmediate(() => void write())
  })
}

function bare(request: IncomingMessage, response: ServerResponse): void {
  let raw = ''
  request.on('data', (chunk: Buffer) => (raw += chunk.toString()))
  request.on('end', () => {
    const answer = (status: number) => response.writeHead(status, { 'content-length': 0 }).end()
    if (request.headers['x-telegram-bot-api-secret-token'] !== secret) return answer(401)
    const { update_id: id } = UPDATE.parse(JSON.parse(raw))
    insert({ id, raw }).then(
      () => answer(200),
      () => answer(500),
    )
  })
}

const bot = new Bot('1:none', {
  botInfo: {
    id: 1,
    is_bot: true,
    first_name: 'Bench',
    username: 'bench_bot',
    can_join_groups: true,
    can_read_all_group_messages: true,
    can_manage_bots: false,
    supports_inline_queries: false,
    supports_join_request_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    supports_guest_queries: false,
  },
})
bot.use((context) => insert({ id: context.update.update_id, raw: JSON.stringify(context.update) }))

const http = createServer(handler === 'bare' ? bare : webhookCallback(bot, 'http', { secretToken: secret }))
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`)
})
