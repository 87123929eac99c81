// A hundred people who write to one bot at once: how soon each sees that they were heard, and whether every word became a task.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import type { Telegram } from '../testkit/telegram/server.ts'
import type { UserClient } from '../testkit/telegram/user/user-client.ts'
import type { Benchmark } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { percentile } from './harness/figures.ts'
import { startPlatform } from './harness/platform.ts'
import { startPostgres } from './harness/postgres.ts'
import { called, openTelegram, wordOf } from './harness/telegram.ts'

const USERS = 100
const PATIENCE_MS = 120_000
const BARE = fileURLToPath(new URL('sides/telegram-bare-bots.ts', import.meta.url))

export const benchmark: Benchmark = {
  name: 'telegram-users',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const server = await postgres.freshDatabase()
    const telegram = await openTelegram(context)
    const [bot, bareBot] = [telegram.newBot(), telegram.newBot()]
    const users = Array.from({ length: USERS }, (_, number) => telegram.newUser({ firstName: `User ${number}` }))
    const listening = called(telegram, 'getUpdates', [bot.id, bareBot.id])
    const given = JSON.stringify({ apiRoot: telegram.url, tokens: [bareBot.token] })
    const child = spawn(process.execPath, [BARE, given], { stdio: ['ignore', 'ignore', 'inherit'] })
    context.cleanUp(() => void child.kill('SIGKILL'))
    const settings = {
      DATABASE_URL: `postgres://${server.user}@localhost:${server.port}/${server.database}?host=${encodeURIComponent(server.host)}`,
      TELEGRAM_BOT_TOKEN: bot.token,
      TELEGRAM_API_ROOT: telegram.url,
      TG_OWNER_IDS: users.map((user) => user.id).join(','),
    }
    await startPlatform(context, 'data', settings, 'gateway,worker,telegram')
    await listening
    const each = context.quick ? 2 : 5
    const p95: number[] = []
    const bare: number[] = []
    const lost: number[] = []
    const unanswered: number[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      const mark = `round ${round} of many`
      bare.push(percentile(await crowd(telegram, bareBot.id, users, each, 'Hello'), 95))
      const ended = finals(telegram, bot.id, USERS * each)
      p95.push(percentile(await crowd(telegram, bot.id, users, each, `Who are you? ${mark}`), 95))
      lost.push(USERS * each - (await count(server, mark)))
      unanswered.push(USERS * each - (await ended))
    }
    const baseline = { name: 'grammY bot, the same crowd', values: bare }
    return [
      { name: `${USERS} people write at once, reaction, p95`, unit: 'ms', ours: p95, baseline, goal: within(1_000) },
      {
        name: `${USERS} people at once, not one task each`,
        unit: 'tasks',
        ours: lost,
        baseline: null,
        goal: within(0),
      },
      { name: `${USERS} people at once, no final`, unit: 'tasks', ours: unanswered, baseline: null, goal: within(0) },
    ]
  },
}

/** Everybody writes, waits for the first word to it, and writes again. Returns how long each waited, in ms. */
async function crowd(
  telegram: Telegram,
  bot: number,
  users: readonly UserClient[],
  each: number,
  text: string,
): Promise<readonly number[]> {
  const heard = new Map<number, () => void>()
  const unsubscribe = telegram.world.subscribe((event) => {
    const word = wordOf(event)
    // Of what was asked before, only messages come late.
    if (word?.type === 'reaction') heard.get(word.user)?.()
  })
  const took: number[] = []
  const one = async (user: UserClient) => {
    for (let number = 0; number < each; number += 1) {
      const began = performance.now()
      const answered = new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('Somebody was never heard')), PATIENCE_MS)
        heard.set(user.id, () => {
          clearTimeout(late)
          resolve()
        })
      })
      await user.send(text, { to: bot })
      await answered
      took.push(performance.now() - began)
    }
  }
  await Promise.all(users.map(one)).finally(unsubscribe)
  return took
}

/** How many of the bot's messages have shown what a task came to, once that is all of them or nothing more comes. */
function finals(telegram: Telegram, bot: number, wanted: number): Promise<number> {
  const done = new Set<string>()
  const over = new AbortController()
  const unsubscribe = telegram.world.subscribe((event) => {
    if (event.type !== 'message' && event.type !== 'edit') return
    const { chat, id, fromId } = event.message
    if (fromId !== bot || !/\bdone\b/i.test(JSON.stringify(event.message.content))) return
    done.add(`${chat.key} ${id}`)
    if (done.size === wanted) over.abort()
  })
  return sleep(PATIENCE_MS, undefined, { signal: over.signal })
    .catch(() => undefined)
    .then(() => {
      unsubscribe()
      return done.size
    })
}

/** Tasks of that text; a message that made two would count against one that made none, so each task has to have its own message. */
async function count(
  server: { host: string; port: number; user: string; database: string },
  mark: string,
): Promise<number> {
  const client = new Client(server)
  await client.connect()
  const text = 'select count(*) as kept, count(distinct thread_id) as threads from tasks where input_text like $1'
  const { rows } = await client.query<{ kept: string }>(text, [`%${mark}`])
  await client.end()
  return Number(rows[0]?.kept ?? 0)
}
