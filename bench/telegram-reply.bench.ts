// From a message in a chat until something of ours stands there: a reaction, a message. Beside a bot that remembers nothing.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Telegram } from '../testkit/telegram/server.ts'
import type { UserClient } from '../testkit/telegram/user/user-client.ts'
import type { Benchmark, BenchmarkContext } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { percentile } from './harness/figures.ts'
import { startPlatform } from './harness/platform.ts'
import { called, openTelegram, wordOf } from './harness/telegram.ts'

const TEXT = 'Who are you?'
const BARE = fileURLToPath(new URL('sides/telegram-bare-bots.ts', import.meta.url))

type Words = { readonly reaction: number; readonly message: number }
type Figures = { readonly first: Words; readonly later: readonly Words[] }

export const benchmark: Benchmark = {
  name: 'telegram-reply',
  run: async (context) => {
    const ours: Figures[] = []
    const bare: Figures[] = []
    for (let round = 0; round < context.rounds; round += 1) {
      bare.push(await measure(context, startBare))
      ours.push(await measure(context, startOurs(`reply-${round}`)))
    }
    const word = (it: Words) => Math.min(it.reaction, it.message)
    const row = (name: string, figure: (figures: Figures) => number) => ({
      name: `message to ${name}`,
      unit: 'ms',
      ours: ours.map(figure),
      baseline: { name: 'grammY bot', values: bare.map(figure) },
    })
    const percent = (rank: number, of: (words: Words) => number) => (figures: Figures) =>
      percentile(figures.later.map(of), rank)
    return [
      { ...row('first word (a reaction), p50', percent(50, word)), goal: within(30) },
      { ...row('first word, p95', percent(95, word)), goal: within(100) },
      { ...row('first word, first after a start', (it) => word(it.first)), goal: within(300) },
      {
        ...row(
          'first message, p50',
          percent(50, (it) => it.message),
        ),
        goal: within(30),
      },
      {
        ...row(
          'first message, p95',
          percent(95, (it) => it.message),
        ),
        goal: within(100),
      },
      { ...row('first message, first after a start', (it) => it.first.message), goal: within(300) },
    ]
  },
}

type Start = (
  context: BenchmarkContext,
  telegram: Telegram,
  token: string,
  owner: number,
) => Promise<() => Promise<void>>

async function measure(context: BenchmarkContext, start: Start): Promise<Figures> {
  const telegram = await openTelegram(context)
  const bot = telegram.newBot()
  const ada = telegram.newUser({ firstName: 'Ada' })
  const listening = called(telegram, 'getUpdates', [bot.id])
  const stop = await start(context, telegram, bot.token, ada.id)
  await listening
  const first = await ask(telegram, ada, bot)
  const later: Words[] = []
  for (let number = 0; number < (context.quick ? 20 : 100); number += 1) later.push(await ask(telegram, ada, bot))
  await stop()
  await telegram.close()
  return { first, later }
}

const startOurs =
  (name: string): Start =>
  async (context, telegram, token, owner) => {
    const settings = {
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_API_ROOT: telegram.url,
      TG_OWNER_IDS: String(owner),
      WORKER_CONCURRENCY: '1',
      CONFIRM_WORK: 'never',
    }
    return (await startPlatform(context, name, settings, 'gateway,worker,telegram')).stop
  }

const startBare: Start = async (context, telegram, token) => {
  const given = JSON.stringify({ apiRoot: telegram.url, tokens: [token] })
  const child = spawn(process.execPath, [BARE, given], { stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = () => {
    child.kill('SIGKILL')
    return ended
  }
  context.cleanUp(stop)
  return stop
}

/** Resolves when the answer is there and nothing was said for a while, so that the next question meets a platform at rest. */
function ask(telegram: Telegram, ada: UserClient, bot: { readonly id: number }): Promise<Words> {
  const words = { reaction: Number.NaN, message: Number.NaN }
  const told = Promise.withResolvers<Words>()
  let rest: NodeJS.Timeout | null = null
  let began = 0
  const unsubscribe = telegram.world.subscribe((event) => {
    const word = wordOf(event)
    if (word !== null && Number.isNaN(words[word.type])) words[word.type] = performance.now() - began
    if (event.type !== 'call' || event.call.botId !== bot.id || Number.isNaN(words.message + words.reaction)) return
    if (event.call.method === 'getUpdates') return
    if (rest !== null) clearTimeout(rest)
    rest = setTimeout(() => {
      unsubscribe()
      told.resolve(words)
    }, REST_MS)
  })
  began = performance.now()
  ada.send(TEXT, { to: bot.id }).catch(told.reject)
  return told.promise
}

const REST_MS = 100
