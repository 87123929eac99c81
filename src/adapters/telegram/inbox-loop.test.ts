import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox, InboxItem } from '../../core/ports/inbox.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { createInboxLoop } from './inbox-loop.ts'
import { createTurns } from './turns.ts'

const bot = '99' as BotId
const telemetry: Telemetry = { log: () => undefined, count: () => undefined, time: () => undefined }

/** Time that passes as soon as nothing else happens. */
function hastyClock(): Clock {
  let now = Date.parse('2026-03-02T09:00:00Z')
  return {
    now: () => new Date(now),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve()
        signal?.addEventListener('abort', () => resolve(), { once: true })
        setImmediate(() => {
          now += ms
          resolve()
        })
      }),
  }
}

function item(updateId: number, lane: string, fields: object = {}): InboxItem {
  const chat = { id: 7, type: 'private', first_name: 'Ada' }
  const message = { message_id: updateId, date: 100, chat, from: { id: 7 }, text: `${updateId}`, ...fields }
  return { bot, updateId, lane, raw: { update_id: updateId, message }, receivedAt: new Date('2026-03-02T09:00:00Z') }
}

/** An inbox that keeps what is asked of it; this is no store, only what one says. */
function listInbox(items: InboxItem[]) {
  const attempts = new Map<number, number>()
  const finished: number[] = []
  const setAside: number[] = []
  let finishFails = 0
  const inbox: Inbox = {
    add: async (more) => {
      items.push(...more)
      return more
    },
    unfinished: async (_, limit) =>
      items
        .filter(({ updateId }) => !finished.includes(updateId) && !setAside.includes(updateId))
        .sort((a, b) => a.updateId - b.updateId)
        .slice(0, limit)
        .map((one) => ({ ...one, attempts: attempts.get(one.updateId) ?? 0 })),
    finish: async (_, ids) => {
      if (finishFails-- > 0) throw new Error('the store is away')
      finished.push(...ids)
    },
    failed: async (_, id, _error, aside) => {
      attempts.set(id, (attempts.get(id) ?? 0) + 1)
      if (aside) setAside.push(id)
    },
    state: async () => ({ unfinished: 0, setAside: 0, lastUpdateId: null, lastReceivedAt: null }),
    prune: async () => 0,
  }
  return { inbox, finished, setAside, failFinishing: (times: number) => void (finishFails = times) }
}

type Handle = (ids: readonly number[]) => Promise<void>

async function work(
  items: InboxItem[],
  handle: Handle,
  isDone: (store: ReturnType<typeof listInbox>) => boolean,
  setUp?: (store: ReturnType<typeof listInbox>) => void,
) {
  const store = listInbox(items)
  setUp?.(store)
  const stop = new AbortController()
  const loop = createInboxLoop({
    bot,
    inbox: store.inbox,
    clock: hastyClock(),
    telemetry,
    turns: createTurns(4),
    pollMs: 1_000,
    handle: (parts) => handle(parts.map(({ updateId }) => updateId)),
  })
  const running = loop.run(stop.signal)
  for (let round = 0; round < 5_000 && !isDone(store); round += 1) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  await running
  assert.ok(isDone(store), `finished ${store.finished.join()}, set aside ${store.setAside.join()}`)
  return store
}

test('each lane in order, different lanes side by side', async () => {
  const seen: number[] = []
  let working = 0
  let most = 0
  const items = [item(3, 'a'), item(1, 'a'), item(2, 'b'), item(4, 'b'), item(5, 'a')]
  await work(
    items,
    async ([id = 0]) => {
      working += 1
      most = Math.max(most, working)
      await new Promise((resolve) => setImmediate(resolve))
      seen.push(id)
      working -= 1
    },
    ({ finished }) => finished.length === 5,
  )
  assert.deepEqual(
    seen.filter((id) => [1, 3, 5].includes(id)),
    [1, 3, 5],
  )
  assert.deepEqual(
    seen.filter((id) => [2, 4].includes(id)),
    [2, 4],
  )
  assert.equal(most, 2)
})

test('a chat behind a thousand messages of another is served at once', async () => {
  const items = Array.from({ length: 1_200 }, (_, index) => item(index + 1, 'noisy'))
  items.push(item(5_000, 'quiet'))
  const seen: number[] = []
  await work(
    items,
    async ([id = 0]) => void seen.push(id),
    ({ finished }) => finished.length === 1_201,
  )
  assert.ok(seen.indexOf(5_000) < 10, `${seen.indexOf(5_000)}`)
})

test('what breaks is tried five times, its lane waiting, then set aside; nothing is done twice otherwise', async () => {
  const seen: number[] = []
  const { finished, setAside } = await work(
    [item(1, 'a'), item(2, 'a'), item(3, 'b')],
    async ([id = 0]) => {
      seen.push(id)
      if (id === 1) throw new Error('broken')
    },
    (store) => store.finished.length === 2,
  )
  assert.deepEqual(setAside, [1])
  assert.deepEqual(finished, [3, 2])
  assert.deepEqual(
    seen.filter((id) => id !== 3),
    [1, 1, 1, 1, 1, 2],
  )
})

test('finishing is tried until the store takes it, without doing the work again', async () => {
  const seen: number[] = []
  await work(
    [item(1, 'a'), item(2, 'a')],
    async ([id = 0]) => void seen.push(id),
    ({ finished }) => finished.length === 2,
    (store) => store.failFinishing(3),
  )
  assert.deepEqual(seen, [1, 2])
})

test('the parts of an album are worked off and finished together', async () => {
  const seen: (readonly number[])[] = []
  const album = { media_group_id: 'G', text: undefined, photo: [] }
  await work(
    [item(1, 'a', album), item(2, 'a', album), item(3, 'a')],
    async (ids) => void seen.push(ids),
    ({ finished }) => finished.length === 3,
  )
  assert.deepEqual(seen, [[1, 2], [3]])
})

/** A loop that counts how often it looks into the inbox, and what it worked off in which order. */
function watched(items: InboxItem[]) {
  const { inbox } = listInbox(items)
  const seen: number[] = []
  let reads = 0
  const loop = createInboxLoop({
    bot,
    inbox: { ...inbox, unfinished: (...asked) => ((reads += 1), inbox.unfinished(...asked)) },
    clock: { now: () => new Date('2026-03-02T09:00:00Z'), sleep: (_, signal) => untilAborted(signal) },
    telemetry,
    turns: createTurns(4),
    pollMs: 1_000,
    handle: async (parts) => void seen.push(...parts.map(({ updateId }) => updateId)),
  })
  const stop = new AbortController()
  const running = loop.run(stop.signal)
  return {
    loop,
    seen,
    reads: () => reads,
    end: async () => {
      stop.abort()
      await running
    },
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

test('what it is handed needs no look into the inbox once everything there is known', async () => {
  const items = [item(1, 'a'), item(2, 'a')]
  const { loop, seen, reads, end } = watched(items)
  await turns()
  const before = reads()
  for (const id of [3, 4]) {
    items.push(item(id, 'a'))
    loop.wake([{ ...item(id, 'a'), attempts: 0 }])
    await turns()
  }
  assert.deepEqual(seen, [1, 2, 3, 4])
  assert.equal(reads(), before)
  await end()
})

test('what it is handed waits for what it has not seen yet', async () => {
  const items = [item(1, 'a')]
  const { loop, seen, end } = watched(items)
  await turns()
  items.push(item(2, 'a'), item(3, 'a'))
  loop.wake()
  loop.wake([{ ...item(3, 'a'), attempts: 0 }])
  await turns()
  assert.deepEqual(seen, [1, 2, 3])
  await end()
})
