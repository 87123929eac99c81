// Many bots in one process: what each adds to its memory, at rest and after each was spoken to, beside grammY's own polling.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Benchmark, BenchmarkContext } from './harness/benchmark.ts'
import { within } from './harness/benchmark.ts'
import { startPlatform } from './harness/platform.ts'
import { startPostgres } from './harness/postgres.ts'
import type { BenchPostgres } from './harness/postgres.ts'
import { residentMb } from './harness/processes.ts'
import { called, happens, openTelegram, wordOf } from './harness/telegram.ts'

const MANY = 500
const BARE = fileURLToPath(new URL('sides/telegram-bare-bots.ts', import.meta.url))

type Memory = { readonly idle: number; readonly spokenTo: number }
type Start = (telegramUrl: string, tokens: readonly string[], owner: number) => Promise<Running>
type Running = { readonly pid: number; readonly stop: () => Promise<void> }

export const benchmark: Benchmark = {
  name: 'telegram-bots',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const many = context.quick ? MANY / 5 : MANY
    const rounds = Math.min(context.rounds, 2)
    // Builds the console, which would be no bot's doing.
    await (await startPlatform(context, 'data', {}, 'gateway')).stop()
    const ours: Memory[] = []
    const bare: Memory[] = []
    const perBot = async (start: Start) => {
      const one = await measure(context, start, 1)
      const all = await measure(context, start, many)
      const each = (figure: keyof Memory) => (all[figure] - one[figure]) / (many - 1)
      return { idle: each('idle'), spokenTo: each('spokenTo') }
    }
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await perBot(startBare(context)))
      ours.push(await perBot(startOurs(context, postgres)))
    }
    const row = (name: string, figure: keyof Memory) => ({
      name: `${many} bots in one process, RSS of each, ${name}`,
      unit: 'MB',
      ours: ours.map((it) => it[figure]),
      baseline: { name: 'grammY bot.start', values: bare.map((it) => it[figure]) },
      goal: within(0.3),
    })
    return [row('at rest', 'idle'), row('each spoken to', 'spokenTo')]
  },
}

async function measure(context: BenchmarkContext, start: Start, many: number): Promise<Memory> {
  const telegram = await openTelegram(context)
  const bots = Array.from({ length: many }, () => telegram.newBot())
  const ada = telegram.newUser({ firstName: 'Ada' })
  const listening = called(
    telegram,
    'getUpdates',
    bots.map((bot) => bot.id),
  )
  const running = await start(
    telegram.url,
    bots.map((bot) => bot.token),
    ada.id,
  )
  await listening
  const rest = context.quick ? 2_000 : 8_000
  await sleep(rest)
  const idle = residentMb(running.pid)
  let missing = many
  const answered = happens(telegram, 'an answer of every bot', (event) => {
    if (wordOf(event)?.type === 'message') missing -= 1
    return missing === 0
  })
  // Answered at once by every bot, without a task.
  for (const bot of bots) await ada.send('/help', { to: bot.id })
  await answered
  await sleep(rest)
  const spokenTo = residentMb(running.pid)
  await running.stop()
  await telegram.close()
  return { idle, spokenTo }
}

/** Without a worker: what is measured is the bots. */
function startOurs(context: BenchmarkContext, postgres: BenchPostgres): Start {
  return async (telegramUrl, tokens, owner) => {
    const { host, port, user, database } = await postgres.freshDatabase()
    const settings = {
      DATABASE_URL: `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
      TELEGRAM_BOT_TOKEN: tokens.join(','),
      TELEGRAM_API_ROOT: telegramUrl,
      TG_OWNER_IDS: String(owner),
      CONFIRM_WORK: 'never',
    }
    const up = await startPlatform(context, 'data', settings, 'gateway,telegram')
    return { pid: up.child.pid ?? 0, stop: up.stop }
  }
}

function startBare(context: BenchmarkContext): Start {
  return async (apiRoot, tokens) => {
    const child = spawn(process.execPath, [BARE, JSON.stringify({ apiRoot, tokens })], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const stop = () => {
      child.kill('SIGKILL')
      return ended
    }
    context.cleanUp(stop)
    return { pid: child.pid ?? 0, stop }
  }
}
