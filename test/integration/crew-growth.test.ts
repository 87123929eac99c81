// What it takes to add to the crew: a role is one new file, a tool is one new file and one line. Each is really added here, and an agent
// works with it.
import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { readPrompts } from '../../src/adapters/prompts/directory.ts'
import { buildCrew } from '../../src/core/crew/crew-registry.ts'
import { buildPromptPack } from '../../src/core/crew/prompt-pack.ts'
import { TOOLS } from '../../src/core/crew/tools/registry.ts'
import { defineTool } from '../../src/core/crew/tools/tool.ts'
import type { ChatRequest } from '../../src/core/ports/models.ts'
import { createWorkbench, usualAnswers } from '../simulation/workbench.ts'

const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url))

/** The project's prompts with one more file. */
async function promptsWith(t: TestContext, role: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prompts-'))
  t.after(() => rm(folder, { recursive: true }))
  await cp(PROMPTS, folder, { recursive: true })
  await mkdir(join(folder, role))
  await writeFile(join(folder, role, 'role.md'), text)
  return folder
}

/** One task whose plan gives its work to `role`, on a crew read from the folder. */
async function workOf(role: string, folder: string, tools = TOOLS, call: { tool: string; input: object }) {
  const sources = await readPrompts(folder)
  const crew = buildCrew(sources.roles, tools)
  const turns: ChatRequest[] = []
  const planned: string[] = []
  const bench = createWorkbench({
    script: {
      chat: (request, turn) => {
        turns.push(request)
        const finish = { tool: 'finish', input: { summary: 'Done.', evidence: [] } }
        return { calls: [turn === 1 ? { tool: call.tool, input: JSON.parse(JSON.stringify(call.input)) } : finish] }
      },
      object: (request, signal) => {
        if (request.schemaName === 'plan') planned.push(request.system)
        return usualAnswers(role)(request, signal)
      },
    },
    tamper: ({ ids }) => ({
      crew,
      promptPack: buildPromptPack({ ...sources, crew, commands: [] }, (text) => ids.digest(text)),
    }),
  })
  const { id } = await bench.accept()
  await bench.runOnce(id)
  const finished = await bench.told(id, 'tool.finished')
  return { task: await bench.task(id), turns, planned, finished }
}

test('a role is one new file: the planner hears of it, and it works with its words and tools', async (t) => {
  const poet = '---\nsays: writes verses\ntier: small\ntools: write, finish\n---\nYou are the poet. Rhyme.'
  const folder = await promptsWith(t, 'poet', poet)
  const call = { tool: 'write', input: { path: 'verse.txt', content: 'Roses are red.' } }
  const { task, turns, planned, finished } = await workOf('poet', folder, TOOLS, call)
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.match(planned[0] ?? '', /^- poet: writes verses$/m)
  const [first] = turns
  assert.match(first?.system ?? '', /You are the poet\. Rhyme\./)
  assert.deepEqual(
    [first?.tier, first?.purpose.role, first?.tools.map(({ name }) => name)],
    ['small', 'poet', ['write', 'finish']],
  )
  assert.deepEqual(
    finished.map(({ tool, ok, agent }) => [tool, ok, agent]),
    [
      ['write', true, 'poet'],
      ['finish', true, 'poet'],
    ],
  )
})

test('a tool is one new file and one line: the role that names it is told of it and uses it', async (t) => {
  const countTool = defineTool(
    'count',
    'Counts the words of a text.',
    z.object({ text: z.string() }),
    async ({ text }) => ({ ok: true, output: `${text.split(/\s+/).length} words`, touched: false }),
  )
  const folder = await promptsWith(t, 'counter', '---\nsays: counts\nlike: coder\ntools: count, finish\n---\nCount.')
  const call = { tool: 'count', input: { text: 'one two three' } }
  const { task, turns, finished } = await workOf('counter', folder, [...TOOLS, countTool], call)
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.deepEqual(turns[0]?.tools[0], {
    name: 'count',
    description: 'Counts the words of a text.',
    inputSchema: {
      type: 'object',
      properties: { text: { type: 'string' } },
      required: ['text'],
    },
  })
  assert.deepEqual(finished.map(({ output }) => output)[0], '3 words')
  assert.match(turns[0]?.system ?? '', /Tools \(.*\): read, .*, finish, count\./)
  await assert.rejects(workOf('counter', folder, TOOLS, call), /there is no tool "count"/)
})

test('a tool that works on more than the files of its task is asked about before it runs', async (t) => {
  const callTool = defineTool('call', 'Calls somebody.', z.object({}), () => assert.fail('it ran'), false)
  const folder = await promptsWith(t, 'caller', '---\nsays: calls\nlike: coder\ntools: call, finish\n---\nCall.')
  const { task } = await workOf('caller', folder, [...TOOLS, callTool], { tool: 'call', input: {} })
  assert.equal(task.status, 'needs_approval')
})
