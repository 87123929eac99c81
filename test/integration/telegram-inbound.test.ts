// What people do in Telegram arrives once, in order and whole, whatever happens on the way.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import type { UserId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import type { BotId } from '../../src/core/vocabulary/place.ts'
import { healthy, inboundWorld, until } from './telegram-inbound-world.ts'

test('a message arrives, and the bot is connected though nobody else writes', async (t) => {
  const { telegram, bot, process, texts, messages } = await inboundWorld(t)
  const bots = process()
  const ada = telegram.newUser({ firstName: 'Ada' })
  await ada.send('hello', { to: bot })
  await until(() => texts().length === 1, texts)
  const [message] = messages()
  assert.equal(message?.text, 'hello')
  assert.equal(message.author.userId, `telegram:${ada.id}`)
  assert.equal(message.author.name, 'Ada')
  assert.equal(message.direct, true)
  assert.deepEqual(message.place, { interface: 'telegram', bot: String(bot.id), chat: String(ada.id), topic: null })
  const health = await healthy(bots)
  assert.equal(health.username, 'crew_bot')
  assert.equal(health.detail, '')
  assert.equal(health.inbox?.unfinished, 0)
})

test('a backlog arrives in order, also with updates repeated and swapped', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  telegram.faults.duplicateUpdates = true
  telegram.faults.reorderUpdates = true
  const ada = telegram.newUser({ firstName: 'Ada' })
  const sent = Array.from({ length: 250 }, (_, index) => `message ${index}`)
  for (const text of sent.slice(0, 90)) await ada.send(text, { to: bot })
  process()
  await until(() => texts().length >= 90, texts)
  telegram.faults.reorderUpdates = false
  for (const text of sent.slice(90)) await ada.send(text, { to: bot })
  await until(
    () => texts().length >= 250,
    () => texts().length,
  )
  assert.deepEqual(texts(), sent)
})

test('nothing is lost or repeated while Telegram stumbles in every way it can', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const ada = telegram.newUser({ firstName: 'Ada' })
  const bots = process()
  await healthy(bots)
  const kinds = [
    'rate_limit',
    'server_error',
    'bad_gateway_html',
    'invalid_json',
    'accept_then_reset',
    'reset_before',
    'hang',
  ] as const
  for (const kind of kinds) {
    const fault = telegram.faults.add({ kind, method: 'getUpdates', times: 2, retryAfter: 1 })
    telegram.faults.dropConnections()
    await ada.send(`during ${kind}`, { to: bot })
    await until(
      () => fault.count === 2 && texts().includes(`during ${kind}`),
      () => [kind, texts()],
    )
  }
  await healthy(bots)
  assert.deepEqual(
    texts(),
    kinds.map((kind) => `during ${kind}`),
  )
})

test('of two processes one polls, and when it stops the other goes on without a gap', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const ada = telegram.newUser({ firstName: 'Ada' })
  const first = process('first')
  await healthy(first)
  const second = process('second')
  const waiting = await healthy(second, 'elsewhere')
  assert.match(waiting.detail, /first/)
  await ada.send('one', { to: bot })
  await until(() => texts().length === 1, texts)
  await first.stop()
  assert.equal((await first.health())[0]?.state, 'stopped')
  await ada.send('two', { to: bot })
  await until(() => texts().length === 2, texts)
  assert.deepEqual(texts(), ['one', 'two'])
  assert.equal(second.holds(second.bots[0] ?? assert.fail()), true)
})

test('the lease of a process that is known to be dead is taken at once', async (t) => {
  const { bot, process, stores } = await inboundWorld(t)
  await stores.leases.acquire(`telegram:${bot.id}`, 'ghost' as WorkerId, 600_000, {})
  await healthy(process('one', { isDead: (worker) => worker === 'ghost' }))
})

test('a process whose lease was taken stops at once, and says so', async (t) => {
  const { telegram, bot, process, stores, texts } = await inboundWorld(t)
  const told: string[] = []
  const first = process('first', {
    onHeld: async (id, username) => void told.push(`held ${id} ${username}`),
    onLost: async (id) => void told.push(`lost ${id}`),
  })
  await healthy(first)
  // As after a pause of the process that was longer than its lease.
  await stores.leases.bury('first' as WorkerId)
  const second = process('second')
  await healthy(second)
  await healthy(first, 'elsewhere')
  assert.deepEqual(told, [`held ${bot.id} crew_bot`, `lost ${bot.id}`])
  await telegram.newUser({ firstName: 'Ada' }).send('hello', { to: bot })
  await until(() => texts().length === 1, texts)
})

test('another program on the same token is a conflict that is shown and not fought over', async (t) => {
  const { telegram, bot, process } = await inboundWorld(t)
  const bots = process('one', { options: { poll: { timeoutSeconds: 20, conflictBackoffMs: 60_000 } } })
  await healthy(bots)
  const other = await fetch(`${telegram.url}/bot${bot.token}/getUpdates?timeout=0`)
  assert.equal(other.status, 200)
  const health = await healthy(bots, 'conflict')
  assert.match(health.detail, /Another program uses this token/)
})

test('a wrong token and a malformed one are shown, and the good bot beside them works', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const bots = process('one', { options: { tokens: ['12:notAToken', 'nonsense', bot.token] } })
  await telegram.newUser({ firstName: 'Ada' }).send('hello', { to: bot })
  await until(() => texts().length === 1, texts)
  await until(
    async () => (await bots.health()).map(({ state }) => state).join() === 'broken,connected,broken',
    () => texts(),
  )
  const [wrong, , malformed] = await bots.health()
  assert.match(wrong?.detail ?? '', /does not accept the token/)
  assert.match(malformed?.detail ?? '', /Token 2 does not look like one/)
})

test('a token revoked in the middle of it all is broken, not merely unreachable', async (t) => {
  const { telegram, bot, process } = await inboundWorld(t)
  const bots = process()
  await healthy(bots)
  telegram.world.replaceToken(telegram.world.bots.get(bot.id) ?? assert.fail())
  assert.match((await healthy(bots, 'broken')).detail, /BotFather/)
})

test('a Telegram that is away at the start is shown and comes back by itself', async (t) => {
  const { telegram, process } = await inboundWorld(t)
  const fault = telegram.faults.add({ kind: 'reset_before', method: 'getMe' })
  const bots = process()
  assert.match((await healthy(bots, 'unreachable')).detail, /can't be reached/)
  fault.remove()
  await healthy(bots)
})

test('stopping ends a long poll at once', async (t) => {
  const { process, stores } = await inboundWorld(t)
  const bots = process('one', { options: { poll: { timeoutSeconds: 50 } } })
  await healthy(bots)
  await bots.stop()
  assert.deepEqual(await stores.leases.list('telegram:'), [])
})

test('what is not worked off yet is worked off by the next process, and what was is not', async (t) => {
  const { telegram, bot, process, texts, stores } = await inboundWorld(t)
  const ada = telegram.newUser({ firstName: 'Ada' })
  const { promise: stuck, resolve: letGo } = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = process('first', {
    receive: async (event) => {
      if (event.type !== 'message') return
      seen.push(event.message.text)
      if (event.message.text === 'two') await stuck
    },
  })
  for (const text of ['one', 'two', 'three']) await ada.send(text, { to: bot })
  await until(
    () => seen.length === 2,
    () => seen,
  )
  const stopped = first.stop()
  letGo()
  await stopped
  process('second')
  await until(() => texts().length === 1, texts)
  assert.deepEqual([seen, texts()], [['one', 'two'], ['three']])
  await until(async () => (await stores.inbox.state(String(bot.id) as BotId)).unfinished === 0, texts)
})

test('a message that breaks is tried five times and set aside; other chats never wait for it', async (t) => {
  const { telegram, bot, process, texts, stores, events, logs } = await inboundWorld(t)
  const [ada, bob] = [telegram.newUser({ firstName: 'Ada' }), telegram.newUser({ firstName: 'Bob' })]
  let tries = 0
  const impatient = {
    ...createSystemClock(),
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms / 20, signal),
  }
  const clock = createSystemClock()
  process('one', {
    clock: impatient,
    receive: async (event) => {
      if (event.type === 'message' && event.message.text === 'poison') {
        tries += 1
        throw new Error('it does not agree with me')
      }
      events.push(event)
    },
  })
  await ada.send('poison', { to: bot })
  await until(
    () => tries > 0,
    () => tries,
  )
  await bob.send('fine', { to: bot })
  await until(() => texts().includes('fine'), texts)
  assert.ok(tries < 5, 'the other chat came first')
  await ada.send('after it', { to: bot })
  await until(() => texts().includes('after it'), texts)
  assert.equal(tries, 5)
  const state = await stores.inbox.state(String(bot.id) as BotId)
  assert.equal(state.setAside, 1)
  assert.ok(logs.some((line) => line.startsWith('error An update was set aside') && line.includes('agree with me')))
})

test('menus are registered when they changed, and a limit on that delays nothing', async (t) => {
  const { telegram, bot, process, texts, memos } = await inboundWorld(t)
  const ada = telegram.newUser({ firstName: 'Ada' })
  await ada.send('before', { to: bot })
  const fault = telegram.faults.add({ kind: 'rate_limit', method: 'setMyCommands', times: 1, retryAfter: 1 })
  const owners = async () => [`telegram:${ada.id}` as UserId]
  const first = process('first', { owners })
  await until(() => texts().length === 1 && fault.count === 1, texts)
  const commands = () => telegram.world.bots.get(bot.id)?.commands ?? assert.fail()
  // Known to us as registered, too: a bot that is stopped before it hears so has to say it again.
  await until(
    () => commands().size === 3 && [...memos.keys()].filter((key) => key.startsWith('telegram-menu/')).length === 3,
    () => [[...commands()], [...memos]],
  )
  const ofScope = (scope: string) =>
    [...commands()].filter(([key]) => key.includes(scope)).flatMap(([, list]) => list.map(({ command }) => command))
  assert.ok(ofScope(String(ada.id)).includes('panic'))
  assert.ok(!ofScope('all_private_chats').includes('run'))
  await first.stop()
  const refused = telegram.faults.add({ kind: 'server_error', method: 'setMyCommands' })
  await healthy(process('second', { owners }))
  await ada.send('after', { to: bot })
  await until(() => texts().length === 2, texts)
  assert.equal(refused.count, 0)
})

test('a bot that can say who it is and is refused all else asks less and less often, and goes on when it may', async (t) => {
  const { telegram, bot, process, texts } = await inboundWorld(t)
  const fault = telegram.faults.add({ kind: 'unauthorized', method: 'getUpdates' })
  const bots = process()
  await healthy(bots, 'broken')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  assert.ok(fault.count <= 4, `${fault.count} times refused`)
  fault.remove()
  await telegram.newUser({ firstName: 'Ada' }).send('hello', { to: bot })
  await healthy(bots)
  await until(() => texts().length === 1, texts)
})
