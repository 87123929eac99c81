// Connections that break: clear errors, nothing ends the process, everything works again once the server is back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import type { TaskSignal } from '../../src/core/ports/task-signals.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { acceptSample, change, newId, said } from '../contract/sample-task.ts'
import { query } from '../support/postgres-server.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'

const options = { skip: withoutPostgres }
const log = () => undefined
const CUT = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

test('after its connections were cut a process goes on, and listeners are told to look again', options, async () => {
  const database = await createTestDatabase()
  const here = await connectPostgres({ connection: database.connection, log })
  const there = await connectPostgres({ connection: database.connection, log })
  try {
    const task = await acceptSample(here.store)
    const heard: TaskSignal[] = []
    let wake: () => void = () => undefined
    here.signals.subscribe((signal) => {
      heard.push(signal)
      wake()
    })
    const heardAny = new Promise<void>((resolve) => {
      wake = resolve
    })
    await query(database.connection, CUT)
    await heardAny
    assert.deepEqual(heard[0], { type: 'work' })
    await untilReady(here.isReady)
    await untilReady(there.isReady)
    assert.deepEqual(await here.store.get(task.id), task)
    assert.equal((await here.store.commit(change(task, [said('on')]))).type, 'committed')

    // The other end may still be connecting: a hint may be lost, but not all of them.
    const taskId = newId<TaskId>()
    const isThere = () => heard.some((signal) => signal.type === 'abort' && signal.taskId === taskId)
    for (let tries = 0; !isThere() && tries < 200; tries += 1) {
      there.signals.publish({ type: 'abort', taskId })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.ok(isThere())
  } finally {
    await Promise.all([here.close(), there.close()])
    await database.drop()
  }
})

test('writes cut in the middle fail clearly or are done, and none is done twice', options, async () => {
  const database = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log })
  try {
    const tasks = await Promise.all(Array.from({ length: 50 }, () => acceptSample(stores.store)))
    const writing = Promise.allSettled(tasks.map((task) => stores.store.commit(change(task, [said('once')]))))
    const [outcomes] = await Promise.all([writing, query(database.connection, CUT)])
    await untilReady(stores.isReady)
    for (const [index, outcome] of outcomes.entries()) {
      const task = tasks[index]
      assert.ok(task)
      if (outcome.status === 'rejected')
        assert.match(String(outcome.reason), /The database (?:can't be reached|refused)/)
      const again = await stores.store.commit(change(task, [said('once')]))
      const expected = outcome.status === 'fulfilled' ? ['conflict'] : ['committed', 'conflict']
      assert.ok(expected.includes(again.type))
      assert.equal((await stores.store.events(task.id, 0, 10)).length, 2)
    }
  } finally {
    await stores.close()
    await database.drop()
  }
})

test('a server that is not there is one clear sentence', async () => {
  await assert.rejects(
    connectPostgres({ connection: 'postgres://nobody@127.0.0.1:1/none', log }),
    (error: Error) => /database can't be reached/.test(error.message) && !error.message.includes('\n'),
  )
})

test('closing twice is closing once, and afterwards nothing is ready', options, async () => {
  const database = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log })
  await Promise.all([stores.close(), stores.close()])
  assert.equal(await stores.isReady(), false)
  stores.signals.publish({ type: 'work' })
  await database.drop()
})

async function untilReady(isReady: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isReady()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  assert.fail('the database did not come back')
}
