// What every TaskQueue promises, together with the TaskStore over the same records.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Claim, TaskQueue } from '../../src/core/ports/task-queue.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { TaskId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import {
  ABORTED,
  ABORTING,
  acceptSample,
  append,
  change,
  FAILED,
  newId,
  QUEUED,
  ROUTED,
  said,
  STARTED,
  stepDone,
} from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type TaskQueueUnderTest = {
  readonly store: TaskStore
  readonly queue: TaskQueue
  /** Lets the queue's clock run on by at least that much. */
  readonly pass: (ms: number) => Promise<void>
  readonly close: () => Promise<void>
}

const LONG = 600_000
const anna = 'anna' as WorkerId
const ben = 'ben' as WorkerId

const QUESTION: TaskEventBody = {
  type: 'approval.requested',
  data: {
    approval_id: newId(),
    kind: 'shell_command',
    subject: 'ls',
    digest: 'd',
    reason: 'It is a command.',
    expires_at: '2030-01-01T00:00:00.000Z',
  },
}

export function taskQueueContract(name: string, open: () => Promise<TaskQueueUnderTest>): void {
  const withQueue = withParts(name, open)
  const claim = (queue: TaskQueue, worker: WorkerId, limit = 10, leaseMs = LONG, only: TaskId | null = null) =>
    queue.claim({ worker, limit, leaseMs, only })
  const one = async (queue: TaskQueue, worker: WorkerId, leaseMs = LONG): Promise<Claim> => {
    const [claimed] = await claim(queue, worker, 1, leaseMs)
    assert.ok(claimed, 'there was something to claim')
    return claimed
  }
  const under = (claimed: Claim, ...bodies: TaskEventBody[]) => change(claimed.task, bodies, { token: claimed.token })
  const held = ({ task, token }: Claim) => ({ taskId: task.id, token })

  withQueue('an accepted task can be claimed, once', async ({ store, queue }) => {
    const task = await acceptSample(store)
    const claimed = await one(queue, anna)
    assert.deepEqual(claimed.task, task)
    assert.equal(claimed.attempt, 1)
    assert.equal(typeof claimed.token, 'bigint')
    assert.deepEqual(await claim(queue, ben), [])
  })

  withQueue('the longest waiting goes first, and no more than asked for', async ({ store, queue, pass }) => {
    const ids: TaskId[] = []
    for (let index = 0; index < 5; index += 1) {
      ids.push((await acceptSample(store)).id)
      await pass(2)
    }
    assert.deepEqual(
      (await claim(queue, anna, 3)).map(({ task }) => task.id),
      ids.slice(0, 3),
    )
    assert.deepEqual(await claim(queue, anna, 0), [])
    assert.deepEqual(
      (await claim(queue, anna)).map(({ task }) => task.id),
      ids.slice(3),
    )
  })

  withQueue('workers that claim at once never hold one task, and miss none', async ({ store, queue }) => {
    await Promise.all(Array.from({ length: 100 }, () => acceptSample(store)))
    const workers = Array.from({ length: 10 }, (_, index) => `worker-${index}` as WorkerId)
    const taken: Claim[] = []
    await Promise.all(
      workers.map(async (worker) => {
        for (;;) {
          const got = await claim(queue, worker, 7)
          taken.push(...got)
          // Rows that others are just claiming are skipped, so an empty answer is final only once nothing is left.
          if (got.length === 0 && taken.length >= 100) return
        }
      }),
    )
    assert.equal(taken.length, 100)
    assert.equal(new Set(taken.map(({ task }) => task.id)).size, 100)
    assert.equal(new Set(taken.map(({ token }) => token)).size, 100)
  })

  withQueue('one task can be asked for alone', async ({ store, queue }) => {
    await acceptSample(store)
    const wanted = await acceptSample(store)
    const got = await claim(queue, anna, 5, LONG, wanted.id)
    assert.deepEqual(
      got.map(({ task }) => task.id),
      [wanted.id],
    )
    assert.deepEqual(await claim(queue, ben, 5, LONG, wanted.id), [])
    assert.deepEqual(await claim(queue, ben, 5, LONG, newId<TaskId>()), [])
    assert.deepEqual(await claim(queue, ben, 5, LONG, 'x' as TaskId), [])
  })

  withQueue('when a lease runs out somebody else goes on, with a larger token', async ({ store, queue, pass }) => {
    const task = await acceptSample(store)
    const first = await one(queue, anna, 20)
    await pass(50)
    const second = await one(queue, ben)
    assert.equal(second.task.id, task.id)
    assert.ok(second.token > first.token)
    assert.equal(second.attempt, 2)
  })

  withQueue('who lost the lease writes no more', async ({ store, queue, pass }) => {
    await acceptSample(store)
    const first = await one(queue, anna, 20)
    await pass(50)
    const second = await one(queue, ben)
    assert.deepEqual(await store.commit(under(first, ROUTED)), { type: 'stale_token' })
    assert.deepEqual(await store.commit(under(second, ROUTED)), { type: 'committed' })
    assert.deepEqual(await store.commit(under(first, ROUTED)), { type: 'stale_token' })
    assert.equal((await store.events(first.task.id, 0, 10)).length, 2)
  })

  withQueue("a lease that ran out unnoticed is still the holder's until somebody claims", async (parts) => {
    const { store, queue, pass } = parts
    await acceptSample(store)
    const claimed = await one(queue, anna, 20)
    await pass(50)
    assert.deepEqual(await store.commit(under(claimed, ROUTED)), { type: 'committed' })
    assert.deepEqual(await queue.renew(anna, [held(claimed)], LONG), [{ taskId: claimed.task.id, state: 'held' }])
    assert.deepEqual(await claim(queue, ben), [])
  })

  withQueue('renewing keeps what is held and tells what is lost or to be stopped', async ({ store, queue, pass }) => {
    for (let index = 0; index < 4; index += 1) await acceptSample(store)
    const claims = await claim(queue, anna, 4, 40)
    const [kept, lost, stopped, over] = claims
    assert.ok(kept && lost && stopped && over)
    await append(store, stopped.task, [ROUTED, QUEUED, STARTED, ABORTING], { token: stopped.token })
    await append(store, over.task, [ABORTED], { claimable: 'never' })
    await pass(80)
    const [stolen] = await claim(queue, ben, 1, LONG, lost.task.id)
    assert.ok(stolen)
    const renewed = await queue.renew(anna, [...claims.map(held), { taskId: newId<TaskId>(), token: 1n }], LONG)
    assert.deepEqual(
      renewed.map(({ state }) => state),
      ['held', 'lost', 'aborting', 'lost', 'lost'],
    )
    assert.deepEqual(
      renewed.slice(0, 4).map(({ taskId }) => taskId),
      claims.map(({ task }) => task.id),
    )
    await pass(50)
    assert.deepEqual(await claim(queue, ben), [])
    assert.deepEqual(await queue.renew(ben, [held(stolen)], LONG), [{ taskId: lost.task.id, state: 'held' }])
    assert.deepEqual(await queue.renew(anna, [], LONG), [])
  })

  withQueue('what was given back can be claimed again, at once or later', async ({ store, queue, pass }) => {
    await acceptSample(store)
    const first = await one(queue, anna)
    await queue.release(held(first), 0)
    await pass(1)
    const second = await one(queue, ben)
    assert.ok(second.token > first.token)
    await queue.release(held(second), 60)
    assert.deepEqual(await claim(queue, ben), [])
    await pass(100)
    assert.equal((await one(queue, ben)).task.id, first.task.id)
  })

  withQueue('giving back is for the holder alone, and ends the holding', async ({ store, queue, pass }) => {
    await acceptSample(store)
    const first = await one(queue, anna, 20)
    await pass(50)
    const second = await one(queue, ben)
    await queue.release(held(first), 0)
    await queue.release({ taskId: newId<TaskId>(), token: 1n }, 0)
    await pass(1)
    assert.deepEqual(await claim(queue, anna), [])
    await queue.release(held(second), 0)
    assert.deepEqual(await store.commit(under(second, ROUTED)), { type: 'stale_token' })
    assert.deepEqual(await queue.renew(ben, [held(second)], LONG), [{ taskId: second.task.id, state: 'lost' }])
  })

  withQueue('the tasks of a buried worker can be claimed at once, and what it still writes is stale', async (parts) => {
    const { store, queue, pass } = parts
    const [first, second] = [await acceptSample(store), await acceptSample(store)]
    const lost = await claim(queue, anna, 1)
    const kept = await claim(queue, ben, 1)
    assert.equal(await queue.bury(anna), 1)
    await pass(1)
    const taken = await claim(queue, ben)
    assert.deepEqual(
      taken.map(({ task }) => task.id),
      lost.map(({ task }) => task.id),
    )
    assert.deepEqual(new Set([...taken, ...kept].map(({ task }) => task.id)), new Set([first.id, second.id]))
    const [stale] = lost
    assert.ok(stale !== undefined)
    assert.deepEqual(await store.commit(under(stale, ROUTED)), { type: 'stale_token' })
    assert.equal((await queue.state()).workers.includes(anna), false)
    assert.equal(await queue.bury(anna), 0)
  })

  withQueue('burying leaves alone what the dead had given back for later, ended, or lost', async (parts) => {
    const { store, queue, pass } = parts
    for (let index = 0; index < 3; index += 1) await acceptSample(store)
    const [ended, deferred] = await claim(queue, anna, 2)
    const [stolen] = await claim(queue, anna, 1, 20)
    assert.ok(ended && deferred && stolen)
    await store.commit({ ...under(ended, FAILED), claimable: 'never' })
    await store.commit({ ...under(deferred, ROUTED), claimable: new Date(Date.now() + 3_600_000) })
    await pass(50)
    const [taken] = await claim(queue, ben, 1, LONG, stolen.task.id)
    assert.ok(taken)
    assert.equal(await queue.bury(anna), 0)
    assert.deepEqual(await claim(queue, ben), [])
    assert.deepEqual(await queue.renew(ben, [held(taken)], LONG), [{ taskId: taken.task.id, state: 'held' }])
  })

  withQueue("a task that is over or waits for a person is nobody's work", async ({ store, queue, pass }) => {
    const waiting = await acceptSample(store, { bodies: [ROUTED, QUESTION] })
    await acceptSample(store)
    const claimed = await one(queue, anna, 20)
    assert.notEqual(claimed.task.id, waiting.id)
    await store.commit({ ...under(claimed, FAILED), claimable: 'never' })
    await queue.release(held(claimed), 0)
    await queue.renew(anna, [held(claimed)], 0)
    await pass(50)
    assert.deepEqual(await claim(queue, ben), [])
    assert.deepEqual(await claim(queue, ben, 1, LONG, waiting.id), [])
  })

  withQueue(
    'an answer from outside makes the task claimable, and the former claim void',
    async ({ store, queue, pass }) => {
      await acceptSample(store)
      const first = await one(queue, anna)
      const asked = await append(store, first.task, [ROUTED, QUESTION], { token: first.token, claimable: 'never' })
      assert.deepEqual(await claim(queue, ben), [])
      const queued = await append(store, asked, [QUEUED], { claimable: 'now' })
      assert.deepEqual(await store.commit(change(queued, [STARTED], { token: first.token })), { type: 'stale_token' })
      await pass(1)
      const second = await one(queue, ben)
      assert.equal(second.task.status, 'queued')
      assert.ok(second.token > first.token)
    },
  )

  withQueue('a task put off is claimed when its time comes', async ({ store, queue, pass }) => {
    const task = await acceptSample(store)
    await append(store, task, [ROUTED], { claimable: new Date(Date.now() + 3_600_000) })
    assert.deepEqual(await claim(queue, anna), [])
    const now = await store.get(task.id)
    assert.ok(now)
    await append(store, now, [said('sooner')], { claimable: new Date(0) })
    await pass(1)
    assert.equal((await one(queue, anna)).task.id, task.id)
  })

  withQueue('a change from outside leaves the lease as it is', async ({ store, queue, pass }) => {
    await acceptSample(store)
    const claimed = await one(queue, anna, 40)
    await append(store, claimed.task, [said('from outside')])
    assert.deepEqual(await claim(queue, ben), [])
    await pass(80)
    assert.equal((await one(queue, ben)).task.lastSeq, 2)
  })

  withQueue('attempts count the claims since the last completed step', async ({ store, queue, pass }) => {
    await acceptSample(store)
    const attempts: number[] = []
    for (let round = 0; round < 5; round += 1) {
      const claimed = await one(queue, anna)
      attempts.push(claimed.attempt)
      if (round === 2) await store.commit({ ...under(claimed, stepDone('done')), progressed: true })
      await queue.release(held(claimed), 0)
      await pass(1)
    }
    assert.deepEqual(attempts, [1, 2, 3, 1, 2])
  })

  withQueue('while paused nothing is claimed, and what is held may go on', async ({ store, queue }) => {
    await acceptSample(store)
    await acceptSample(store)
    const claimed = await one(queue, anna)
    await queue.setPaused(true)
    await queue.setPaused(true)
    assert.deepEqual(await claim(queue, ben), [])
    assert.deepEqual(await queue.renew(anna, [held(claimed)], LONG), [{ taskId: claimed.task.id, state: 'held' }])
    assert.deepEqual(await store.commit(under(claimed, ROUTED)), { type: 'committed' })
    assert.equal((await queue.state()).paused, true)
    await queue.setPaused(false)
    assert.equal((await queue.state()).paused, false)
    assert.equal((await claim(queue, ben)).length, 1)
  })

  withQueue('the state counts tasks and names the workers that are alive', async ({ store, queue }) => {
    assert.deepEqual(await queue.state(), { paused: false, counts: {}, workers: [] })
    await acceptSample(store)
    await acceptSample(store)
    await append(store, await acceptSample(store), [FAILED], { claimable: 'never' })
    await claim(queue, anna, 1)
    await queue.renew(ben, [], LONG)
    const state = await queue.state()
    assert.deepEqual(state.counts, { pending: 2, failed: 1 })
    assert.deepEqual(state.workers.toSorted(), [anna, ben])
  })

  withQueue(
    'whatever workers do, a task has one holder, and only the holder writes',
    async ({ store, queue, pass }) => {
      const action = fc.record({
        worker: fc.nat(2),
        does: fc.constantFrom('claim', 'short claim', 'write', 'give back', 'renew', 'wait'),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
          const task = await acceptSample(store)
          const workers = [0, 1, 2].map((index) => `w${index}` as WorkerId)
          const claims: (Claim | null)[] = [null, null, null]
          let newest = 0n
          let holder: number | null = null
          let length = 1
          for (const { worker, does } of actions) {
            const name = workers[worker] ?? anna
            const mine = claims[worker] ?? null
            if (does === 'wait') await pass(4)
            if (does === 'claim' || does === 'short claim') {
              const [got] = await claim(queue, name, 1, does === 'claim' ? LONG : 1, task.id)
              if (got === undefined) continue
              assert.ok(got.token > newest)
              newest = got.token
              holder = worker
              claims[worker] = got
            }
            if (mine === null) continue
            const isHolder = holder === worker && mine.token === newest
            if (does === 'give back') {
              await queue.release(held(mine), 0)
              if (isHolder) holder = null
            }
            if (does === 'renew') {
              const [renewal] = await queue.renew(name, [held(mine)], LONG)
              assert.equal(renewal?.state, isHolder ? 'held' : 'lost')
            }
            if (does === 'write') {
              const now: Task | null = await store.get(task.id)
              assert.ok(now)
              const outcome = await store.commit(change(now, [said('w')], { token: mine.token }))
              assert.equal(outcome.type, isHolder ? 'committed' : 'stale_token')
              if (isHolder) length += 1
            }
          }
          const log = await store.events(task.id, 0, 100)
          assert.equal(log.length, length)
        }),
        { numRuns: 30 },
      )
    },
  )
}
