// Updates brought by webhook: taken only from Telegram, durable before the answer, and changed over without loss.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import type { TelegramBots } from '../../src/adapters/telegram/bots.ts'
import { webhookAddress } from '../../src/adapters/telegram/webhook-address.ts'
import type { Inbox } from '../../src/core/ports/inbox.ts'
import type { BotId } from '../../src/core/vocabulary/place.ts'
import { healthy, inboundWorld, until } from './telegram-inbound-world.ts'

const SECRET = 'a secret of the operator'

/** An HTTP server as the gateway is one, in front of whichever bots are behind it. */
async function gateway(t: TestContext) {
  const behind: { bots: TelegramBots | null } = { bots: null }
  const answers: number[] = []
  const server = createServer(async (request, response) => {
    const opaque = request.url?.split('/').at(-1) ?? ''
    const secret = String(request.headers['x-telegram-bot-api-secret-token'] ?? '')
    const status = await answer(behind.bots, opaque, secret, await json(request))
    answers.push(status)
    response.writeHead(status).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const mode = { type: 'webhook', publicUrl: `http://127.0.0.1:${port}`, secret: SECRET } as const
  return { behind, answers, mode }
}

async function answer(bots: TelegramBots | null, opaque: string, secret: string, body: unknown): Promise<number> {
  try {
    const receipt = (await bots?.receiveWebhook(opaque, secret, body)) ?? 'unknown'
    return { accepted: 200, unknown: 404, refused: 401 }[receipt]
  } catch {
    return 500
  }
}

test('updates are brought to an address that only Telegram knows, and the webhook is set but once', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const { behind, answers, mode } = await gateway(t)
  const ada = telegram.newUser({ firstName: 'Ada' })
  await ada.send('before', { to: bot })
  behind.bots = process('first', { options: { mode } })
  await healthy(behind.bots)
  await ada.send('after', { to: bot })
  await until(() => texts().length === 2, texts)
  assert.deepEqual(
    [texts(), answers],
    [
      ['before', 'after'],
      [200, 200],
    ],
  )
  await behind.bots.stop()
  const set = telegram.faults.add({ kind: 'server_error', method: 'setWebhook' })
  behind.bots = process('second', { options: { mode } })
  await healthy(behind.bots)
  assert.equal(set.count, 0)
})

test('whoever does not know path and secret is turned away, and so is what is no update', async (t) => {
  const { bot, process, events } = await inboundWorld(t)
  const { mode } = await gateway(t)
  const bots = process('one', { options: { mode } })
  const { opaque, secretToken } = webhookAddress(SECRET, String(bot.id) as BotId)
  const update = { update_id: 1, message: { message_id: 1, date: 1, chat: { id: 1, type: 'private' }, text: 'hi' } }
  assert.equal(await bots.receiveWebhook('nowhere', secretToken, update), 'unknown')
  assert.equal(await bots.receiveWebhook(opaque, '', update), 'refused')
  assert.equal(await bots.receiveWebhook(opaque, `${secretToken.slice(0, -1)}!`, update), 'refused')
  for (const body of [null, 'text', [], {}, { update_id: 'x' }, { update_id: -1 }, { update_id: 1.5 }]) {
    assert.equal(await bots.receiveWebhook(opaque, secretToken, body), 'refused', JSON.stringify(body))
  }
  assert.deepEqual([bots.knowsWebhook(opaque), bots.knowsWebhook('nowhere')], [true, false])
  assert.deepEqual(events, [])
})

test('changed over from polls to a webhook and back, nothing is lost and nothing comes twice', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const { behind, mode } = await gateway(t)
  const ada = telegram.newUser({ firstName: 'Ada' })
  const sent: string[] = []
  const say = async (when: string) => {
    for (let part = 0; part < 5; part += 1) {
      sent.push(`${when} ${part}`)
      await ada.send(sent.at(-1) ?? '', { to: bot })
    }
  }
  for (const round of [1, 2]) {
    const polling = process(`polling ${round}`)
    await healthy(polling)
    await say(`polled ${round}`)
    await polling.stop()
    await say(`while nobody listens ${round}`)
    const brought = process(`brought ${round}`, { options: { mode } })
    behind.bots = brought
    await healthy(brought)
    await say(`brought ${round}`)
    await until(() => texts().length === sent.length, texts)
    await brought.stop()
    behind.bots = null
    await say(`while nobody answers ${round}`)
  }
  await healthy(process('last'))
  await until(() => texts().length === sent.length, texts)
  assert.deepEqual(texts(), sent)
})

test('while the store is broken Telegram is told so, and brings the update again', async (t) => {
  const { telegram, bot, process, texts, stores } = await inboundWorld(t)
  const { behind, answers, mode } = await gateway(t)
  let isBroken = true
  const inbox: Inbox = {
    ...stores.inbox,
    add: async (items) => {
      if (isBroken) throw new Error('the disk is full')
      return stores.inbox.add(items)
    },
  }
  behind.bots = process('one', { inbox, options: { mode } })
  await healthy(behind.bots)
  await telegram.newUser({ firstName: 'Ada' }).send('hello', { to: bot })
  await until(
    () => answers.includes(500),
    () => answers,
  )
  isBroken = false
  await telegram.clock.advance(60_000)
  await until(
    () => texts().length === 1,
    () => answers,
  )
  assert.deepEqual(texts(), ['hello'])
})

test('a process that does not run the bot takes its updates in all the same', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const { behind, mode } = await gateway(t)
  const first = process('first', { options: { mode } })
  await healthy(first)
  behind.bots = process('second', { options: { mode } })
  await healthy(behind.bots, 'elsewhere')
  await telegram.newUser({ firstName: 'Ada' }).send('hello', { to: bot })
  await until(() => texts().length === 1, texts)
})

test('updates of a shape that nobody foresaw are taken, set aside and hold nothing up', async (t) => {
  const { bot, process, events, stores } = await inboundWorld(t)
  const { mode } = await gateway(t)
  const clock = createSystemClock()
  const sleep = (ms: number, signal?: AbortSignal) => clock.sleep(ms / 50, signal)
  const bots = process('one', { clock: { ...clock, sleep }, options: { mode } })
  const id = String(bot.id) as BotId
  const { opaque, secretToken } = webhookAddress(SECRET, id)
  const chat = { id: 7, type: 'private', first_name: 'Ada' }
  const good = { message_id: 3, date: 1, chat, from: { id: 7, is_bot: false, first_name: 'Ada' }, text: 'hello' }
  const odd = [
    { message: null },
    { message: {} },
    { message: 'text' },
    { message: { chat, text: 7 } },
    { something: 1 },
  ]
  for (const [index, body] of [...odd, { message: good }].entries()) {
    assert.equal(await bots.receiveWebhook(opaque, secretToken, { update_id: index, ...body }), 'accepted')
  }
  await until(
    async () => (await stores.inbox.state(id)).unfinished === 0,
    () => stores.inbox.state(id),
  )
  assert.deepEqual(
    events.map((event) => event.type),
    ['message'],
  )
  assert.equal((await healthy(bots)).inbox?.lastUpdateId, odd.length)
})
