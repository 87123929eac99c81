import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryMemoStore } from '../../adapters/memory/memo-store.ts'
import { createMemoryPreviewStore } from '../../adapters/memory/preview-store.ts'
import { createMemoryStopLatch } from '../../adapters/memory/stop-latch.ts'
import { createMemoryTaskQueue } from '../../adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../adapters/memory/task-store.ts'
import { sample } from '../../../test/contract/sample-task.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { PreviewId, TaskId, UserId, WorkerId } from '../vocabulary/ids.ts'
import { keepStopped, panicOff, panicOn } from './panic.ts'
import type { StopDeps, StopNews } from './panic.ts'
import { panicRecord, recordOver, recordPanic } from './panic-record.ts'

const ADA = 'ada' as UserId
const BOB = 'bob' as UserId
const ROUTED: TaskEventBody = {
  type: 'task.routed',
  data: {
    intent: 'command',
    task_type: 'dev_pipeline',
    confidence: 1,
    summary: 's',
    plan: 'p',
    needs_confirmation: false,
    command: null,
    ask: null,
    source: null,
  },
}
const QUEUED: TaskEventBody = { type: 'task.queued', data: { reason: 'routed' } }
const STARTED: TaskEventBody = { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } }
const ABORTING: TaskEventBody = { type: 'task.aborting', data: { by: BOB, reason: 'r' } }
const ASKED: TaskEventBody = {
  type: 'approval.requested',
  data: {
    approval_id: 'a' as never,
    kind: 'plan',
    subject: 's',
    digest: 'd',
    reason: 'r',
    expires_at: '2100-01-01T00:00:00Z',
  },
}
const IN: Readonly<Record<string, readonly TaskEventBody[]>> = {
  pending: [],
  routing: [ROUTED],
  needs_approval: [ROUTED, ASKED],
  queued: [ROUTED, QUEUED],
  running: [ROUTED, QUEUED, STARTED],
  aborting: [ROUTED, QUEUED, STARTED, ABORTING],
}

function openHouse(tamper: (deps: StopDeps) => Partial<StopDeps> = () => ({})) {
  let now = 0
  const kills: number[] = []
  const told: StopNews[] = []
  const records = createTaskRecords()
  const sleepers: { readonly until: number; readonly wake: () => void }[] = []
  const clock = {
    now: () => new Date(now),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((wake) => {
        sleepers.push({ until: now + ms, wake })
        signal?.addEventListener('abort', () => wake(), { once: true })
      }),
  }
  const base: StopDeps = {
    store: createMemoryTaskStore(records, clock),
    queue: createMemoryTaskQueue(records, clock),
    previewStore: createMemoryPreviewStore(),
    signals: createMemoryTaskSignals(),
    memos: createMemoryMemoStore(),
    latch: createMemoryStopLatch(),
    clock,
    telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
    recorder: { record: async () => undefined },
    sandboxes: { kill: async () => (kills.push(now) === 1 ? ['t' as TaskId] : []) },
    tell: async (news) => void told.push(news),
  }
  const deps = { ...base, ...tamper(base) }
  const accept = async (status: keyof typeof IN): Promise<TaskId> => {
    const { message, task, events } = sample({ bodies: IN[status] ?? [] })
    assert.equal(task.status, status)
    return (await base.store.accept(message, task, events)).task.id
  }
  const statusOf = async (id: TaskId) => (await base.store.get(id))?.status
  const pass = (ms: number) => {
    now += ms
    for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake()
  }
  return { base, deps, accept, statusOf, kills, told, pass }
}

test('what is at work is aborted, what waits goes on waiting, previews lead nowhere, and all of it is told', async () => {
  const house = openHouse()
  const { deps, accept, statusOf, kills, told } = house
  const ids = new Map<string, TaskId>()
  for (const status of Object.keys(IN)) ids.set(status, await accept(status))
  const done = await accept('running')
  await deps.previewStore.save({
    id: 'p' as PreviewId,
    taskId: done,
    port: 1,
    url: 'http://p',
    expiresAt: new Date(1e12),
    socketPath: '/p',
    worker: 'w' as WorkerId,
  })
  const stopped = await panicOn(deps, ADA)
  const now = Object.fromEntries(await Promise.all([...ids].map(async ([was, id]) => [was, await statusOf(id)])))
  assert.deepEqual(now, {
    pending: 'pending',
    routing: 'aborted',
    needs_approval: 'needs_approval',
    queued: 'queued',
    running: 'aborted',
    aborting: 'aborted',
  })
  assert.deepEqual([stopped.tasks.length, stopped.previews, stopped.sandboxes, stopped.problems], [4, 1, 1, []])
  assert.equal(kills.length, 2, 'once before anything is recorded, and once after it')
  assert.equal((await deps.queue.state()).paused, true)
  assert.equal((await deps.latch.get())?.recorded, true)
  assert.deepEqual(told, [{ type: 'on', by: ADA, at: new Date(0) }])

  const again = await panicOn(deps, BOB)
  assert.deepEqual(
    again.tasks.map(({ id }) => id),
    stopped.tasks.map(({ id }) => id),
    'said again, it tells the same',
  )
  assert.equal((await panicRecord(deps.memos))?.by, ADA)

  assert.deepEqual(await panicOff(deps, ADA), { waiting: 2 })
  assert.equal((await deps.queue.state()).paused, false)
  assert.equal(await deps.latch.get(), null)
  assert.equal(told.at(-1)?.type, 'off')
  await panicOff(deps, ADA)
  assert.equal(told.filter(({ type }) => type === 'off').length, 1)
})

test('a database that does not answer keeps no sandbox alive, and is said', async () => {
  const house = openHouse((base) => ({ memos: { ...base.memos, get: () => new Promise<never>(() => undefined) } }))
  const stopping = panicOn(house.deps, ADA)
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(house.kills.length, 1)
  house.pass(60_000)
  const { problems, sandboxes } = await stopping
  assert.match(problems.join(), /not recorded yet: the database does not answer/)
  assert.equal(sandboxes, 1)
  assert.equal((await house.deps.latch.get())?.recorded, false)
})

test('sandboxes that can not be ended are said, and everything else is done all the same', async () => {
  const { deps, accept, statusOf } = openHouse(() => ({
    sandboxes: { kill: () => Promise.reject(new Error('it does not end')) },
  }))
  const id = await accept('running')
  const { problems, tasks } = await panicOn(deps, ADA)
  assert.match(problems[0] ?? '', /it does not end/)
  assert.deepEqual([tasks[0]?.id, await statusOf(id)], [id, 'aborted'])
})

test('a panic that was cut off anywhere is finished by whoever looks after the platform', async (t) => {
  await t.test('after the latch, before any record', async () => {
    const { deps, accept, statusOf, pass } = openHouse()
    const id = await accept('running')
    await deps.latch.set({ by: ADA, at: new Date(0), recorded: false })
    await keepStopped(deps)
    assert.equal(await statusOf(id), 'running', 'whoever began it may be at it still')
    pass(6_000)
    await keepStopped(deps)
    assert.equal(await statusOf(id), 'aborted')
    assert.equal((await deps.queue.state()).paused, true)
    assert.equal((await deps.latch.get())?.recorded, true)
  })
  await t.test('after the record, before the abort, on another machine', async () => {
    const { deps, accept, statusOf, kills } = openHouse()
    const id = await accept('running')
    await recordPanic(deps.memos, { by: ADA, at: new Date(0) })
    await keepStopped(deps)
    assert.equal(await statusOf(id), 'aborted')
    assert.equal(kills.length, 1)
    assert.equal((await deps.latch.get())?.recorded, true)
  })
  await t.test('and what comes up again during one is ended, while one that is over is let go of', async () => {
    const { deps, accept, statusOf } = openHouse()
    await panicOn(deps, ADA)
    const late = await accept('running')
    await keepStopped(deps)
    assert.equal(await statusOf(late), 'aborted')
    await recordOver(deps.memos, deps.clock.now())
    await keepStopped(deps)
    assert.equal(await deps.latch.get(), null)
  })
})

test('of an on and an off that race, nothing is left half done', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { deps, accept } = openHouse((base) => ({
      memos: {
        get: async (name) => {
          for (let turn = 0; turn < (round * 7) % 5; turn += 1) await Promise.resolve()
          return base.memos.get(name)
        },
        set: base.memos.set,
      },
    }))
    await accept('running')
    await Promise.all([panicOn(deps, ADA), panicOff(deps, BOB)])
    await keepStopped(deps)
    const isOn = (await panicRecord(deps.memos)) !== null
    assert.equal((await deps.queue.state()).paused, isOn, `round ${round}`)
    assert.equal((await deps.latch.get()) !== null, isOn, `round ${round}`)
  }
})

test('a record that reaches the store only after work went on turns nothing on again, and a new panic does', async () => {
  const arrives = Promise.withResolvers<void>()
  let isSlow = true
  const { deps, accept, pass } = openHouse((base) => ({
    memos: {
      get: base.memos.get,
      set: async (name, text) => {
        if (name === 'panic' && text !== '' && isSlow) {
          isSlow = false
          await arrives.promise
        }
        return base.memos.set(name, text)
      },
    },
  }))
  await accept('running')
  const stopping = panicOn(deps, ADA)
  while (isSlow) await Promise.resolve()
  pass(1_000)
  await panicOff(deps, BOB)
  arrives.resolve()
  await stopping
  await keepStopped(deps)
  assert.equal(await panicRecord(deps.memos), null)
  assert.equal(await deps.latch.get(), null)
  assert.equal((await deps.queue.state()).paused, false)
  // Also at once, and by a clock that is behind.
  await panicOn({ ...deps, clock: { ...deps.clock, now: () => new Date(500) } }, ADA)
  assert.equal((await panicRecord(deps.memos))?.by, ADA)
  assert.equal((await deps.queue.state()).paused, true)
})

test('the latch of a panic that is over is let go of, and not taken for one that was cut off', async () => {
  const { deps, accept, statusOf, pass } = openHouse()
  pass(1_000)
  await deps.latch.set({ by: ADA, at: deps.clock.now(), recorded: false })
  pass(1_000)
  // On another machine.
  await recordOver(deps.memos, deps.clock.now())
  const id = await accept('running')
  pass(10_000)
  await keepStopped(deps)
  assert.equal(await deps.latch.get(), null)
  assert.equal(await statusOf(id), 'running')
})
