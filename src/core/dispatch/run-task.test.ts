// One claim of one task: approvals, stops, breakage at every port, and what is left behind each time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SandboxGone } from '../ports/sandbox.ts'
import { ADA, createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { TaskId, WorkerId } from '../vocabulary/ids.ts'

const approve = { type: 'approve', approvalId: null, by: ADA, comment: null } as const
const serve = { tool: 'serve', input: { command: 'node server.js', port: 3000 } }

test('a literal command runs once somebody approved exactly this text, and not before', async () => {
  const ran: string[] = []
  const bench = createWorkbench({ sandbox: { exec: async ({ command }) => (ran.push(command), { stdout: 'ok' }) } })
  const { id } = await bench.accept('shell_command', 'make all')
  await assert.rejects(bench.runOnce(id), /nothing to claim/)
  await applyCommand(bench.base, id, approve)
  await bench.runOnce(id)
  assert.deepEqual(ran, ['make all'])
  assert.equal((await bench.task(id)).result?.output, 'ok')
})

test('a command whose text is not the one that was approved is not run', async () => {
  const ran: string[] = []
  const bench = createWorkbench({
    sandbox: { exec: async ({ command }) => (ran.push(command), {}) },
    // As if the record had been changed behind the platform's back.
    tamper: (deps) => ({ ids: { ...deps.ids, digest: (text) => deps.ids.digest(`${text} `) } }),
  })
  const { id } = await bench.accept('shell_command', 'make all')
  await applyCommand(bench.base, id, approve)
  await bench.runOnce(id)
  assert.deepEqual(ran, [])
  assert.match((await bench.task(id)).error ?? '', /not the one that was approved/)
})

test('a store of previews that does not answer leaves no sandbox open and does not keep the task from its end', async () => {
  let closed = 0
  const bench = createWorkbench({
    script: { object: usualAnswers(), chat: () => ({ calls: [{ tool: 'list', input: { path: '.' } }] }) },
    tamper: ({ previews, sandboxes }) => ({
      previews: { ...previews, close: () => Promise.reject(new Error('the database is gone')) },
      sandboxes: {
        ...sandboxes,
        open: async (taskId, limits) => {
          const sandbox = await sandboxes.open(taskId, limits)
          return { ...sandbox, close: () => ((closed += 1), sandbox.close()) }
        },
      },
    }),
  })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id)).type, 'over')
  assert.equal((await bench.task(id)).status, 'failed')
  assert.equal(closed, 1)
})

test('a sandbox that can not be closed is reported, and the task ends all the same', async () => {
  const bench = createWorkbench({
    tamper: ({ sandboxes }) => ({
      sandboxes: {
        ...sandboxes,
        open: async (taskId, limits) => ({
          ...(await sandboxes.open(taskId, limits)),
          close: () => Promise.reject(new Error('it will not die')),
        }),
      },
    }),
  })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id)).type, 'over')
  assert.equal((await bench.task(id)).status, 'completed')
  assert.ok(bench.logged.some((line) => line.includes('it will not die')))
})

test('a mistake of ours is told without its own words, which help nobody', async () => {
  const bench = createWorkbench({ script: { object: () => Promise.reject(new TypeError("undefined (reading 'x')")) } })
  const { id } = await bench.accept()
  for (let run = 0; run < 3; run += 1) await bench.runOnce(id)
  assert.equal((await bench.runOnce(id)).type, 'over')
  const { error } = await bench.task(id)
  assert.match(error ?? '', /^Something inside broke 3 times in a row: a mistake in Factotum itself\./)
  assert.doesNotMatch(error ?? '', /undefined/)
})

test('what broke inside is tried again, and given up honestly after so many times', async () => {
  const bench = createWorkbench({ script: { object: () => Promise.reject(new Error('a bug of ours')) } })
  const { id } = await bench.accept()
  // The first run prepared the workspace, which was headway: the counting begins behind it.
  for (let run = 0; run < 3; run += 1) assert.equal((await bench.runOnce(id)).type, 'released')
  assert.equal((await bench.runOnce(id)).type, 'over')
  assert.equal((await bench.task(id)).error, 'Something inside broke 3 times in a row: a bug of ours')
})

test('a command that ends its own sandbox is run once, and fails', async () => {
  let runs = 0
  const exec = () => {
    runs += 1
    throw new SandboxGone({ reason: 'crashed', detail: 'its processes ended' })
  }
  const bench = createWorkbench({ sandbox: { exec } })
  const { id } = await bench.accept('shell_command', 'kill -9 -1')
  await applyCommand(bench.base, id, { type: 'approve', approvalId: null, by: ADA, comment: null })
  assert.equal((await bench.runOnce(id)).type, 'over')
  assert.match((await bench.task(id)).error ?? '', /ended while the work ran in it/)
  assert.equal(runs, 1)
})

test('a task whose worker is lost again and again without a word is given up too, much later', async () => {
  const bench = createWorkbench()
  const { id } = await bench.accept()
  const lost = { worker: 'gone' as WorkerId, limit: 1, leaseMs: 0, only: id }
  for (let death = 0; death < 30; death += 1) await bench.base.queue.claim(lost)
  assert.equal((await bench.runOnce(id)).type, 'over')
  assert.match((await bench.task(id)).error ?? '', /worker was lost 30 times in a row/)
})

test('a commit of the end that seemed to fail: the task is over once, and a later claim would do nothing', async () => {
  let lie = true
  const bench = createWorkbench({
    tamper: ({ store }) => ({
      store: {
        ...store,
        commit: async (change) => {
          const outcome = await store.commit(change)
          if (lie && change.next.status === 'completed') throw new Error('the answer got lost')
          return outcome
        },
      },
    }),
  })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id)).type, 'released')
  lie = false
  assert.equal((await bench.task(id)).status, 'completed')
  await assert.rejects(bench.runOnce(id), /nothing to claim/)
})

test('a resumed task serves again, closes what its former worker had open, and a server that comes back late has a preview', async () => {
  const controller = new AbortController()
  let refusals = 0
  const bench = createWorkbench({
    script: {
      object: usualAnswers('executor'),
      chat: (_, turn) => {
        if (turn === 2 && refusals === 0) {
          refusals = 1
          controller.abort('shutdown')
        }
        return { calls: [turn === 1 ? serve : FINISH] }
      },
    },
    sandbox: {
      serve: async ({ port }) => {
        // Right after the resumption it does not come up, at the next check it does.
        if (refusals === 1) {
          refusals = 2
          return { type: 'failed', exitCode: 1, output: '', reason: 'not yet' }
        }
        return { type: 'listening', processId: 'p', port, output: '' }
      },
      exec: async ({ command }, files) => {
        if (command.startsWith('for t in')) return { stdout: 'node\n' }
        files.set('touched', new TextEncoder().encode(command.length.toString()))
        return {}
      },
    },
  })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id, controller.signal)).type, 'released')
  const end = await bench.runOnce(id)
  assert.equal(end.type, 'over')
  const task = await bench.task(id)
  assert.equal(task.status, 'completed')
  const ready = await bench.told(id, 'preview.ready')
  const open = (await bench.previewStore.all()).map((record) => record.url)
  assert.deepEqual(open, [task.result?.preview_url])
  assert.equal(ready.at(-1)?.url, task.result?.preview_url)
  assert.equal((await bench.told(id, 'preview.closed')).length, 1)
  if (end.type === 'over') await end.workshop?.close('the test is over')
})

test('the changes and the evidence are stored once each, however often storing them was cut off', async () => {
  let cuts = 2
  const bench = createWorkbench({
    script: {
      object: usualAnswers(),
      chat: () => ({ calls: [{ tool: 'write', input: { path: 'notes.txt', content: 'x' } }, FINISH] }),
    },
    tamper: ({ artifacts }) => ({
      artifacts: {
        ...artifacts,
        add: async (artifact) => {
          await artifacts.add(artifact)
          if (cuts-- > 0) throw new Error('the answer got lost')
        },
      },
    }),
  })
  const { id } = await bench.accept()
  for (let run = 0; run < 3; run += 1) await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  const stored = await bench.base.artifacts.ofTask(id)
  assert.deepEqual(
    stored.map((artifact) => artifact.id as string).toSorted(),
    (await bench.told(id, 'artifact.added')).map((artifact) => artifact.artifact_id as string).toSorted(),
  )
  const names = stored.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const name of ['changes.patch', 'report.html', 'report.md']) assert.ok(names.includes(name), name)
})

test('an abort in the middle of a command ends in aborted, with nothing recorded of the killed command', async () => {
  const controller = new AbortController()
  let stop: (id: TaskId) => Promise<unknown> = async () => undefined
  const bench = createWorkbench({
    script: { object: usualAnswers(), chat: () => ({ calls: [{ tool: 'shell', input: { command: 'sleep 999' } }] }) },
    sandbox: {
      exec: async (_, __, id) => {
        await stop(id)
        controller.abort('aborting')
        return new Promise(() => undefined)
      },
    },
  })
  stop = (id) => applyCommand(bench.base, id, { type: 'abort', by: ADA, reason: 'enough' })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id, controller.signal)).type, 'over')
  assert.equal((await bench.task(id)).status, 'aborted')
  assert.ok(!(await bench.told(id, 'step.completed')).some(({ step }) => step.endsWith('/tools')))
})
