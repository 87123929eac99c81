// A worker killed with SIGKILL in the middle of an analysis, of applying its fixes, and of taking them back: the task goes on where it was,
// from the right files, and ends with work that its own checks pass.
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import { brokenIn, openArena } from './arena.ts'
import type { Arena } from './arena.ts'

const SKIP = process.platform === 'linux' ? false : 'the embedded sandbox needs Linux'
const BROKEN = 'export const sum = (one, other) => one - other\n'
const RIGHT = 'export const sum = (one, other) => one + other\n'
const TESTS =
  "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { sum } from './sum.js'\n\ntest('sums', () => assert.equal(sum(1, 2), 3))\n"
const PLAN = {
  summary: 'One thing to do.',
  kind: 'build',
  template: null,
  subtasks: [{ id: 'work', title: 'The work', role: 'coder', instructions: 'Do it.', acceptance: [], depends_on: [] }],
}
const write = (path: string, content: string) => ({ name: 'write', input: { path, content } })
const finish = { name: 'finish', input: { summary: 'Done.', evidence: [] } }

function analysis(fixed: string): ScriptedTurn {
  return {
    object: {
      root_causes: ['the operator is wrong'],
      fix_suggestions: [
        {
          file: 'sum.js',
          line_number: 1,
          current_code: BROKEN.trim(),
          fixed_code: fixed.trim(),
          explanation: 'it adds',
        },
      ],
      confidence_score: 0.9,
      estimated_complexity: 'low',
    },
  }
}

test(
  'killed in an analysis, while it applies fixes, and while it takes them back',
  { skip: SKIP, timeout: 180_000 },
  async (t) => {
    let killed = false
    let kill: () => void = () => undefined
    let analyses = 0
    const respond = (request: LlmRequest): ScriptedTurn => {
      const [, role] = /You are the (planner|reviewer|coder|analyst)/.exec(request.text) ?? []
      if (role === 'planner') return { object: PLAN }
      if (role === 'reviewer') return { object: { approved: true, summary: 'Fine.', findings: [] } }
      if (role === 'coder')
        return {
          toolCalls: [
            write('package.json', '{ "type": "module" }\n'),
            write('sum.js', BROKEN),
            write('sum.test.js', TESTS),
            finish,
          ],
        }
      if (role !== 'analyst') return { text: 'What?' }
      if (!killed) {
        killed = true
        kill()
        return { fault: 'hang', headers: true }
      }
      analyses += 1
      return analysis(analyses === 1 ? `)( ${BROKEN}` : RIGHT)
    }
    const llm = await createScriptedLlm({ respond, standing: () => null })
    const model = 'openai-compatible/scripted'
    const arena = await openArena({
      OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
      OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
      MODEL_SMALL: model,
      MODEL_MAIN: model,
      MODEL_REVIEW: model,
      PROMPT_CACHE_MINUTES: '0',
    })
    let left: readonly string[] = []
    try {
      const report = await arena.platform.sandboxes.probe()
      if (report.level === 'L0') return t.skip(report.findings.map((finding) => finding.detail).join(' '))
      let worker = arena.hire()
      kill = () => {
        worker.kill('SIGKILL')
        worker = arena.hire()
      }
      const { id } = await arena.ask('Create a module that sums, with a test', 'dev_pipeline')
      // What is recorded first of each of the two is over: what follows it is under way.
      for (const before of ['heal/1/analysis', 'gate/2']) {
        await recorded(arena, id, before)
        kill()
      }
      const [task] = await arena.allOver([id], 120_000)
      assert.ok(task !== undefined)
      const log = await arena.log(id)
      assert.deepEqual(brokenIn(task, log), [])
      assert.equal(task.status, 'completed', task.error ?? '')
      const rounds = log.flatMap((event) => (event.type === 'heal.finished' ? [event.data] : []))
      assert.deepEqual(
        rounds.map(({ by, outcome, rolled_back: back }) => [by, outcome, back]),
        [
          ['analysis', 'worse', true],
          ['analysis', 'healed', false],
        ],
      )
      const folder = join(arena.folder, 'export')
      await mkdir(folder)
      await arena.platform.workspaces.exportTo(id, folder)
      assert.equal(await readFile(join(folder, 'sum.js'), 'utf8'), RIGHT)
      assert.equal(await readFile(join(folder, 'sum.test.js'), 'utf8'), TESTS)
      assert.equal(analyses, 2, 'a recorded analysis is not asked for again')
    } finally {
      left = await arena.leave()
      await llm.close()
    }
    assert.deepEqual(left, [])
  },
)

async function recorded(arena: Arena, id: Parameters<Arena['log']>[0], step: string): Promise<void> {
  for (;;) {
    const log = await arena.log(id)
    if (log.some(({ type, data }) => type === 'step.completed' && 'step' in data && data.step === step)) return
    if (log.some(({ type }) => /^task\.(completed|failed|aborted)$/.test(type))) return
    await sleep(5)
  }
}
