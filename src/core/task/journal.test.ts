// A step happens once: whatever broke in between, its output is what was recorded.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TaskEvent, TaskEventBody } from '../vocabulary/event.ts'
import type { CommitId, TaskId } from '../vocabulary/ids.ts'
import { createJournal } from './journal.ts'
import type { TaskWriter } from './task-writer.ts'

const clock = { now: () => new Date(0), sleep: async () => undefined }
const info = { agent: 'coder', title: 'Work' } as const
const going = () => new AbortController().signal

/** A log in memory, written by a pen that can be told to break. */
function createLog() {
  const bodies: TaskEventBody[] = []
  let breaks: 'before' | 'after' | null = null
  const writer: Pick<TaskWriter, 'append' | 'note'> = {
    append: async (...more) => {
      if (breaks === 'before') throw new Error('not written')
      bodies.push(...more)
      if (breaks === 'after') throw new Error('written, but nobody heard')
    },
    note: (...more) => void bodies.push(...more),
  }
  const task: TaskWriter['task'] = () => {
    throw new Error('The journal needs no task')
  }
  return {
    bodies,
    breakAt: (when: typeof breaks) => {
      breaks = when
    },
    open: (signal = going()) => {
      const log = bodies.map((body, index): TaskEvent => ({
        ...body,
        task_id: 't' as TaskId,
        seq: index + 1,
        at: new Date(0),
      }))
      return createJournal(log, { ...writer, task }, clock, signal)
    },
  }
}
const commit = (letter: string) => letter.repeat(40) as CommitId

test('a recorded step is read, not done, on any later run', async () => {
  const log = createLog()
  let done = 0
  const work = async () => ({ output: { turn: (done += 1) }, commit: commit('a') })
  const first = log.open()
  assert.deepEqual(await first.step('one', info, work), { turn: 1 })
  assert.deepEqual(await first.step('one', info, work), { turn: 1 })
  const second = log.open()
  assert.ok(second.has('one') && !second.has('two'))
  assert.deepEqual(await second.step('one', info, work), { turn: 1 })
  assert.equal(second.lastCommit(), commit('a'))
  assert.equal(done, 1)
})

test('a step that failed says so in the log and is done again', async () => {
  const log = createLog()
  await assert.rejects(
    log.open().step('one', info, () => Promise.reject(new Error('disk full'))),
    /disk full/,
  )
  assert.deepEqual(log.bodies.at(-1), {
    type: 'step.failed',
    data: { step: 'one', agent: 'coder', error: 'disk full' },
  })
  assert.equal(await log.open().step('one', info, async () => ({ output: 1 })), 1)
})

test('a step whose record broke counts as done only if the log has it', async () => {
  const log = createLog()
  let done = 0
  const work = async () => ({ output: (done += 1) })
  log.breakAt('before')
  const first = log.open()
  await assert.rejects(first.step('one', info, work), /not written/)
  assert.ok(!first.has('one'))
  log.breakAt('after')
  await assert.rejects(log.open().step('one', info, work), /nobody heard/)
  log.breakAt(null)
  assert.equal(await log.open().step('one', info, work), 2)
  assert.equal(done, 2)
})

test('its events and its completion are written at once, the snapshot of the newest step that has one counts', async () => {
  const log = createLog()
  const journal = log.open()
  const said = { type: 'agent.message', data: { step: 'one', agent: 'coder', text: 'hi', offline: false } } as const
  await journal.step('one', info, async () => ({ output: null, commit: commit('a'), events: [said] }))
  await journal.step('two', info, async () => ({ output: null }))
  assert.deepEqual(
    log.bodies.map((body) => body.type),
    ['step.started', 'agent.message', 'step.completed', 'step.started', 'step.completed'],
  )
  assert.equal(journal.lastCommit(), commit('a'))
  assert.equal(log.open().lastCommit(), commit('a'))
})

test('nothing starts and nothing is recorded once the run was told to stop', async () => {
  const log = createLog()
  const controller = new AbortController()
  const journal = log.open(controller.signal)
  const killed = journal.step('one', info, async () => {
    controller.abort('aborting')
    return { output: 'half of it' }
  })
  await assert.rejects(killed, (reason) => reason === 'aborting')
  await assert.rejects(
    journal.step('two', info, async () => ({ output: 1 })),
    (reason) => reason === 'aborting',
  )
  assert.deepEqual(
    log.bodies.map((body) => body.type),
    ['step.started'],
  )
})

test('a run goes on with what a resumed one will read', async () => {
  const log = createLog()
  const now = await log.open().step('one', info, async () => ({ output: 'a\u0000\ud83d' }))
  assert.equal(now, 'a\ufffd\ufffd')
})

test('any program of steps, cut off anywhere any number of times, gives what it gives when it is not', async () => {
  const program = fc.array(fc.array(fc.nat(4), { maxLength: 4 }), { minLength: 1, maxLength: 5 })
  const cuts = fc.array(fc.record({ at: fc.nat(12), when: fc.constantFrom('before' as const, 'after' as const) }))
  await fc.assert(
    fc.asyncProperty(program, cuts, async (steps, breaks) => {
      const log = createLog()
      /** Steps within steps, as an agent's turns within its subtask. Each output depends on all before it. */
      const run = async (cut: { at: number; when: 'before' | 'after' } | null) => {
        const journal = log.open()
        let number = 0
        let sum = 0
        const one = (key: string, work: () => Promise<number>) => {
          number += 1
          log.breakAt(cut !== null && number >= cut.at ? cut.when : null)
          return journal.step(key, info, async () => ({ output: await work() }))
        }
        for (const [outer, inner] of steps.entries()) {
          sum += await one(`o${outer}`, async () => {
            let inside = 0
            for (const [index, value] of inner.entries())
              inside += await one(`o${outer}/i${index}`, async () => value + sum)
            return inside
          })
        }
        return sum
      }
      const results: number[] = []
      for (const cut of [...breaks, null]) {
        try {
          results.push(await run(cut))
        } catch (error) {
          assert.match(String(error), /not written|nobody heard/)
        }
      }
      let expected = 0
      for (const inner of steps) expected += inner.reduce((sum, value) => sum + value + expected, 0)
      for (const result of results) assert.equal(result, expected)
      assert.ok(results.length > 0)
      const completed = log.bodies.flatMap((body) => (body.type === 'step.completed' ? [body.data.step] : []))
      assert.equal(new Set(completed).size, completed.length)
    }),
  )
})

test('work on a branch is recorded beside the task’s own: each has its newest snapshot, and stops by its own signal', async () => {
  const log = createLog()
  const own = log.open()
  await own.step('one', info, async () => ({ output: 1, commit: commit('a') }))
  const stop = new AbortController()
  const branch = own.on('side', stop.signal)
  assert.equal(branch.lastCommit(), null)
  await branch.step('two', info, async () => ({ output: 2, commit: commit('b') }))
  for (const journal of [own, log.open()]) {
    assert.equal(journal.lastCommit(), commit('a'))
    assert.equal(journal.on('side', going()).lastCommit(), commit('b'))
    assert.equal(journal.on('other', going()).lastCommit(), null)
    assert.ok(journal.has('two') && journal.on('side', going()).has('one'))
  }
  stop.abort(new Error('stopped'))
  await assert.rejects(
    branch.step('three', info, async () => ({ output: 3 })),
    /stopped/,
  )
  assert.equal(await own.step('three', info, async () => ({ output: 3 })), 3)
})
