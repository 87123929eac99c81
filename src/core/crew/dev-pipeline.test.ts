// What ends a development task: the platform's own checks and the reviewer's blocking findings, and nobody's word for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import type { Review } from '../vocabulary/plan.ts'

const MANIFEST = { tool: 'write', input: { path: 'package.json', content: '{"scripts":{"test":"node --test"}}' } }

async function live(options: WorkbenchOptions) {
  const bench = createWorkbench(options)
  const { id } = await bench.accept()
  await bench.runOnce(id)
  const steps = (await bench.told(id, 'step.completed')).map(({ step }) => step)
  const ofRounds = steps.filter((step) => /^(gate|repair|review|review-fix)\/\d+$/.test(step))
  return { task: await bench.task(id), rounds: ofRounds }
}

/** Reviews in the order in which they are asked for; the last one again and again. */
function reviewed(...reviews: readonly Review[]): WorkbenchOptions {
  let asked = 0
  const usual = usualAnswers()
  return {
    limits: { reviewRounds: 2 },
    script: {
      object: (request, signal) => {
        if (request.schemaName !== 'review') return usual(request, signal)
        asked += 1
        return reviews[Math.min(asked, reviews.length) - 1] ?? null
      },
    },
  }
}
const fine: Review = { approved: true, summary: 'Fine.', findings: [] }
const finding = (blocking: boolean) => ({ file: 'a.js', problem: 'It loses the last line.', blocking })

test('a blocking finding goes back to the coder even when the reviewer says approved, and the gate is passed again', async () => {
  const { task, rounds } = await live(reviewed({ ...fine, findings: [finding(true)] }, fine))
  assert.equal(task.status, 'completed')
  assert.deepEqual(rounds, ['gate/1', 'review/1', 'review-fix/1', 'gate/2', 'review/2'])
})

test('a finding that is taste blocks nothing, whatever else the reviewer says', async () => {
  const { task, rounds } = await live(reviewed({ ...fine, approved: false, findings: [finding(false)] }))
  assert.equal(task.status, 'completed')
  assert.deepEqual(rounds, ['gate/1', 'review/1'])
})

test('what a reviewer goes on blocking fails with the findings', async () => {
  const { task } = await live(reviewed({ ...fine, approved: false, findings: [finding(true)] }))
  assert.equal(task.status, 'failed')
  assert.match(task.error ?? '', /did not approve the work:\n1\. a\.js: It loses the last line\./)
})

test('an agent that says "done" has proven nothing: failing checks are repaired, and passed before any review', async () => {
  let runs = 0
  const { task, rounds } = await live({
    script: { chat: (_, turn) => ({ calls: turn === 1 ? [MANIFEST] : [FINISH] }) },
    sandbox: {
      exec: async ({ command }) => (command.endsWith('node --run test') && (runs += 1) === 1 ? { exitCode: 1 } : {}),
    },
  })
  assert.equal(task.status, 'completed')
  assert.deepEqual(rounds, ['gate/1', 'repair/1', 'gate/2', 'review/1'])
})
