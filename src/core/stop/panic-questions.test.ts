// A panic while people are asked something: the question stays theirs to answer, and what they say counts once work goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH } from '../../../test/simulation/workbench.ts'
import { createMemoryMemoStore } from '../../adapters/memory/memo-store.ts'
import { createMemoryStopLatch } from '../../adapters/memory/stop-latch.ts'
import { settleApprovals } from '../dispatch/caretaker.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { TaskCommand } from '../task/decide.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { keepStopped, panicOff, panicOn } from './panic.ts'
import type { StopDeps } from './panic.ts'

const ADA = 'ada' as UserId
const PUSH = 'git push origin main'

function stage() {
  const ran: string[] = []
  const bench = createWorkbench({
    script: {
      chat: (_, turn) => ({ calls: turn === 1 ? [{ tool: 'shell', input: { command: PUSH } }] : [FINISH] }),
    },
    sandbox: {
      exec: async ({ command }) => {
        ran.push(command)
        return {}
      },
    },
  })
  const { base, previewStore } = bench
  const deps: StopDeps = {
    ...base,
    previewStore,
    latch: createMemoryStopLatch(),
    memos: createMemoryMemoStore(),
    recorder: { record: async () => undefined },
    tell: async () => undefined,
  }
  const asked = async () => {
    const { id } = await bench.accept()
    await bench.runOnce(id)
    assert.equal((await bench.task(id)).status, 'needs_approval')
    return id
  }
  const pushes = () => ran.filter((command) => command === PUSH).length
  return { bench, deps, asked, pushes }
}

test('a question that is open stays open in a panic, and its answer counts once work goes on', async () => {
  for (const [given, expected] of [
    ['approve', 1],
    ['reject', 0],
  ] as const) {
    const { bench, deps, asked, pushes } = stage()
    const id = await asked()
    const question = (await bench.task(id)).approval
    const stopped = await panicOn(deps, ADA)
    assert.deepEqual([stopped.tasks, stopped.problems], [[], []])
    await keepStopped(deps)
    assert.deepEqual((await bench.task(id)).approval, question)

    const answer: TaskCommand = { type: given, approvalId: question?.id ?? null, by: ADA, comment: null }
    await applyCommand(bench.base, id, answer)
    assert.equal((await bench.task(id)).status, 'queued')
    await keepStopped(deps)
    assert.equal((await bench.task(id)).status, 'queued', 'what waits goes on waiting')
    await assert.rejects(bench.runOnce(id), /nothing to claim/)
    assert.equal(pushes(), 0)

    assert.deepEqual(await panicOff(deps, ADA), { waiting: 1 })
    await bench.runOnce(id)
    assert.equal((await bench.task(id)).status, 'completed')
    assert.equal(pushes(), expected)
  }
})

test('a question that nobody answers in a panic expires, and the work goes on without afterwards', async () => {
  const { bench, deps, asked, pushes } = stage()
  const id = await asked()
  await panicOn(deps, ADA)
  const late = { ...bench.base.clock, now: () => new Date(Date.now() + 86_400_000) }
  await settleApprovals({ ...bench.base, clock: late })
  assert.equal((await bench.task(id)).approval?.status, 'expired')
  await assert.rejects(bench.runOnce(id), /nothing to claim/)
  await panicOff(deps, ADA)
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.equal(pushes(), 0)
})

test('a question that is left open over a panic is answered after it as if there had been none', async () => {
  const { bench, deps, asked, pushes } = stage()
  const id = await asked()
  await panicOn(deps, ADA)
  await panicOff(deps, ADA)
  await applyCommand(bench.base, id, { type: 'approve', approvalId: null, by: ADA, comment: null })
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.equal(pushes(), 1)
})

test('of several things that fail in a panic none is left for nobody to catch', async () => {
  const { deps, bench } = stage()
  const uncaught: unknown[] = []
  const hear = (error: unknown) => void uncaught.push(error)
  process.on('unhandledRejection', hear)
  try {
    const broken: StopDeps = {
      ...deps,
      store: { ...bench.base.store, list: () => Promise.reject(new Error('no list')) },
      previewStore: {
        ...deps.previewStore,
        all: async () => {
          await bench.base.clock.sleep(5)
          throw new Error('no previews')
        },
      },
    }
    const { problems } = await panicOn(broken, ADA)
    assert.deepEqual(problems, ['It is not recorded yet: no list'])
    await bench.base.clock.sleep(30)
    assert.deepEqual(uncaught, [])
  } finally {
    process.off('unhandledRejection', hear)
  }
})
