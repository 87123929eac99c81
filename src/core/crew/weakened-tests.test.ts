// Tests that the work made milder: asked about once, accepted for exactly that, or put back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import { reportOfTask } from '../evidence/report-of-task.ts'
import { applyCommand, isRefusal } from '../task/apply-command.ts'
import type { TaskCommand } from '../task/decide.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import { isTerminal } from '../vocabulary/task.ts'

const STRONG =
  "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\ntest('adds', () => {\n  assert.equal(1 + 2, 3)\n  assert.equal(2 + 2, 4)\n})\n"
const MILD = STRONG.replace('  assert.equal(2 + 2, 4)\n', '')
const write = (content: string) => [{ tool: 'write', input: { path: 'a.test.js', content } }]

function stage(turns: readonly (readonly { tool: string; input: { path: string; content: string } }[])[]) {
  let turn = 0
  const bench = createWorkbench({
    directories: { '/given': { 'a.test.js': STRONG } },
    script: { object: usualAnswers(), chat: () => ({ calls: [...(turns[turn++] ?? [FINISH])] }) },
  })
  const work = async (id: TaskId) => {
    for (let run = 0; run < 6; run += 1) {
      const { status } = await bench.task(id)
      if (isTerminal(status) || status === 'needs_approval') break
      await bench.runOnce(id)
    }
    return bench.task(id)
  }
  const answer = async (id: TaskId, type: 'approve' | 'reject') => {
    const approvalId = (await bench.task(id)).approval?.id ?? null
    const said = await applyCommand(bench.base, id, {
      type,
      approvalId,
      by: 'owner' as UserId,
      comment: null,
    } as TaskCommand)
    assert.ok(!isRefusal(said), JSON.stringify(said))
  }
  return { bench, work, answer }
}

test('a test that lost an assertion is asked about, with what was there; a yes lets the work pass', async () => {
  const { bench, work, answer } = stage([write(MILD)])
  const { id } = await bench.ask({
    taskType: 'dev_pipeline',
    text: 'Make it work.',
    source: { type: 'directory', path: '/given' },
  })
  const asked = await work(id)
  assert.equal(asked.status, 'needs_approval')
  assert.equal(asked.approval?.kind, 'tests')
  assert.match(
    asked.approval?.subject ?? '',
    /a\.test\.js:\d+ An assertion is gone in the test "adds"\.\n {2}before: assert\.equal\(2 \+ 2, 4\)/,
  )
  assert.match(asked.approval?.binding?.tree ?? '', /^tests:[0-9a-f]{64}$/)
  await answer(id, 'approve')
  const done = await work(id)
  assert.equal(done.status, 'completed', done.error ?? '')
  const check = done.result?.checks?.find((one) => one.check === 'test integrity')
  assert.equal(check?.status, 'passed')
  assert.match(check?.reason ?? '', /A person accepted/)
  const report = await reportOfTask(bench.base, done, 'md')
  assert.match(report, /## Tests made milder\n\nIn 1 place the tests are milder than they were\. owner accepted that\./)
  assert.match(report, /- `a\.test\.js:\d+` An assertion is gone .*\n- asked: approved by owner\n/)
  assert.match(await reportOfTask(bench.base, done, 'html'), /id="milder-tests"/)
})

test('after a no the tests are put back, and then nothing is asked', async () => {
  const { bench, work, answer } = stage([write(MILD), [FINISH as never], write(STRONG)])
  const { id } = await bench.ask({
    taskType: 'dev_pipeline',
    text: 'Make it work.',
    source: { type: 'directory', path: '/given' },
  })
  await work(id)
  await answer(id, 'reject')
  const done = await work(id)
  assert.equal(done.status, 'completed', done.error ?? '')
  const check = done.result?.checks?.find((one) => one.check === 'test integrity')
  assert.deepEqual([check?.status, check?.reason], ['passed', null], 'on its own, and by nobody’s word')
  const report = await reportOfTask(bench.base, done, 'md')
  assert.match(report, /The tests are as strict as they were\\: what had become milder was put back\./)
  assert.match(report, /- put back: `a\.test\.js:\d+` An assertion is gone .*\n- asked: rejected by owner\n/)
})

test('a worker that is gone between the question and its answer leaves nothing to ask again', async () => {
  const { bench, work, answer } = stage([write(MILD)])
  const { id } = await bench.ask({
    taskType: 'dev_pipeline',
    text: 'Make it work.',
    source: { type: 'directory', path: '/given' },
  })
  assert.equal((await work(id)).status, 'needs_approval')
  await bench.expireLeases()
  assert.equal((await work(id)).status, 'needs_approval', 'it still waits')
  await answer(id, 'approve')
  await bench.expireLeases()
  assert.equal((await work(id)).status, 'completed')
  assert.equal((await bench.told(id, 'approval.requested')).length, 1)
})
