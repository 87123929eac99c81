// A Bot API server that others wrote and that knows nine methods: the real platform does its work there with less, and in peace.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { newPlace } from '../support/factotum.ts'

const NAME = 'telegram-test-api'
const PACKAGE = join(fileURLToPath(new URL('../servers/node_modules', import.meta.url)), NAME)
const skip = existsSync(PACKAGE) ? false : `${NAME} is not installed (cd test/servers && npm ci)`
const TOKEN = '666:AA-a-token-that-no-log-may-hold'
const PERSON = { id: 1, first_name: 'Ada', username: 'ada', is_bot: false }
const STRANGER = { id: 2, first_name: 'Eve *bold* \u202E', is_bot: false }
const CHAT = { id: 1, first_name: 'Ada', username: 'ada', type: 'private' }
const PATIENCE_MS = 60_000

const BUTTON = z.object({ text: z.string(), callback_data: z.string().optional() })
const STANDING = z.object({
  messageId: z.number(),
  message: z.object({
    chat_id: z.coerce.number(),
    text: z.string(),
    reply_markup: z.object({ inline_keyboard: z.array(z.array(BUTTON)).optional() }).optional(),
  }),
})
type Standing = z.infer<typeof STANDING>

test(
  'a server of others with nine methods: asked, worked, accepted, and no method is called in vain again',
  { skip },
  async (t) => {
    const server = await openServer(t)
    const place = await newPlace({
      TELEGRAM_BOT_TOKEN: TOKEN,
      TELEGRAM_API_ROOT: server.url,
      TG_OWNER_IDS: String(PERSON.id),
      TG_DRAFTS: 'true',
      PREVIEW_MINUTES: '5',
      CONFIRM_WORK: 'never',
    })
    t.after(place.leave)
    const started = place.start('up')
    await started.said(/Telegram: @TestNameBot is listening/)

    await server.say('/start')
    const greeting = await server.shows(/Hello Ada!/)
    assert.equal(greeting.message.chat_id, CHAT.id)
    assert.doesNotMatch(greeting.message.text, /[*\\]/, 'no marks of Markdown are left in plain text')

    await server.say('create a hello world web app')
    const card = await server.shows(/create a hello/)
    const done = await server.shows(/Done/)
    assert.equal(done.messageId, card.messageId, 'the card became the result in place')
    assert.match(done.message.text, /npm test/)
    const [address = ''] = /http:\/\/\S+/.exec(done.message.text) ?? []
    assert.match(await (await fetch(address)).text(), /Hello, world!/)

    // A server that checks nothing: buttons can be pressed by whom they are not shown to, and say what no button said.
    const [{ callback_data: right = '' } = {}] = buttonsOf(done)
    const foreign = { from: STRANGER, chat: { ...CHAT, id: STRANGER.id } }
    const forged = [
      { data: right, from: STRANGER },
      { data: right, message: { ...foreign, message_id: done.messageId, date: 1 } },
      { data: right, ...foreign, message: { ...foreign, message_id: done.messageId, date: 1 } },
      ...['', 'x'.repeat(10_000), '\0', '\uD800', `${right}\u202E`, right.toLowerCase() + "' or 1=1 --"].map(
        (data) => ({ data }),
      ),
    ]
    const before = await server.standing()
    for (const tap of forged) await server.forge(done, tap)
    await server.answersTaps(forged.length)
    assert.deepEqual(await server.standing(), before, 'nothing came of any of them')

    await server.tap(done, 'Accept')
    const accepted = await server.shows(/Accepted by/)
    assert.equal(accepted.messageId, done.messageId)
    assert.deepEqual(
      buttonsOf(accepted).map((button) => button.text),
      ['Fix', 'Details'],
    )

    await server.say('/help')
    await server.shows(/\/new_task/)
    assert.equal((await server.standing()).length, 3, 'a greeting, a card and a help: nothing twice, nothing of doubts')

    const polls = server.calls.get('getUpdates') ?? 0
    await sleep(5_000)
    assert.ok(
      (server.calls.get('getUpdates') ?? 0) - polls <= 10,
      'a server that holds no poll back is not asked all the time',
    )
    const others = [...server.calls].filter(([method]) => method !== 'getUpdates')
    for (const [method, count] of others)
      assert.ok(count <= (LIMITS[method] ?? 1), `${method} was called ${count} times`)

    const [console] = await started.line(/http:\/\/[\d.]+:\d+/)
    const health = await fetch(`${console}/healthz`)
    assert.equal(health.status, 200)
    await health.body?.cancel()
    started.child.kill('SIGTERM')
    const { code, stdout, stderr } = await started.ended
    assert.equal(code, 0, stderr)
    assert.ok(!`${stdout}${stderr}`.includes(TOKEN.slice(4)), 'the token is in no log')
  },
)

/** The others once: of methods that the server does not know, one call is enough to learn so. */
const LIMITS: Readonly<Record<string, number>> = { sendMessage: 3, editMessageText: 40, answerCallbackQuery: 10 }

async function openServer(t: TestContext) {
  const { webServer } = newTelegramServer()
  const calls = new Map<string, number>()
  const server = createServer((request, response) => {
    const method = methodOf(request)
    if (method !== null) calls.set(method, (calls.get(method) ?? 0) + 1)
    webServer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function post(path: string, body: object): Promise<unknown> {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    assert.equal(answer.status, 200)
    return answer.json()
  }

  /** What the bot has said and not taken back, in order, each as it stands now. */
  async function standing(): Promise<readonly Standing[]> {
    const history = z.object({ result: z.array(z.unknown()) }).parse(await post('/getUpdatesHistory', { token: TOKEN }))
    return history.result.flatMap((entry) => {
      const parsed = STANDING.safeParse(entry)
      return parsed.success ? [parsed.data] : []
    })
  }

  /** A tap with whatever is given in place of what a tap of the person says. */
  async function forge({ messageId }: Pick<Standing, 'messageId'>, given: object): Promise<void> {
    await post('/sendCallback', { ...common(), message: { ...common(), message_id: messageId }, ...given })
  }

  const common = () => ({ botToken: TOKEN, date: Math.floor(Date.now() / 1_000), from: PERSON, chat: CHAT })
  return {
    url,
    calls,
    standing,
    say: async (text: string) => {
      const command = /^\/\w+/.exec(text)?.[0]
      if (command === undefined) return post('/sendMessage', { ...common(), text })
      const entities = [{ type: 'bot_command', offset: 0, length: command.length }]
      return post('/sendCommand', { ...common(), text, entities })
    },
    tap: async ({ messageId }: Standing, label: string) => {
      const found = (await standing()).find((entry) => entry.messageId === messageId)
      const data = found === undefined ? undefined : buttonsOf(found).find(({ text }) => text === label)?.callback_data
      assert.ok(data !== undefined, `no button ${label}`)
      await forge({ messageId }, { data })
    },
    forge,
    answersTaps: async (count: number) => {
      const end = Date.now() + PATIENCE_MS
      while ((calls.get('answerCallbackQuery') ?? 0) < count && Date.now() < end) await sleep(50)
      assert.equal(calls.get('answerCallbackQuery'), count)
    },
    shows: async (pattern: RegExp): Promise<Standing> => {
      for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
        const found = (await standing()).findLast(({ message }) => pattern.test(message.text))
        if (found !== undefined) return found
      }
      const texts = (await standing()).map(({ message }) => message.text)
      throw new Error(`Nothing like ${pattern} came: ${JSON.stringify({ texts, calls: [...calls] })}`)
    },
  }
}

function buttonsOf({ message }: Standing) {
  return message.reply_markup?.inline_keyboard?.flat() ?? []
}

function methodOf({ url = '' }: IncomingMessage): string | null {
  return /^\/bot[^/]+\/(\w+)/.exec(url)?.[1] ?? null
}

/** Its routes without its own listening, whose port would have to be known before. */
function newTelegramServer(): { readonly webServer: RequestListener } {
  const TelegramServer: unknown = createRequire(import.meta.url)(PACKAGE)
  assert.ok(typeof TelegramServer === 'function')
  const made: unknown = Reflect.construct(TelegramServer, [{}])
  if (!isServer(made)) throw new Error('it has no routes')
  return made
}

function isServer(made: unknown): made is { readonly webServer: RequestListener } {
  return typeof made === 'object' && made !== null && 'webServer' in made && typeof made.webServer === 'function'
}
