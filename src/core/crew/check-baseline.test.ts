// What failed before the work blocks nothing that has another aim, and has to pass where the work is there to mend it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench } from '../../../test/simulation/workbench.ts'

const OUTPUT = 'test at a.test.js:4:3\n✖ adds (1.8ms)\n  Error: odd\n      at a.js:1:1\n'
const FILES = { 'package.json': '{"scripts":{"test":"node --test"}}', 'a.test.js': '' }

async function live(text: string, source: 'directory' | 'empty') {
  const bench = createWorkbench({
    directories: { '/repository': FILES },
    sandbox: {
      exec: async ({ command }) => (command.endsWith('node --run test') ? { exitCode: 1, stdout: OUTPUT } : {}),
    },
  })
  const from = source === 'empty' ? ({ type: 'empty' } as const) : ({ type: 'directory', path: '/repository' } as const)
  const { id } = await bench.ask({ taskType: 'dev_pipeline', text, source: from })
  await bench.runOnce(id)
  const steps = (await bench.told(id, 'step.completed')).map(({ step }) => step)
  const said = (await bench.told(id, 'step.progress')).map(({ message }) => message)
  return { task: await bench.task(id), steps, said }
}

test('a test that failed before is told of, and does not stand in the way of a feature', async () => {
  const { task, steps, said } = await live('Add a page about us.', 'directory')
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.ok(steps.includes('gate/baseline'))
  assert.ok(said.includes('Failed before the work: npm test'))
  const check = task.result?.checks.find((one) => one.check === 'npm test')
  assert.deepEqual([check?.status, check?.failed_before], ['failed', true])
})

test('work that is there to mend it is not done while it fails', async () => {
  const { task } = await live('Fix the failing test.', 'directory')
  assert.equal(task.status, 'failed')
  assert.match(task.error ?? '', /still fail: npm test/)
})

test('an empty workspace has nothing that could have failed before', async () => {
  const { steps } = await live('Add a page about us.', 'empty')
  assert.ok(!steps.includes('gate/baseline'))
})
