import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import { createMemoryTemplates } from '../../adapters/memory/templates.ts'
import type { Template } from '../ports/templates.ts'
import type { TaskId } from '../vocabulary/ids.ts'

const page: Template = {
  info: {
    name: 'page',
    says: 'A page.',
    kind: 'site',
    stack: ['HTML'],
    port: null,
    health: null,
    commands: { install: null, build: null, test: 'true', start: null },
    needs: [],
    own: false,
  },
  files: ['about.html', 'docs/index.html'].map((path) => ({
    path,
    bytes: new TextEncoder().encode('<p>{{title}}</p>'),
  })),
}

function world(template: string | null, tamper: WorkbenchOptions['tamper'] = () => ({})) {
  const usual = usualAnswers()
  const bench = createWorkbench({
    script: {
      chat: () => ({ calls: [FINISH] }),
      object: async (request, ...rest) => {
        const answer = await usual(request, ...rest)
        return request.schemaName === 'plan' ? Object.assign({}, answer, { kind: 'build', template }) : answer
      },
    },
    tamper: (deps) => ({ templates: createMemoryTemplates([page]), ...tamper(deps) }),
  })
  const filesOf = (id: TaskId) =>
    Object.fromEntries([...(bench.files.get(id) ?? [])].map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]))
  const stepsOf = async (id: TaskId, name: string) =>
    (await bench.told(id, 'step.completed')).filter(({ step }) => step === name)
  return { bench, filesOf, stepsOf }
}

const LAID = { 'about.html': '<p>Page</p>', 'docs/index.html': '<p>Page</p>' }

test('a plan with a template begins with its files, in a step of its own with a snapshot', async () => {
  const { bench, filesOf, stepsOf } = world('page')
  const { id } = await bench.accept()
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.deepEqual(filesOf(id), LAID)
  const [step] = await stepsOf(id, 'template')
  assert.deepEqual(step?.output, { template: 'page', files: Object.keys(LAID) })
  assert.notEqual(step?.commit, null)
})

test('a task that was cut off while it was laid lays it once more, and once only', async () => {
  let broken = true
  const { bench, filesOf, stepsOf } = world('page', ({ workspaces }) => ({
    workspaces: {
      ...workspaces,
      snapshot: async (worktree, message) => {
        if (message.includes('page') && broken) throw new Error('the worker was killed')
        return workspaces.snapshot(worktree, message)
      },
    },
  }))
  const { id } = await bench.accept()
  await bench.runOnce(id)
  assert.deepEqual(await stepsOf(id, 'template'), [])
  broken = false
  await bench.expireLeases()
  await bench.runOnce(id)
  assert.deepEqual(filesOf(id), LAID)
  assert.equal((await stepsOf(id, 'template')).length, 1)
})

test('a task whose source is a template has its files before anything is planned', async () => {
  const { bench, filesOf, stepsOf } = world(null)
  const { id } = await bench.ask({ taskType: 'dev_pipeline', source: { type: 'template', name: 'page' } })
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  assert.deepEqual(filesOf(id), LAID)
  assert.equal((await stepsOf(id, 'template')).length, 0)
})

test('a template that is not there fails the task with a sentence', async () => {
  const { bench } = world(null)
  const { id } = await bench.ask({ taskType: 'dev_pipeline', source: { type: 'template', name: 'gone' } })
  await bench.runOnce(id)
  const { status, error } = await bench.task(id)
  assert.equal(status, 'failed')
  assert.match(error ?? '', /no project template called gone/)
})
