import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryActionStore } from '../../adapters/memory/action-store.ts'
import { createMemoryInbox } from '../../adapters/memory/inbox.ts'
import { createMemoryOutbox } from '../../adapters/memory/outbox.ts'
import { sampleEntry } from '../../../test/contract/sample-entry.ts'
import { keepHouse } from './housekeeping.ts'

const DAY_MS = 86_400_000

test('what was worked off a week ago and what stands since half a year is forgotten, the rest is kept', async () => {
  let now = 0
  const stopping = new AbortController()
  const clock = {
    now: () => new Date(now),
    sleep: async () => {
      // Sleeps three times, each time for a day more than an update is kept.
      now += 8 * DAY_MS
      if (now > 24 * DAY_MS) stopping.abort()
    },
  }
  const inbox = createMemoryInbox()
  const outbox = createMemoryOutbox(clock)
  const { key, place, lane, posting } = sampleEntry()
  const item = { bot: place.bot, lane: '42', raw: {}, receivedAt: new Date(0) }
  await inbox.add([
    { ...item, updateId: 1 },
    { ...item, updateId: 2 },
  ])
  await inbox.finish(place.bot, [1])
  await outbox.put([{ key, place, lane, posting }])
  await keepHouse(
    {
      inbox,
      outbox,
      actions: createMemoryActionStore(clock),
      clock,
      telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
    },
    stopping.signal,
  )
  assert.deepEqual(
    (await inbox.add([{ ...item, updateId: 1 }])).map((it) => it.updateId),
    [1],
    'forgotten, so it is new again',
  )
  assert.equal((await inbox.add([{ ...item, updateId: 2 }])).length, 0, 'not worked off, so it is kept')
  assert.equal((await outbox.find(place.bot, key))?.state, 'waiting')
})
