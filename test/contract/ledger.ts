// What every Ledger promises, fed through the TaskStore that it stands beside.
import assert from 'node:assert/strict'
import type { Ledger, LedgerQuery } from '../../src/core/ports/ledger.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import { extend } from '../../src/core/task/evolve.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import { NO_USAGE } from '../../src/core/vocabulary/usage.ts'
import {
  acceptSample,
  ADA,
  append,
  change,
  COMPLETED,
  FAILED,
  newId,
  QUEUED,
  ROUTED,
  said,
  STARTED,
  used,
} from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type LedgerUnderTest = {
  readonly store: TaskStore
  readonly ledger: Ledger
  readonly close: () => Promise<void>
}

const EVERYTHING: LedgerQuery = { taskId: null, userId: null, since: null }

export function ledgerContract(name: string, open: () => Promise<LedgerUnderTest>): void {
  const withLedger = withParts(name, open)

  withLedger('nothing spent is zero of everything', async ({ ledger }) => {
    assert.deepEqual(await ledger.totals(EVERYTHING), NO_USAGE)
    assert.deepEqual(await ledger.totals({ ...EVERYTHING, taskId: 'x' as TaskId }), NO_USAGE)
  })

  withLedger('every recorded use counts once, whoever else writes beside it', async ({ store, ledger }) => {
    const tasks = await Promise.all(Array.from({ length: 10 }, () => acceptSample(store)))
    await Promise.all(
      tasks.map(async (task) => {
        const next = await append(store, task, [said('a'), used(10), used(20)])
        await append(store, next, [used(30)])
      }),
    )
    const each = { input_tokens: 60, output_tokens: 120, cached_input_tokens: 30, model_calls: 3 }
    for (const task of tasks) assert.deepEqual(await ledger.totals({ ...EVERYTHING, taskId: task.id }), each)
    assert.deepEqual(await ledger.totals(EVERYTHING), {
      input_tokens: 600,
      output_tokens: 1_200,
      cached_input_tokens: 300,
      model_calls: 30,
    })
  })

  withLedger('what was answered from the cache is counted apart', async ({ store, ledger }) => {
    const task = await acceptSample(store)
    const cached = used(0)
    await append(store, task, [used(10), { ...cached, data: { ...cached.data, from_cache: true } }])
    const { model_calls, cached_calls, input_tokens } = await ledger.totals({ ...EVERYTHING, taskId: task.id })
    assert.deepEqual([model_calls, cached_calls, input_tokens], [1, 1, 10])
  })

  withLedger('a refused change costs nothing', async ({ store, ledger }) => {
    const task = await acceptSample(store)
    await append(store, task, [said('faster')])
    assert.equal((await store.commit(change(task, [used(10)]))).type, 'conflict')
    assert.equal((await store.commit(change(task, [used(10)], { token: 99n }))).type, 'stale_token')
    assert.deepEqual(await ledger.totals(EVERYTHING), NO_USAGE)
  })

  withLedger('use recorded with the request, and after the end, counts as well', async ({ store, ledger }) => {
    const task = await acceptSample(store, { bodies: [used(2)] })
    await append(store, await append(store, task, [FAILED]), [used(4)])
    assert.equal((await ledger.totals({ ...EVERYTHING, taskId: task.id })).input_tokens, 6)
  })

  withLedger('what is typical is in the middle of what was completed, once there is enough of it', async (parts) => {
    const { store, ledger } = parts
    const done = async (seconds: number, tokens: number) => {
      const queued = await append(store, await acceptSample(store), [ROUTED, QUEUED])
      const begun = extend(queued, [STARTED], at(0))
      await store.commit({ ...change(queued, []), ...begun })
      const ended = extend(begun.next, [used(tokens), COMPLETED], at(seconds))
      await store.commit({ ...change(begun.next, []), ...ended })
      // Counted after the end: it costs tokens and no time.
      const late = extend(ended.next, [used(2)], at(seconds + 1_000))
      await store.commit({ ...change(ended.next, []), ...late })
    }
    await append(store, await acceptSample(store), [FAILED])
    for (const [seconds, tokens] of [
      [10, 2],
      [90, 4],
    ] as const)
      await done(seconds, tokens)
    assert.equal(await ledger.typical('dev_pipeline'), null)
    await done(20, 100)
    assert.deepEqual(await ledger.typical('dev_pipeline'), { seconds: 20, tokens: 18, tasks: 3 })
    await done(30, 100)
    assert.deepEqual(await ledger.typical('dev_pipeline'), { seconds: 25, tokens: 162, tasks: 4 })
    assert.equal(await ledger.typical('question'), null)
    for (let count = 0; count < 20; count += 1) await done(7, 2)
    assert.deepEqual(await ledger.typical('dev_pipeline'), { seconds: 7, tokens: 12, tasks: 20 })
  })

  withLedger('sums are by user and by time', async ({ store, ledger }) => {
    const bob = 'bob' as UserId
    await append(store, await acceptSample(store), [used(2)])
    await append(store, await acceptSample(store, { userId: bob }), [used(8)])
    assert.equal((await ledger.totals({ ...EVERYTHING, userId: ADA })).input_tokens, 2)
    assert.equal((await ledger.totals({ ...EVERYTHING, userId: bob })).input_tokens, 8)
    assert.equal((await ledger.totals({ ...EVERYTHING, userId: bob, taskId: newId<TaskId>() })).model_calls, 0)
    assert.equal((await ledger.totals({ ...EVERYTHING, since: new Date(0) })).input_tokens, 10)
    const later = new Date(Date.now() + 60_000)
    assert.equal((await ledger.totals({ ...EVERYTHING, since: later })).model_calls, 0)
  })
}

function at(seconds: number): Date {
  return new Date(Date.UTC(2026, 1, 1, 0, 0, seconds))
}
