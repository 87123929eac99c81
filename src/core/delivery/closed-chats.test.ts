// A chat that closes while something is said there, and opens again at any moment: what still matters is said, whoever was faster.
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
  const dispatcher = createDispatcher({
    outbox: {
      ...store,
      record: async (changes) => {
        const recorded = await store.record(changes)
        if (opens === 'once it is held' && recorded.some(({ state }) => state === 'held')) await comeBack()
        return recorded
      },
    },
    messenger: {
      deliver: async ({ posting }) => {
        tries += 1
        if (tries === 1) return { type: 'closed', refs: [], reason: 'blocked' }
        said.resolve(posting.type === 'message' ? posting.content.markdown : '')
        return { type: 'delivered', refs: ['1' as MessageRef] }
      },
      showActivity: async () => undefined,
      showDraft: async () => false,
      renameTopic: async () => false,
      username: () => null,
    },
    signals: createMemoryTaskSignals(),
    clock,
    telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
    pace: { gapMs: 0, groupGapMs: 0, groupMinute: 100, parallel: 4 },
    isGroup: () => false,
    mayDeliver: () => true,
    onAmbiguous: async () => undefined,
    onClosed: async () => {
      closed = true
      if (opens === 'once it is known') await comeBack()
    },
    isClosed: async () => closed,
    onMoved: async () => undefined,
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
