// What comes between a message and its chat: a chat that closes and opens again at any moment, a bot that is lost after the mark.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryOutbox } from '../../adapters/memory/outbox.ts'
import { createMemoryTaskSignals } from '../../adapters/memory/task-signals.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
import type { BotId, MessageRef, Place } from '../vocabulary/place.ts'
import type { Post } from '../vocabulary/post.ts'
import { createDispatcher, HELD_LANES } from './dispatcher.ts'

const PLACE: Place = { interface: 'telegram', bot: '1' as BotId, chat: '11', topic: null }
const FINAL: Post = {
  key: 'task:1',
  place: PLACE,
  lane: 'final',
  posting: {
    type: 'message',
    content: { markdown: 'The answer.', folds: [], buttons: [] },
    replyTo: null,
    silent: false,
    wantsReply: false,
    pinned: false,
  },
}

type Changed = Partial<Parameters<typeof createDispatcher>[0]>

/** Where everything goes well but for what is changed. */
function deps(changed: Changed & Pick<Parameters<typeof createDispatcher>[0], 'outbox'>) {
  return {
    messenger: {
      deliver: async () => ({ type: 'delivered', refs: ['1' as MessageRef] }) as const,
      showActivity: async () => undefined,
      showDraft: async () => false,
      renameTopic: async () => false,
      username: () => null,
    },
    signals: createMemoryTaskSignals(),
    clock: createSystemClock(),
    telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
    pace: { gapMs: 0, groupGapMs: 0, groupMinute: 100, parallel: 4 },
    isGroup: () => false,
    mayDeliver: () => true,
    onAmbiguous: async () => undefined,
    onClosed: async () => undefined,
    isClosed: async () => false,
    onMoved: async () => undefined,
    ...changed,
  }
}

/** `opens`: when the person comes back, as a conversation does it: it lets go what is held only where it finds the chat closed. */
async function deliverWhile(opens: 'before it is known' | 'once it is known' | 'once it is held'): Promise<string> {
  const clock = createSystemClock()
  const store = createMemoryOutbox(clock)
  const said = Promise.withResolvers<string>()
  let closed = false
  let tries = 0
  const comeBack = async () => {
    if (!closed) return
    await dispatcher.outbox.releaseHeld(PLACE.bot, PLACE.chat, HELD_LANES)
    closed = false
  }
  const plain = deps({ outbox: store })
  const dispatcher = createDispatcher({
    ...plain,
    outbox: {
      ...store,
      record: async (changes) => {
        const recorded = await store.record(changes)
        if (opens === 'once it is held' && recorded.some(({ state }) => state === 'held')) await comeBack()
        return recorded
      },
    },
    messenger: {
      ...plain.messenger,
      deliver: async ({ posting }) => {
        tries += 1
        if (tries === 1) return { type: 'closed', refs: [], reason: 'blocked' }
        said.resolve(posting.type === 'message' ? posting.content.markdown : '')
        return { type: 'delivered', refs: ['1' as MessageRef] }
      },
    },
    onClosed: async () => {
      closed = true
      if (opens === 'once it is known') await comeBack()
    },
    isClosed: async () => closed,
  })
  await dispatcher.start(PLACE.bot)
  await dispatcher.outbox.put([FINAL])
  if (opens === 'before it is known') {
    // They came back before anybody knew that they had gone: their next word is what opens it.
    while (!closed || (await store.find(PLACE.bot, FINAL.key))?.state !== 'held') await clock.sleep(1)
    await comeBack()
  }
  const text = await said.promise
  await dispatcher.close()
  return text
}

for (const opens of ['before it is known', 'once it is known', 'once it is held'] as const)
  test(`what could not be said is said when the person comes back ${opens}`, { timeout: 20_000 }, async () => {
    assert.equal(await deliverWhile(opens), 'The answer.')
  })

test('what was marked and never left, because the bot was lost in between, is in no doubt and goes later, once', async () => {
  const clock = createSystemClock()
  const store = createMemoryOutbox(clock)
  const doubts: string[] = []
  let [marks, sent, isLost] = [0, 0, false]
  const plain = deps({ outbox: store })
  const dispatcher = createDispatcher({
    ...plain,
    outbox: {
      ...store,
      record: async (changes) => {
        const recorded = await store.record(changes)
        if (changes.some(({ state }) => state === 'sending')) marks += 1
        isLost = marks === 1
        return recorded
      },
    },
    mayDeliver: () => !isLost,
    messenger: {
      ...plain.messenger,
      deliver: async () => {
        sent += 1
        return { type: 'delivered', refs: ['1' as MessageRef] }
      },
    },
    onAmbiguous: async ({ key }) => void doubts.push(key),
  })
  await dispatcher.start(PLACE.bot)
  await dispatcher.outbox.put([FINAL])
  while (marks === 0) await clock.sleep(1)
  await dispatcher.stop(PLACE.bot)
  isLost = false
  // As after a start: what is found as being sent would be in doubt.
  await dispatcher.start(PLACE.bot)
  while ((await store.find(PLACE.bot, FINAL.key))?.state !== 'settled') await clock.sleep(5)
  await dispatcher.close()
  assert.deepEqual([sent, doubts], [1, []])
})
