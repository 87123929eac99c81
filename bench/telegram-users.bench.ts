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
import { called, happens, openTelegram, wordOf } from './harness/telegram.ts'

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
    // Each owner's menu of commands, of which there are a hundred here and one or two elsewhere.
    let menus = USERS
    const registered = happens(telegram, 'the menus', (event) => {
      if (event.type === 'call' && event.call.method === 'setMyCommands') menus -= 1
      return menus === 0
    })
    const given = JSON.stringify({ apiRoot: telegram.url, tokens: [bareBot.token] })
    const child = spawn(process.execPath, [BARE, given], { stdio: ['ignore', 'ignore', 'inherit'] })
    context.cleanUp(() => void child.kill('SIGKILL'))
    const settings = {
      DATABASE_URL: `postgres://${server.user}@localhost:${server.port}/${server.database}?host=${encodeURIComponent(server.host)}`,
      TELEGRAM_BOT_TOKEN: bot.token,
      TELEGRAM_API_ROOT: telegram.url,
      TG_OWNER_IDS: users.map((user) => user.id).join(','),
      CONFIRM_WORK: 'never',
    }
    await startPlatform(context, 'data', settings, 'gateway,worker,telegram')
    await listening
    await registered
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
      lost.push(await miscounted(server, mark, each))
      unanswered.push(USERS * each - (await ended))
    }
    const baseline = { name: 'grammY bot, the same crowd', values: bare }
    return [
      { name: `${USERS} people write at once, reaction, p95`, unit: 'ms', ours: p95, baseline, goal: within(1_000) },
      {
        name: `${USERS} people at once, messages without their one task`,
        unit: 'tasks',
        ours: lost,
        baseline: null,
        goal: within(0),
      },
      {
        name: `${USERS} people at once, tasks without a final`,
        unit: 'tasks',
        ours: unanswered,
        baseline: null,
        goal: within(0),
      },
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
    const buttons = JSON.stringify(event.message.inlineKeyboard ?? [])
    // What is over can be looked into, and not stopped.
    if (fromId !== bot || !buttons.includes('Details') || buttons.includes('Stop')) return
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

/** How many tasks of that text people have too few, or too many: each of them is to have `each`. */
async function miscounted(
  server: { host: string; port: number; user: string; database: string },
  mark: string,
  each: number,
): Promise<number> {
  const client = new Client(server)
  await client.connect()
  const text = 'select count(*) as kept from tasks where input_text like $1 group by user_id'
  const { rows } = await client.query<{ kept: string }>(text, [`%${mark}`])
  await client.end()
  const off = rows.reduce((sum, { kept }) => sum + Math.abs(each - Number(kept)), 0)
  return off + (USERS - rows.length) * each
}
