// A Telegram of our own with many people in it, and the real platform behind one of its bots as a process that is killed at will;
// the database is another one's, so that a kill takes the process and nothing else.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { startTelegram } from '../../testkit/telegram/server.ts'
import type { Telegram } from '../../testkit/telegram/server.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { contentText } from '../../testkit/telegram/user/look.ts'
import type { StoredMessage } from '../../testkit/telegram/world/model.ts'
import type { Started } from '../support/factotum.ts'
import { newPlace } from '../support/factotum.ts'
import { freePort } from '../support/free-port.ts'
import { createTestDatabase, databaseUrl } from '../support/postgres.ts'
import { processesIn } from './arena.ts'

export type TelegramArena = {
  readonly telegram: Telegram
  readonly bot: { readonly id: number; readonly username: string }
  readonly people: readonly UserClient[]
  /** Starts the platform; resolves once its bot listens. */
  readonly up: () => Promise<Started>
  /** The same without waiting. */
  readonly begin: () => Started
  /** What was started last. */
  readonly running: () => Started
  readonly rows: <Row>(sql: string) => Promise<readonly Row[]>
  /** Resolves when nothing is to be done any more: no update, task, card or post. Throws with what there is after so long. */
  readonly quiet: (patienceMs: number) => Promise<void>
  /** Each line that the processes logged about a message that may or may not have arrived, by its key. */
  readonly doubted: () => ReadonlySet<string>
  /** Everything that is still there is ended and removed. Returns the processes of the installation that are left. */
  readonly leave: () => Promise<readonly string[]>
}

export async function openTelegramArena(options: {
  readonly people: number
  readonly mode: 'poll' | 'webhook'
  readonly environment?: Readonly<Record<string, string>>
}): Promise<TelegramArena> {
  const telegram = await startTelegram()
  const bot = telegram.newBot({ username: 'factotum_bot' })
  const people = Array.from({ length: options.people }, (_, index) => telegram.newUser({ firstName: `P${index}` }))
  const database = await createTestDatabase()
  const { connection } = database
  const client = new Client({ ...connection, host: connection.directory, password: '' })
  await client.connect()
  const place = await newPlace({
    DATABASE_URL: databaseUrl(database),
    TELEGRAM_BOT_TOKEN: bot.token,
    TELEGRAM_API_ROOT: telegram.url,
    TG_OWNER_IDS: people.map(({ id }) => id).join(','),
    LOG_LEVEL: 'warn',
    // Where the OK is not what a scene is about.
    CONFIRM_WORK: 'never',
    WORKER_CONCURRENCY: '10',
    WORKER_LEASE_SECONDS: '5',
    ...(options.mode === 'poll' ? {} : await webhookSettings()),
    ...options.environment,
  })
  const all: Started[] = []
  const logs: string[] = []

  function begin(): Started {
    const started = place.start('up')
    started.child.stderr?.on('data', (chunk: Buffer) => logs.push(chunk.toString()))
    all.push(started)
    return started
  }

  const rows = async <Row>(sql: string) => (await client.query(sql)).rows as readonly Row[]

  return {
    telegram,
    bot,
    people,
    begin,
    running: () => {
      const last = all.at(-1)
      if (last === undefined) throw new Error('Nothing was started.')
      return last
    },
    up: async () => {
      const started = begin()
      await started.said(/Telegram: @factotum_bot is listening/)
      return started
    },
    rows,
    quiet: async (patienceMs) => {
      const until = Date.now() + patienceMs
      for (;;) {
        const waiting = telegram.world.queueOf(botAccount(telegram, bot.id)).pending()
        const [left] = await rows<Readonly<Record<string, string>>>(LEFT)
        if (waiting === 0 && Object.values(left ?? {}).every((count) => Number(count) === 0)) return
        if (Date.now() > until)
          throw new Error(`After ${patienceMs} ms: ${waiting} updates at Telegram, ${JSON.stringify(left)}`)
        await sleep(200)
      }
    },
    doubted: () =>
      new Set(
        logs
          .join('')
          .split('\n')
          .filter((line) => line.includes('may or may not have arrived'))
          .flatMap((line) => /"key":"([^"]+)"/.exec(line)?.[1] ?? []),
      ),
    leave: async () => {
      for (const { child } of all) if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await Promise.all(all.map(({ ended }) => ended))
      const left = processesIn(place.folder)
      await client.end()
      await telegram.close()
      await place.leave()
      await database.drop()
      return left
    },
  }
}

const LEFT = `select
  (select count(*) from inbox where state = 'open') as updates,
  (select count(*) from tasks where status not in ('completed', 'failed', 'aborted')) as tasks,
  (select count(*) from cards where not finished) as cards,
  (select count(*) from outbox where state in ('waiting', 'sending')) as posts`

async function webhookSettings(): Promise<Readonly<Record<string, string>>> {
  const port = await freePort()
  return {
    HTTP_PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    TELEGRAM_WEBHOOK_SECRET: 'a secret of the operator',
  }
}

export function botAccount(telegram: Telegram, id: number) {
  const account = telegram.world.bots.get(id)
  if (account === undefined) throw new Error(`There is no bot ${id}.`)
  return account
}

/** Everything that ever stood in a person's chat with the bot, deleted messages too. */
export function storedMessages(arena: TelegramArena, person: UserClient): readonly StoredMessage[] {
  const user = arena.telegram.world.users.get(person.id)
  if (user === undefined) throw new Error(`There is nobody with the number ${person.id}.`)
  return [...arena.telegram.world.privateChat(botAccount(arena.telegram, arena.bot.id), user).messages.values()]
}

/** What a message said in each of its versions. */
export function textsOf(message: StoredMessage): readonly string[] {
  return message.versions.map((version) => contentText(version.content))
}
