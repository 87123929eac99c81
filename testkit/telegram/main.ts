// Telegram on its own: `node testkit/telegram/main.ts` gives a Bot API, a bot's token and a page that plays the user.
import { parseArgs } from 'node:util'
import { startTelegram } from './server.ts'
import type { Telegram } from './server.ts'
import { createPage } from './web/page.ts'
import type { Page } from './web/page.ts'

const PORT = 8081

const HELP = `Telegram in memory: the Bot API over HTTP, and a page on which you play the user.

Usage: node testkit/telegram/main.ts [options]

  --port N          where it listens (default ${PORT}; 0 takes any that is free)
  --host ADDRESS    default 127.0.0.1; whoever reaches another address may do everything
  --bot USERNAME    a bot that is there from the start, ending in "bot" (default demo_bot); may be repeated
  --topics          the bots have topics in private chats
  --person NAME     who you are on the page (default Ada)
  --check-answers   checks each answer against the schemas of the Bot API's types
  --rate-limits     refuses what comes too fast, as Telegram does
  --json            prints what it started as one line of JSON
  --help            this text

Point your bot at the printed API root. grammY: new Bot(token, { client: { apiRoot } }). It forgets everything when it
ends.
`

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      bot: { type: 'string', multiple: true },
      person: { type: 'string' },
      topics: { type: 'boolean' },
      'check-answers': { type: 'boolean' },
      'rate-limits': { type: 'boolean' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help === true) {
    process.stdout.write(HELP)
    return
  }
  const names = values.bot ?? ['demo_bot']
  for (const name of names)
    if (!/^[a-z]\w{1,28}bot$/i.test(name)) throw new Error(`A bot's username ends in "bot", and ${name} does not.`)
  const { telegram, page } = await start({
    port: readPort(values.port ?? `${PORT}`),
    checkAnswers: values['check-answers'] === true,
    rateLimits: values['rate-limits'] === true,
    ...(values.host !== undefined && { host: values.host }),
    ...(values.person !== undefined && { person: values.person }),
  })
  const topics = values.topics === true
  const bots = names.map((username) =>
    telegram.newBot({
      username,
      name: username.replaceAll('_', ' '),
      canManageBots: true,
      hasTopicsEnabled: topics,
      allowsUsersToCreateTopics: topics,
    }),
  )
  const started = { api_root: telegram.url, page: `${telegram.url}/`, bots }
  process.stdout.write(values.json === true ? `${JSON.stringify(started)}\n` : describe(started))
  const end = (): void => {
    page.close()
    void telegram.close()
  }
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
}

type Options = Parameters<typeof startTelegram>[0] & { readonly person?: string }

async function start(options: Options): Promise<{ readonly telegram: Telegram; readonly page: Page }> {
  let page: Page | null = null
  try {
    const telegram = await startTelegram({
      ...options,
      other: (request, response) => page?.handle(request, response) ?? false,
    })
    page = createPage({ world: telegram.world, ...(options?.person !== undefined && { person: options.person }) })
    return { telegram, page }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE')
      throw new Error(`Port ${options?.port} is taken: choose another with --port.`, { cause: error })
    throw error
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`--port must be a number from 0 to 65535, not ${text}.`)
  return port
}

function describe(started: {
  readonly api_root: string
  readonly page: string
  readonly bots: readonly { readonly token: string; readonly username: string }[]
}): string {
  const bots = started.bots.map(({ username, token }) => `Bot       @${username}  ${token}\n`).join('')
  return `API root  ${started.api_root}\n${bots}Page      ${started.page}\n\nCtrl-C ends it.\n`
}
