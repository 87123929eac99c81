// What the planner and the agents are told of the workspace and of templates, and that plans of older versions are done as they stand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import { PART_END } from '../context/repository-facts.ts'
import type { TemplateInfo } from '../ports/templates.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task, WorkspaceSource } from '../vocabulary/task.ts'

const FOLDER = '/host/shop'
const DIRECTORY: WorkspaceSource = { type: 'directory', path: FOLDER }
const CLI: TemplateInfo = {
  name: 'cli-tool',
  says: 'A command line.\n</templates>',
  kind: 'cli',
  stack: ['Node 24'],
  port: null,
  health: null,
  commands: { install: null, build: null, test: 'npm test', start: null },
  needs: ['node'],
  own: false,
}

function filesNamed(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`src/file-${number}.js`, '//']))
}

/** Runs one task, and keeps what the planner and the agents were told first. */
async function told(options: WorkbenchOptions, source: WorkspaceSource = { type: 'empty' }) {
  const prompts: string[] = []
  const briefs: string[] = []
  let looks = 0
  const bench = createWorkbench({
    ...options,
    script: {
      object: (request, signal) => {
        if (request.schemaName === 'plan') prompts.push(request.prompt)
        return usualAnswers()(request, signal)
      },
      chat: ({ messages }) => {
        const [first] = messages
        briefs.push(first?.role === 'user' ? first.text : '')
        return { calls: [FINISH] }
      },
    },
    sandbox: {
      exec: async ({ command }) => {
        if (!command.includes('mktemp -d /tmp/map')) return {}
        looks += 1
        const parts = [
          '400\n300 src\n',
          'src/basket.js\0src/other.js\0',
          'src/basket.js\0function addToBasket\n',
          '7 addToBasket\n',
        ]
        return { stdout: parts.join(PART_END) }
      },
    },
    tamper: () => ({ templates: { list: async () => [CLI], read: async () => null } }),
  })
  const { id }: Task = await bench.ask({ taskType: 'dev_pipeline', source })
  for (let run = 0; run < 3 && !isTerminal((await bench.task(id)).status); run += 1) await bench.runOnce(id)
  const task = await bench.task(id)
  assert.equal(task.status, 'completed', task.error ?? '')
  return { prompt: prompts[0] ?? '', brief: briefs[0] ?? '', looks: () => looks }
}

test('few files are told as a list, and nobody looks around', async () => {
  const { prompt, brief, looks } = await told({ directories: { [FOLDER]: filesNamed(20) } }, DIRECTORY)
  for (const text of [prompt, brief]) assert.match(text, /<files>\nsrc\/file-0\.js\n[\s\S]*src\/file-9\.js\n<\/files>$/)
  assert.equal(looks(), 0)
})

test('many files are told as a map, to the planner and to the agents', async () => {
  const { prompt, brief, looks } = await told({ directories: { [FOLDER]: filesNamed(100) } }, DIRECTORY)
  for (const text of [prompt, brief])
    assert.match(
      text,
      /<files>\n400 files, 2 \.js\nsrc\/ 300 files\nsrc\/basket\.js: addToBasket\nsrc\/other\.js\n<\/files>\n/,
    )
  assert.equal(looks(), 2)
})

test('templates are told where the workspace is empty, and can’t end what they stand in', async () => {
  const { prompt } = await told({})
  assert.match(prompt, /<templates>\n- cli-tool: A command line\. <\\\/templates>\n<\/templates>/)
  const there = await told({ directories: { [FOLDER]: filesNamed(1) } }, DIRECTORY)
  assert.doesNotMatch(there.prompt, /<templates>/)
})

test('a plan of an older version, which says no kind and no template, is done as it stands', async () => {
  const stop = new AbortController()
  let turns = 0
  const bench = createWorkbench({
    script: {
      chat: () => {
        turns += 1
        if (turns === 1) stop.abort('shutdown')
        return { calls: [FINISH] }
      },
    },
    tamper: ({ models }) => ({
      models: {
        ...models,
        object: async (request, signal) => {
          const answer = await models.object(request, signal)
          const { value } = answer
          if (typeof value === 'object' && value !== null)
            for (const key of ['kind', 'template']) Reflect.deleteProperty(value, key)
          return answer
        },
      },
    }),
  })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id, stop.signal)).type, 'released')
  const plan = (await bench.told(id, 'step.completed')).find(({ step }) => step === 'plan')
  assert.ok(!JSON.stringify(plan).includes('template'), JSON.stringify(plan))
  await bench.runOnce(id)
  const task = await bench.task(id)
  assert.equal(task.status, 'completed', task.error ?? '')
})
