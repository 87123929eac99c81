// A member's command is asked about where owners are: in their own chats.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOT, createCardBench, PLACE } from '../../../test/simulation/card-bench.ts'
import { asks, routed } from '../../../test/simulation/card-story.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { ApprovalId, UserId } from '../vocabulary/ids.ts'
import { OWNER } from '../vocabulary/principal.ts'
import type { Button } from '../vocabulary/post.ts'
import { askAgain, proposeAlways } from './approval-post.ts'
import { createCards } from './create-cards.ts'
import type { ConversationSettings } from './deps.ts'

const BOB = 'telegram:2' as UserId
const CARL = 'telegram:3' as UserId
const chatOf = (chat: string) => ({ ...PLACE, chat })
const HOME = 'approval:a1'
const ADAS = 'approval:a1/1'
const CARLS = 'approval:a1/3'
const [A, C] = [chatOf('1'), chatOf('3')]

type Asking = { readonly settings?: Partial<ConversationSettings>; readonly direct?: boolean }

/** Bob, a member, asks in his own chat; the router makes a command of it. Ada and Carl are owners. */
async function asked({ settings, direct = true }: Asking = {}) {
  const bench = createCardBench(settings === undefined ? {} : { settings })
  const cards = createCards(bench.deps)
  const { members } = bench.base
  if (settings === undefined) await members.put({ userId: CARL, role: 'owner', name: 'Carl', since: new Date(0) })
  await members.put({ userId: ADA, role: 'guest', name: 'Ada', since: new Date(0) })
  await members.put({ userId: BOB, role: 'member', name: 'Bob *B*', since: new Date(0) })
  const task = await bench.accept('list _all_ files', null, BOB)
  await cards.open(bench.card(task, { by: BOB, place: chatOf(direct ? '2' : '-5'), direct }))
  await bench.append(task.id, routed({ task_type: 'shell_command', command: 'ls -a' }), asks('ls -a'))
  await bench.pass(500)
  const now = async () => {
    const current = await bench.base.store.get(task.id)
    assert.ok(current?.approval)
    return { task: current, approval: current.approval }
  }
  const answer = (by: UserId, type: 'approve' | 'reject' = 'approve') =>
    applyCommand(bench.deps, task.id, { type, approvalId: 'a1' as ApprovalId, by, comment: null })
  const press = async (key: string, label: string, by: UserId) => {
    const post = await bench.standing(key)
    assert.ok(post.posting.type === 'message')
    const button = post.posting.content.buttons.flat().find((one: Button) => one.label === label)
    assert.ok(button?.does.type === 'act', `${label} on ${key}`)
    const id = button.does.action
    return () => bench.base.actions.take(id, `${id}${by}`, post.place, by, bench.deps.clock.now())
  }
  return { bench, cards, task, now, answer, press, standing: (key: string) => bench.outbox.find(BOT, key) }
}

test('each owner is asked in their own chat, by whom and for what; the one who asked reads that an owner is asked', async () => {
  const { bench, cards, task, standing } = await asked()
  for (const [key, place] of [
    [ADAS, A],
    [CARLS, C],
  ] as const) {
    const post = await bench.standing(key)
    assert.deepEqual(post.place, place)
    assert.equal(post.lane, 'approval')
    assert.ok(post.posting.type === 'message')
    assert.equal(post.posting.silent, false)
    assert.equal(post.posting.replyTo, null)
    assert.match(
      post.posting.content.markdown,
      /^\*\*✋ May this command run\?\*\*\n\nBob \\\*B\\\* asks: list \\_all\\_ files\n\n```sh\nls -a\n```\n\n/,
    )
    assert.deepEqual(await bench.labels(key), ['Approve once', 'Always…', 'Deny'])
  }
  assert.equal(await standing(HOME), null)
  assert.match(await bench.text(`task:${task.id}`), /An owner is asked, until 10:00 UTC/)
  await cards.close()
})

test('answered anywhere, every copy says who and when, and every button is dead', async () => {
  const answers = {
    'by an owner': (it: Awaited<ReturnType<typeof asked>>) => it.answer(CARL),
    'at the console': (it: Awaited<ReturnType<typeof asked>>) => it.answer(OWNER, 'reject'),
    'not in time': async (it: Awaited<ReturnType<typeof asked>>) => {
      await it.bench.pass(3_600_000)
      return applyCommand(it.bench.deps, it.task.id, { type: 'expire' })
    },
    'by stopping it': (it: Awaited<ReturnType<typeof asked>>) =>
      applyCommand(it.bench.deps, it.task.id, { type: 'abort', by: BOB, reason: 'no' }),
  }
  const says = {
    'by an owner': '✅ Approved by Carl, 09:00 UTC: `ls -a`',
    'at the console': '❌ Denied by the console, 09:00 UTC: `ls -a`',
    'not in time': '⌛ Nobody answered in time, 10:00 UTC: `ls -a`',
    'by stopping it': '➖ No longer asked, stopped by Bob \\*B\\*, 09:00 UTC: `ls -a`',
  }
  for (const way of ['by an owner', 'at the console', 'not in time', 'by stopping it'] as const) {
    const it = await asked()
    const taps = await Promise.all(
      [ADAS, CARLS].flatMap((key) => ['Approve once', 'Always…', 'Deny'].map((label) => it.press(key, label, ADA))),
    )
    await answers[way](it)
    await it.bench.pass(500)
    for (const key of [ADAS, CARLS]) {
      assert.equal(await it.bench.text(key), says[way])
      assert.deepEqual(await it.bench.labels(key), [])
    }
    for (const tap of taps) assert.equal((await tap()).type, 'expired', way)
    assert.equal(await it.standing(HOME), null)
    await it.cards.close()
  }
})

test('the first answer uses all copies up; a look at the rule uses up nothing of the others', async () => {
  const { bench, cards, now, press } = await asked()
  const { task, approval } = await now()
  const first = await press(ADAS, 'Always…', ADA)
  assert.equal((await first()).type, 'taken')
  await proposeAlways(bench.deps, task, approval, { place: A, by: ADA })
  assert.deepEqual(await bench.labels(ADAS), ['Confirm', 'Back'])
  assert.match(await bench.text(ADAS), /whenever Bob \\\*B\\\* asks for it/)
  assert.deepEqual(await bench.labels(CARLS), ['Approve once', 'Always…', 'Deny'])
  await bench.pass(20_000)
  assert.deepEqual(await bench.labels(ADAS), ['Confirm', 'Back'])
  assert.equal((await (await press(ADAS, 'Back', ADA))()).type, 'taken')
  await askAgain(bench.deps, task, approval, A)
  assert.match(await bench.text(ADAS), /Bob \\\*B\\\* asks: /)
  await (
    await press(ADAS, 'Always…', ADA)
  )()
  await proposeAlways(bench.deps, task, approval, { place: A, by: ADA })
  const others = await press(CARLS, 'Approve once', CARL)
  const confirm = await press(ADAS, 'Confirm', ADA)
  assert.equal((await others()).type, 'taken')
  assert.equal((await confirm()).type, 'used')
  await cards.close()
})

test('a rule that is proposed while somebody answers does not cover the answer', async () => {
  const { bench, cards, now, answer } = await asked()
  const { task, approval } = await now()
  await answer(CARL)
  await bench.pass(500)
  await proposeAlways(bench.deps, task, approval, { place: A, by: ADA })
  assert.match(await bench.text(ADAS), /^✅ Approved by Carl/)
  await cards.close()
})

test('where no owner has a chat, the question stands with whoever asked, without buttons; an owner who comes is asked', async () => {
  const { bench, cards, task, standing } = await asked({ settings: { owners: [] } })
  assert.match(await bench.text(HOME), /May this command run/)
  assert.deepEqual(await bench.labels(HOME), [])
  await bench.base.members.put({ userId: CARL, role: 'owner', name: 'Carl', since: new Date(0) })
  await cards.refresh(task.id)
  assert.deepEqual(await bench.labels(CARLS), ['Approve once', 'Always…', 'Deny'])
  assert.deepEqual(await bench.labels(HOME), [])
  assert.equal(await standing(ADAS), null)
  await applyCommand(bench.deps, task.id, { type: 'approve', approvalId: 'a1' as ApprovalId, by: CARL, comment: null })
  await bench.pass(500)
  for (const key of [HOME, CARLS]) assert.match(await bench.text(key), /^✅ Approved by Carl/)
  await cards.close()
})

test('in a group it stands where it was asked, and nowhere else', async () => {
  const { bench, cards, standing } = await asked({ direct: false })
  assert.deepEqual(await bench.labels(HOME), ['Approve once', 'Always…', 'Deny'])
  assert.equal(await standing(ADAS), null)
  await cards.close()
})

test('an owner who is none any more reads the answer all the same; a chat that never opened hears nothing of it', async () => {
  const { bench, cards, answer, standing } = await asked()
  const closed = await standing(ADAS)
  assert.ok(closed !== null)
  await bench.outbox.record([{ ...closed, bot: BOT, state: 'held' }])
  await bench.base.members.remove(CARL)
  await answer(OWNER)
  await bench.pass(500)
  assert.match(await bench.text(CARLS), /^✅ Approved by the console/)
  assert.equal((await standing(ADAS))?.posting.type, 'nothing')
  await bench.outbox.releaseHeld(BOT, '1', ['approval'])
  assert.equal((await standing(ADAS))?.state, 'settled')
  await cards.close()
  const again = createCards(bench.deps)
  await again.follow(BOT)
  await bench.pass(2_000)
  assert.equal((await standing(ADAS))?.posting.type, 'nothing')
  await again.close()
})

test('after a restart nobody is asked twice, and who became an owner meanwhile is asked, too', async () => {
  const { bench, cards } = await asked()
  await cards.close()
  const versions = async () =>
    Promise.all([ADAS, CARLS].map(async (key) => (await bench.outbox.find(BOT, key))?.version))
  await bench.base.members.put({ userId: 'telegram:4' as UserId, role: 'owner', name: 'D', since: new Date(0) })
  const second = createCards(bench.deps)
  await second.follow(BOT)
  await bench.pass(2_000)
  assert.deepEqual(await versions(), [1, 1])
  assert.deepEqual(await bench.labels('approval:a1/4'), ['Approve once', 'Always…', 'Deny'])
  await second.close()
})

test('where two have to say yes, the other owners are asked as well, and the first yes takes no button from them', async () => {
  for (const [place, direct] of [
    [A, true],
    [chatOf('-5'), false],
  ] as const) {
    const bench = createCardBench()
    const cards = createCards(bench.deps)
    await bench.base.members.put({ userId: CARL, role: 'owner', name: 'Carl', since: new Date(0) })
    const task = await bench.accept('git push', null, ADA)
    await cards.open(bench.card(task, { by: ADA, place, direct }))
    const asking = asks('git push')
    assert.ok(asking.type === 'approval.requested')
    const policy = { rule: 'two', why: 'Two see more.', classes: ['network' as const], people: 2 as const }
    await bench.append(task.id, routed({ task_type: 'shell_command', command: 'git push' }), {
      ...asking,
      data: { ...asking.data, policy },
    })
    await bench.pass(500)
    const asked = direct ? [HOME, CARLS] : [HOME, ADAS, CARLS]
    for (const key of asked) assert.deepEqual(await bench.labels(key), ['Approve once', 'Deny'])
    const say = (by: UserId) =>
      applyCommand(bench.deps, task.id, { type: 'approve', approvalId: 'a1' as ApprovalId, by, comment: null })
    await say(ADA)
    await bench.pass(500)
    await cards.refresh(task.id)
    for (const key of asked) {
      assert.match(await bench.text(key), /1 of 2 so far/)
      assert.deepEqual(await bench.labels(key), ['Approve once', 'Deny'])
    }
    await say(CARL)
    await bench.pass(500)
    for (const key of asked) assert.match(await bench.text(key), /^✅ Approved by Carl/)
    await cards.close()
  }
})
