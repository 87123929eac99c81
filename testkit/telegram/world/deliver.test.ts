import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Update } from '@grammyjs/types'
import { createClock } from './clock.ts'
import { createWebhooks } from './deliver.ts'
import type { Webhooks } from './deliver.ts'
import { createFaults } from './faults.ts'
import type { Faults } from './faults.ts'
import type { BotAccount, UserAccount } from './model.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

type Scene = {
  readonly world: World
  readonly bot: BotAccount
  readonly users: readonly UserAccount[]
  readonly faults: Faults
  readonly webhooks: Webhooks
  /** Texts as they came in. */
  readonly seen: string[]
  readonly url: string
  /** Holds every request with this text until it is called. */
  readonly hold: (text: string) => () => void
  /** Resolves when so many requests came in. */
  readonly came: (count: number) => Promise<void>
}

async function scene(t: TestContext): Promise<Scene> {
  const world = createWorld({ clock: createClock() })
  const faults = createFaults(() => undefined)
  const webhooks = createWebhooks(world, faults, async () => undefined)
  const seen: string[] = []
  const held = new Map<string, Promise<void>>()
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const update = JSON.parse((await incoming.toArray()).join('')) as Update
      const text = update.message?.text ?? ''
      seen.push(text)
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve()
      await held.get(text)
      outgoing.end()
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    webhooks.close()
    world.clock.close()
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return {
    world,
    faults,
    webhooks,
    seen,
    bot: world.addBot(),
    users: ['Ada', 'Bob'].map((firstName) => world.addUser({ firstName })),
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`,
    hold: (text) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held.set(text, promise)
      return resolve
    },
    came: async (count) => {
      if (seen.length >= count) return
      await new Promise<void>((resolve) => void waiting.push({ count, resolve }))
    },
  }
}

test('one chat waits for its own updates, not for those of others', async (t) => {
  const { world, bot, users, webhooks, url, seen, hold, came } = await scene(t)
  const [ada, bob] = users
  assert.ok(ada && bob)
  const release = hold('a1')
  for (const [user, text] of [
    [ada, 'a1'],
    [ada, 'a2'],
    [bob, 'b1'],
    [bob, 'b2'],
  ] as const) {
    world.sendAsUser(user, world.privateChat(bot, user), { text })
  }
  webhooks.set(bot, { url, maxConnections: 40 })
  await came(3)
  assert.deepEqual(seen.toSorted(), ['a1', 'b1', 'b2'])
  release()
  await came(4)
  assert.equal(seen.at(-1), 'a2')
})

test('no more connections than allowed', async (t) => {
  const { world, bot, users, webhooks, url, seen, hold, came } = await scene(t)
  const release = hold('held')
  for (const user of users) world.sendAsUser(user, world.privateChat(bot, user), { text: 'held' })
  webhooks.set(bot, { url, maxConnections: 1 })
  await came(1)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(seen.length, 1)
  release()
  await came(2)
})

test('what was not accepted in time is posted again', async (t) => {
  const { world, bot, users, webhooks, url, seen, hold, came } = await scene(t)
  const [ada] = users
  assert.ok(ada)
  hold('slow')
  webhooks.set(bot, { url, maxConnections: 40 })
  world.sendAsUser(ada, world.privateChat(bot, ada), { text: 'slow' })
  await came(1)
  await world.clock.advance(60_000)
  for (let round = 0; round < 200 && seen.length < 2; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    await world.clock.advance(1000)
  }
  assert.deepEqual(seen.slice(0, 2), ['slow', 'slow'])
  assert.equal(webhooks.get(bot)?.lastError?.message, 'Read timeout expired')
  assert.equal(world.queueOf(bot).pending(), 1)
})

test('on request, updates come twice and last first', async (t) => {
  const { world, bot, users, faults, webhooks, url, seen, came } = await scene(t)
  const [ada, bob] = users
  assert.ok(ada && bob)
  faults.duplicateUpdates = true
  faults.reorderUpdates = true
  for (const [user, text] of [
    [ada, 'first'],
    [bob, 'last'],
  ] as const) {
    world.sendAsUser(user, world.privateChat(bot, user), { text })
  }
  webhooks.set(bot, { url, maxConnections: 1 })
  await came(4)
  assert.equal(seen[0], 'last')
  assert.deepEqual(seen.toSorted(), ['first', 'first', 'last', 'last'])
})
