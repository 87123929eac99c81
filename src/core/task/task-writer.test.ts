// The worker's pen: order, durability, and what happens when somebody else writes, takes over, or the store breaks.
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryTaskQueue } from '../../adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../adapters/memory/task-store.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
import { createSystemIds } from '../../adapters/system/ids.ts'
import type { TaskStore } from '../ports/task-store.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { UserId, WorkerId } from '../vocabulary/ids.ts'
import { acceptRequest } from './accept-request.ts'
import { applyCommand, isRefusal } from './apply-command.ts'
import { createTaskWriter, WriterStopped } from './task-writer.ts'
import { plainIntake } from '../../../test/simulation/terms.ts'

const telemetry = { log: () => undefined, count: () => undefined, time: () => undefined }
const ada = 'ada' as UserId

/** A claimed task of a given kind, and a store whose commits can be tampered with. */
async function claimed(tamper: (store: TaskStore) => Partial<TaskStore> = () => ({})) {
  const clock = createSystemClock()
  const records = createTaskRecords()
  const real = createMemoryTaskStore(records, clock)
  const store: TaskStore = { ...real, ...tamper(real) }
  const deps = { store, signals: createMemoryTaskSignals(), clock }
  const queue = createMemoryTaskQueue(records, clock)
  const accepted = await acceptRequest(
    {
      ...deps,
      ids: createSystemIds(),
      telemetry,
      ...plainIntake(),
      limits: { inputCharacters: 100, approvalMs: 1_000 },
    },
    {
      interface: 'http',
      chat: 'c',
      externalId: '1',
      author: ada,
      text: 'What is this?',
      raw: {},
      taskType: 'question',
      source: { type: 'empty' },
    },
  )
  assert.ok(!('type' in accepted))
  const claim = async () => {
    const [one] = await queue.claim({ worker: 'w' as WorkerId, limit: 1, leaseMs: 0, only: null })
    assert.ok(one !== undefined)
    return one
  }
  const first = await claim()
  const writer = createTaskWriter(deps, first)
  const started: TaskEventBody = { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } }
  const log = () => real.events(accepted.task.id, 0, 10_000)
  return { deps, writer, started, claim, log, id: accepted.task.id }
}

function progress(message: string): TaskEventBody {
  return { type: 'step.progress', data: { step: 's', agent: 'coder', message } }
}
const messages = (log: readonly TaskEventBody[]) =>
  log.flatMap((event) => (event.type === 'step.progress' ? [event.data.message] : []))

test('any interleaving of notes and appends stands in the log in the order in which it was written', async () => {
  const acts = fc.array(fc.record({ durable: fc.boolean(), wait: fc.nat(3) }), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(acts, async (chosen) => {
      const { writer, started, log } = await claimed()
      await writer.append(started)
      const appends: Promise<void>[] = []
      for (const [index, { durable, wait }] of chosen.entries()) {
        if (durable) appends.push(writer.append(progress(String(index))))
        else writer.note(progress(String(index)))
        for (let tick = 0; tick < wait; tick += 1) await Promise.resolve()
      }
      await Promise.all(appends)
      await writer.append(progress('end'))
      assert.deepEqual(messages(await log()), [...chosen.keys(), 'end'].map(String))
    }),
  )
})

test('what was appended is in the log when the append resolves, at whatever moment it was called', async () => {
  for (let ticks = 0; ticks < 12; ticks += 1) {
    const { writer, started, log } = await claimed()
    const first = writer.append(started)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    await writer.append(progress(`after ${ticks} ticks`))
    assert.deepEqual(messages(await log()), [`after ${ticks} ticks`])
    await first
  }
})

test('many small notes go into few commits', async () => {
  let commits = 0
  const { writer, started, log } = await claimed((store) => ({
    commit: async (change) => {
      commits += 1
      await setImmediate()
      return store.commit(change)
    },
  }))
  await writer.append(started)
  commits = 0
  for (let index = 0; index < 500; index += 1) writer.note(progress(String(index)))
  await writer.append(progress('end'))
  assert.equal(messages(await log()).length, 501)
  assert.ok(commits <= 3, `${commits} commits`)
})

test('where somebody else appended first, it goes on behind them', async () => {
  const { deps, writer, started, log, id } = await claimed()
  await writer.append(started)
  assert.ok(!isRefusal(await applyCommand(deps, id, { type: 'abort', by: ada, reason: 'enough' })))
  await writer.append(progress('late'))
  assert.equal(writer.task().status, 'aborting')
  const seqs = (await log()).map((event) => event.seq)
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 1),
  )
})

test('an entry that can no longer happen is refused with what the task has become', async () => {
  const { deps, writer, started, log, id } = await claimed()
  await writer.append(started)
  await applyCommand(deps, id, { type: 'abort', by: ada, reason: 'enough' })
  const before = await log()
  await assert.rejects(
    writer.append({ type: 'task.failed', data: { error: 'no', result: null } }),
    (error) => error instanceof WriterStopped && error.why === 'aborting',
  )
  assert.deepEqual(await log(), before)
  await writer.append({ type: 'task.aborted', data: { by: ada, reason: 'enough' } })
  await assert.rejects(
    writer.append(progress('too late')),
    (error) => error instanceof WriterStopped && error.why === 'aborted',
  )
})

test('whoever lost the claim writes nothing more, however often it tries', async () => {
  const { writer, started, claim, log } = await claimed()
  await claim()
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await assert.rejects(
      writer.append(started),
      (error) => error instanceof WriterStopped && error.why === 'lost_lease',
    )
  }
  writer.note(progress('ghost'))
  await setImmediate()
  assert.deepEqual(messages(await log()), [])
})

test('what could not be written is told to every appender, and never turns up later', async () => {
  for (let ticks = 0; ticks < 12; ticks += 1) {
    let broken = false
    const { writer, started, log } = await claimed((store) => ({
      commit: async (change) => {
        if (broken) throw new Error('The database is gone')
        return store.commit(change)
      },
    }))
    await writer.append(started)
    broken = true
    const first = writer.append(progress('one'))
    const settled = first.catch(() => undefined)
    for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
    await assert.rejects(writer.append(progress('two')), /database is gone/)
    await settled
    await assert.rejects(first, /database is gone/)
    broken = false
    await writer.append(progress('three'))
    assert.deepEqual(messages(await log()), ['three'], `after ${ticks} ticks`)
  }
})

test('a commit that took effect though it seemed to fail is not written twice, and writing goes on behind it', async () => {
  let lie = false
  const { writer, started, log } = await claimed((store) => ({
    commit: async (change) => {
      const outcome = await store.commit(change)
      if (lie) throw new Error('The connection broke')
      return outcome
    },
  }))
  await writer.append(started)
  lie = true
  await assert.rejects(writer.append(progress('one')), /connection broke/)
  lie = false
  await writer.append(progress('two'))
  assert.deepEqual(messages(await log()), ['one', 'two'])
})

test('what models and programs say is stored without what no store takes', async () => {
  const { writer, started, log } = await claimed()
  await writer.append(started, progress('a\u0000b\ud83d'))
  assert.deepEqual(messages(await log()), ['a\ufffdb\ufffd'])
})
