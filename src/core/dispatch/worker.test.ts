// The worker between its tasks: leases that run out under it, the same task coming back, stopping with work under way.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { ADA, createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { TaskId, WorkerId } from '../vocabulary/ids.ts'
import { isTerminal } from '../vocabulary/task.ts'
import { taskOfWorktree } from '../vocabulary/worktree.ts'
import { onlyWhileHeld } from './held.ts'
import { createWorker } from './worker.ts'
import type { WorkerConfig } from './worker.ts'

const CONFIG: WorkerConfig = {
  id: 'worker' as WorkerId,
  concurrency: 2,
  leaseMs: 60,
  pollMs: 10,
  previewMs: 0,
  residents: 1,
  only: null,
}

type Bench = ReturnType<typeof createWorkbench>

async function untilOver(bench: Bench, id: TaskId): Promise<void> {
  while (!isTerminal((await bench.task(id)).status)) await sleep(5)
}

test('it works on what comes, several at once, and keeps the leases of long work', async () => {
  let atOnce = 0
  let most = 0
  const bench = createWorkbench({
    script: {
      object: usualAnswers(),
      chat: async () => {
        most = Math.max(most, (atOnce += 1))
        await sleep(200)
        atOnce -= 1
        return { text: 'An answer.', calls: [] }
      },
    },
  })
  const worker = createWorker(bench.deps, CONFIG)
  worker.start()
  const tasks = await Promise.all([1, 2, 3].map(() => bench.accept('question')))
  for (const { id } of tasks) await untilOver(bench, id)
  await worker.stop()
  assert.equal(most, 2)
  for (const { id } of tasks) {
    assert.equal((await bench.task(id)).status, 'completed')
    assert.equal((await bench.told(id, 'task.started')).length, 1, 'nobody else took it meanwhile')
  }
})

test('leases that can not be renewed are let go, the task comes back to the same worker, and both runs end cleanly', async () => {
  let down = true
  let turns = 0
  const bench = createWorkbench({
    script: {
      object: usualAnswers(),
      chat: async (_, __, signal) => {
        turns += 1
        if (turns > 1) return { text: 'An answer.' }
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        throw new Error('it was called off')
      },
    },
    tamper: ({ queue }) => ({
      queue: {
        ...queue,
        renew: (...args) => (down ? Promise.reject(new Error('the database is gone')) : queue.renew(...args)),
      },
    }),
  })
  const worker = createWorker(bench.deps, CONFIG)
  worker.start()
  const { id } = await bench.accept('question')
  while (turns < 2) await sleep(5)
  down = false
  await untilOver(bench, id)
  await worker.stop()
  assert.equal((await bench.task(id)).status, 'completed')
})

test('stopping gives back what runs, closes every sandbox and takes nothing more', async () => {
  const open = new Set<TaskId>()
  let turns = 0
  const bench = createWorkbench({
    script: {
      object: usualAnswers(),
      chat: (_, __, signal) => {
        turns += 1
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('off'))))
      },
    },
    tamper: ({ sandboxes, queue }) => ({
      // A claim that is under way while the worker is told to stop.
      queue: { ...queue, claim: async (request) => (await sleep(20), queue.claim(request)) },
      sandboxes: {
        ...sandboxes,
        open: async (worktree, limits) => {
          const taskId = taskOfWorktree(worktree)
          const sandbox = await sandboxes.open(worktree, limits)
          open.add(taskId)
          return { ...sandbox, close: async () => (open.delete(taskId), sandbox.close()) }
        },
      },
    }),
  })
  const worker = createWorker(bench.deps, { ...CONFIG, leaseMs: 60_000 })
  const first = await bench.accept()
  worker.start()
  while (turns === 0) await sleep(5)
  const second = await bench.accept()
  await sleep(10)
  await worker.stop()
  assert.equal(open.size, 0)
  for (const { id } of [first, second]) {
    assert.ok(!isTerminal((await bench.task(id)).status))
    const [claim] = await bench.base.queue.claim({ worker: CONFIG.id, limit: 1, leaseMs: 1, only: id })
    assert.equal(claim?.task.id, id, 'anybody can have it at once')
  }
})

test('an abort reaches a running task by signal, and by lease when the signal is lost', async () => {
  for (const heard of [true, false]) {
    const bench = createWorkbench({
      script: { object: usualAnswers(), chat: () => ({ calls: [{ tool: 'shell', input: { command: 'sleep' } }] }) },
      sandbox: { exec: () => new Promise(() => undefined) },
      tamper: ({ signals }) => ({
        signals: heard ? signals : { publish: () => undefined, subscribe: () => () => undefined },
      }),
    })
    const worker = createWorker(bench.deps, CONFIG)
    worker.start()
    const { id } = await bench.accept()
    while ((await bench.told(id, 'tool.started')).length === 0) await sleep(5)
    await applyCommand(bench.base, id, { type: 'abort', by: ADA, reason: 'enough' })
    await untilOver(bench, id)
    await worker.stop()
    assert.equal((await bench.task(id)).status, 'aborted')
  }
})

test('past its lease a worker touches neither files nor previews', async () => {
  const bench = createWorkbench({ script: { chat: () => ({ calls: [FINISH] }), object: usualAnswers() } })
  const { id } = await bench.accept()
  let held = true
  const deps = onlyWhileHeld(bench.deps, () => held)
  const commit = await deps.workspaces.prepare(id, { type: 'empty' })
  held = false
  for (const touch of [
    () => deps.workspaces.prepare(id, { type: 'empty' }),
    () => deps.workspaces.reset(id, commit),
    () => deps.workspaces.snapshot(id, 'late'),
    () => deps.sandboxes.open(id, bench.deps.limits.sandbox),
    () => deps.previews.open(id, 3_000, '/socket'),
    () => deps.previews.close(id),
  ])
    await assert.rejects(touch, /lost_lease/)
})
