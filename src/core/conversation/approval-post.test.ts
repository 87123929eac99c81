import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import { applyCommand } from '../task/apply-command.ts'
import { approvalDigest } from '../task/accept-request.ts'
import type { Approval } from '../vocabulary/approval.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import { OWNER } from '../vocabulary/principal.ts'
import { askAgain, proposeAlways } from './approval-post.ts'
import { createCards } from './create-cards.ts'

async function asked(command = 'rm -rf build') {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  await bench.base.members.put({ userId: ADA, role: 'owner', name: 'Ada *L*', since: new Date(0) })
  const task = await bench.accept(command, 'shell_command')
  await cards.open(bench.card(task))
  const { approval } = task
  assert.ok(approval !== null)
  return { bench, cards, task, approval, key: `approval:${approval.id}` }
}
const answer = (
  bench: Awaited<ReturnType<typeof asked>>['bench'],
  task: Task,
  approval: Approval,
  by: UserId,
  yes = true,
) => applyCommand(bench.deps, task.id, { type: yes ? 'approve' : 'reject', approvalId: approval.id, by, comment: null })

test('the question is a message of its own, with a sound, in its own lane: exactly what, why, until when', async () => {
  const { bench, cards, key } = await asked()
  const post = await bench.standing(key)
  assert.equal(post.lane, 'approval')
  assert.ok(post.posting.type === 'message')
  assert.equal(post.posting.silent, false)
  assert.equal(
    post.posting.content.markdown,
    [
      '**✋ May this command run?**',
      '```sh\nrm -rf build\n```',
      'A command that a person typed runs once somebody says yes to it. _(rule `default.run` · destructive)_',
      '_A yes holds for exactly this: in its sandbox._',
      '_An owner answers, until 10:00 UTC · `000001`_',
    ].join('\n\n'),
  )
  assert.deepEqual(await bench.labels(key), ['Approve once', 'Always…', 'Deny'])
  await cards.close()
})

test('what hides or disguises itself is written out, and said', async () => {
  const { bench, cards, key } = await asked('ec\u200bho p\u0430ypal \u202e да ```')
  const text = await bench.text(key)
  assert.match(text, /^````sh\nec\\u200bho p\\u0430ypal \\u202e да ```\n````$/m)
  assert.match(text, /hidden or disguised characters/)
  assert.match(text, /`д U\+0434`, `а U\+0430`/)
  await cards.close()
})

test('answered anywhere, it says who and when in one line, and its buttons are dead', async () => {
  for (const [by, yes, wanted] of [
    [ADA, true, '✅ Approved by Ada \\*L\\*, 09:00 UTC: `rm -rf build`'],
    [OWNER, true, '✅ Approved by the console, 09:00 UTC: `rm -rf build`'],
    ['telegram:9' as UserId, false, '❌ Denied by telegram:9, 09:00 UTC: `rm -rf build`'],
  ] as const) {
    const { bench, cards, key, task, approval } = await asked()
    const { posting } = await bench.standing(key)
    assert.ok(posting.type === 'message')
    const [once] = posting.content.buttons.flat()
    assert.ok(once?.does.type === 'act')
    await answer(bench, task, approval, by, yes)
    await bench.pass(500)
    assert.equal(await bench.text(key), wanted)
    assert.deepEqual(await bench.labels(key), [])
    const { place } = bench.card(task)
    assert.equal(
      (await bench.base.actions.take(once.does.action, 't', place, ADA, bench.deps.clock.now())).type,
      'expired',
    )
    await cards.close()
  }
})

test('stopped or not answered in time, it says that', async () => {
  const stopped = await asked()
  await applyCommand(stopped.bench.deps, stopped.task.id, { type: 'abort', by: ADA, reason: 'no' })
  await stopped.bench.pass(500)
  assert.equal(
    await stopped.bench.text(stopped.key),
    '➖ No longer asked, stopped by Ada \\*L\\*, 09:00 UTC: `rm -rf build`',
  )
  await stopped.cards.close()
  const late = await asked()
  await late.bench.pass(3_600_000)
  await applyCommand(late.bench.deps, late.task.id, { type: 'expire' })
  await late.bench.pass(500)
  assert.equal(await late.bench.text(late.key), '⌛ Nobody answered in time, 10:00 UTC: `rm -rf build`')
  assert.match(await late.bench.text(`task:${late.task.id}`), /By Factotum, 10:00 UTC: Nobody approved it in time\./)
  await late.cards.close()
})

test('"always" shows the rule in place of the question, which the follower leaves alone; and there is a way back', async () => {
  const { bench, cards, key, task, approval } = await asked()
  await proposeAlways(bench.deps, task, approval, { place: PLACE, by: ADA })
  await bench.pass(20_000)
  assert.match(await bench.text(key), /Always run exactly this\?[\s\S]*whenever you ask for it/)
  assert.deepEqual(await bench.labels(key), ['Confirm', 'Back'])
  await askAgain(bench.deps, task, approval, PLACE)
  assert.deepEqual(await bench.labels(key), ['Approve once', 'Always…', 'Deny'])
  await proposeAlways(bench.deps, task, approval, { place: PLACE, by: OWNER })
  assert.match(await bench.text(key), /whenever Ada \\\*L\\\* asks for it/)
  await cards.refresh(task.id)
  assert.deepEqual(await bench.labels(key), ['Approve once', 'Always…', 'Deny'])
  await answer(bench, task, approval, ADA)
  await bench.pass(500)
  await proposeAlways(bench.deps, task, approval, { place: PLACE, by: ADA })
  assert.match(await bench.text(key), /^✅ Approved by Ada/)
  await cards.close()
})

test('what somebody approved for good is not asked again', async () => {
  const bench = createCardBench()
  const cards = createCards(bench.deps)
  const digest = approvalDigest(bench.deps.ids, 'shell_command', 'ls', null)
  await bench.base.standing.add({ digest, subject: 'ls', userId: ADA, approvedBy: OWNER, since: new Date(0) })
  const task = await bench.accept('ls', 'shell_command')
  await cards.open(bench.card(task))
  assert.equal((await bench.base.store.get(task.id))?.status, 'queued')
  assert.equal(await bench.outbox.find(BOT, `approval:${task.approval?.id}`), null)
  await cards.close()
})
