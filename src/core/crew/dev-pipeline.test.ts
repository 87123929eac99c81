// What ends a development task: the platform's own checks and the reviewer's blocking findings, and nobody's word for it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import { applyCommand } from '../task/apply-command.ts'
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

const SECRET = 'tok-77af9c1e5b'
/** As the maintained rules find one. */
const scanner = {
  scan: async (text: string) =>
    [...text.matchAll(/tok-[0-9a-f]{10}/g)].map(({ index }) => ({
      rule: 'Test',
      start: index,
      end: index + SECRET.length,
    })),
}
const write = (content: string) => ({ tool: 'write', input: { path: 'a.js', content } })

test('a secret in the files fails a check of the gate, and is taken out by the coder', async () => {
  const told: string[] = []
  const bench = createWorkbench({
    script: {
      chat: ({ messages }, turn) => {
        const words = JSON.stringify(messages)
        told.push(words)
        if (turn > 1) return { calls: [FINISH] }
        const repairs = words.includes('secrets failed')
        return { calls: [write(repairs ? 'const key = process.env.KEY\n' : `const key = '${SECRET}'\n`)] }
      },
    },
    tamper: () => ({ scanner }),
  })
  const { id } = await bench.accept()
  await bench.runOnce(id)
  assert.equal((await bench.task(id)).status, 'completed')
  const checks = (await bench.told(id, 'check.finished')).filter(({ check }) => check === 'secrets')
  assert.deepEqual(
    checks.map(({ status, output }) => [status, output]),
    [
      ['failed', 'a.js:1 Test'],
      ['passed', ''],
    ],
  )
  const steps = (await bench.told(id, 'step.completed')).map(({ step }) => step)
  assert.ok(steps.includes('repair/1') && steps.includes('gate/2'))
  assert.match(told.join('\n'), /looks like a secret \(Test\)/)
  assert.match(told.join('\n'), /secrets failed[^]*a\.js:1 Test/)
  const found = await bench.told(id, 'secret.found')
  assert.deepEqual([...new Set(found.map(({ rule }) => rule))], ['Test'])
})

test('a secret that stays in the files fails the task, which names the check', async () => {
  const bench = createWorkbench({
    script: { chat: (_, turn) => ({ calls: turn === 1 ? [write(`const key = '${SECRET}'\n`)] : [FINISH] }) },
    tamper: () => ({ scanner }),
  })
  const { id } = await bench.accept()
  await bench.runOnce(id)
  const { status, error } = await bench.task(id)
  assert.equal(status, 'failed')
  assert.match(error ?? '', /still fail: secrets\./)
})

test('a secret that a command leaves in the files stands in no patch that anybody downloads', async () => {
  const bench = createWorkbench({
    sandbox: {
      exec: async (_, files) => {
        files.set('a.js', new TextEncoder().encode(`const key = '${SECRET}'\n`))
        return { stdout: `made ${SECRET}\n` }
      },
    },
    tamper: () => ({ scanner }),
  })
  const { id } = await bench.accept('shell_command', 'make-it')
  await applyCommand(bench.base, id, { type: 'approve', approvalId: null, by: ADA, comment: null })
  await bench.runOnce(id)
  const [patch] = await bench.base.artifacts.ofTask(id)
  assert.equal(patch?.name, 'changes.patch')
  const bytes = await bench.base.objects.get(patch.objectKey)
  const text = new TextDecoder().decode(bytes ?? new Uint8Array())
  assert.match(text, /\+const key = '\[secret removed\]'/)
  assert.ok(!JSON.stringify(await bench.log(id)).includes(SECRET))
  assert.equal((await bench.task(id)).result?.output, 'made [secret removed]\n')
})
