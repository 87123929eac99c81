// What buttons do, for whom, and how often.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ADA,
  BOB,
  BOT,
  buttonsOf,
  chatOf,
  createChatStage,
  GROUP,
  userOf,
} from '../../../test/simulation/chat-stage.ts'
import { RESULT } from '../../../test/simulation/chat-samples.ts'
import { applyStandingApproval } from '../approval/standing.ts'
import { speakOfDoubt } from './doubt.ts'
import { applyCommand } from '../task/apply-command.ts'

test('approve once lets exactly this one run', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls')
  assert.equal((await stage.tap(ADA, 'approval:', 'Approve once', 3)).text, 'Approved.')
  const task = await stage.newest()
  assert.equal(task.status, 'queued')
  assert.equal(task.approval?.resolvedBy, userOf(ADA))
  await stage.say(ADA, '/run ls')
  assert.equal((await stage.newest()).status, 'needs_approval')
})

test('deny ends it', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls')
  assert.equal((await stage.tap(ADA, 'approval:', 'Deny', 2)).text, 'Denied: it will not run.')
  assert.equal((await stage.newest()).status, 'aborted')
})

test('a second tap on an answered question says by whom and when', async () => {
  const stage = createChatStage()
  await stage.base.members.put({ userId: userOf(BOB), role: 'owner', name: 'Bob', since: stage.now() })
  await stage.say(ADA, '/run ls', { place: GROUP })
  const late = await stage.tapOf(ADA, 'approval:', 'Deny')
  await stage.tap(BOB, 'approval:', 'Approve once')
  stage.pass(30_000)
  await stage.give(late)
  assert.equal((await stage.tapAnswer(late)).text, 'Already taken care of by Bob, 30 s ago.')
  assert.equal((await stage.newest()).status, 'queued')
})

test('always shows the rule first; only confirming it makes it, for that person and that text alone', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls -la')
  await stage.tap(ADA, 'approval:', 'Always…', 2)
  assert.equal((await stage.newest()).status, 'needs_approval')
  assert.deepEqual(await stage.base.standing.list(), [])
  const rule = (await stage.entries()).find(({ key }) => key.startsWith('approval:'))
  assert.ok(rule?.posting.type === 'message' && rule.posting.content.markdown.includes('ls -la'))
  assert.deepEqual(
    buttonsOf(rule).map(({ label }) => label),
    ['Confirm', 'Back'],
  )

  await stage.tap(ADA, 'approval:', 'Back')
  assert.equal((await stage.newest()).status, 'needs_approval')
  await stage.tap(ADA, 'approval:', 'Always…')
  await stage.tap(ADA, 'approval:', 'Confirm', 2)
  assert.equal((await stage.newest()).status, 'queued')
  assert.equal((await stage.base.standing.list()).length, 1)

  await stage.say(ADA, '/run ls -la')
  const again = await stage.newest()
  assert.equal(again.status, 'queued')
  assert.match(again.approval?.comment ?? '', /rule of 2026-03-02/)
  await stage.say(ADA, '/run ls  -la')
  assert.equal((await stage.newest()).status, 'needs_approval')
  await stage.base.members.put({ userId: userOf(BOB), role: 'owner', name: 'Bob', since: stage.now() })
  await stage.say(BOB, '/run ls -la')
  assert.equal((await stage.newest()).status, 'needs_approval')
})

test('a rule holds for its bytes only, whatever its digest says', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls')
  const task = await stage.newest()
  assert.ok(task.approval)
  const rule = { userId: task.userId, approvedBy: task.userId, since: stage.now() }
  await stage.base.standing.add({ ...rule, digest: task.approval.digest, subject: 'ls ' })
  assert.equal((await applyStandingApproval(stage.base, task)).status, 'needs_approval')
  const forged = { ...task, approval: { ...task.approval, subject: 'rm -rf /' } }
  await stage.base.standing.remove(task.userId, task.approval.digest)
  await stage.base.standing.add({ ...rule, digest: task.approval.digest, subject: 'rm -rf /' })
  assert.equal((await applyStandingApproval(stage.base, forged)).status, 'needs_approval')
})

test('an answer that comes too late says so and makes no rule', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls')
  const once = await stage.tapOf(ADA, 'approval:', 'Approve once')
  await stage.tap(ADA, 'approval:', 'Always…')
  const confirm = await stage.tapOf(ADA, 'approval:', 'Confirm')
  stage.pass(3_600_000)
  for (const event of [once, confirm]) {
    await stage.give(event)
    assert.match((await stage.tapAnswer(event)).text ?? '', /expired|Already taken care of/)
  }
  assert.deepEqual(await stage.base.standing.list(), [])
  assert.equal((await stage.newest()).status, 'needs_approval')
})

test('a member who asked for it cannot approve a command, and the owner still can', async () => {
  const stage = createChatStage()
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(BOB, 'please list the files', { place: GROUP })
  const task = await stage.newest()
  await stage.base.store.commit({
    taskId: task.id,
    expectedSeq: task.lastSeq,
    events: [],
    next: {
      ...task,
      status: 'needs_approval',
      approval: {
        id: '01890000-0000-7000-8000-000000000000' as never,
        status: 'pending',
        kind: 'shell_command',
        subject: 'ls',
        digest: stage.base.ids.digest('shell_command\nls'),
        reason: '',
        estimate: null,
        binding: null,
        policy: null,
        secondedBy: [],
        expiresAt: new Date(stage.now().getTime() + 60_000),
        resolvedBy: null,
        comment: null,
      },
    },
    token: null,
    said: null,
    claimable: 'never',
    progressed: false,
  })
  await stage.draw(task.id)
  await stage.deliver()
  assert.equal((await stage.tap(BOB, 'approval:', 'Approve once')).text, 'Only an owner can answer that.')
  assert.match(await stage.answerTo(await stage.say(BOB, '/approve', { place: GROUP })), /Nothing here waits/)
  const typed = await stage.say(BOB, 'yes', { place: GROUP, replyTo: await stage.refOf('approval:') })
  assert.match(await stage.answerTo(typed), /Only an owner/)
  assert.equal((await stage.newest()).status, 'needs_approval')
  assert.equal((await stage.tap(ADA, 'approval:', 'Approve once')).text, 'Approved.')
})

test('Stop stops, Status tells, and neither uses the other up', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'Create a page')
  const task = await stage.newest()
  await stage.work(task.id, 'running')
  stage.pass(65_000)
  assert.match(
    (await stage.tap(ADA, 'task:', 'Status')).text ?? '',
    /Create a page: is being worked on, since 1 min 5 s/,
  )
  assert.equal((await stage.tap(ADA, 'task:', 'Stop', 2)).text, 'It is being stopped.')
  assert.equal((await stage.base.store.get(task.id))?.status, 'aborting')
})

test('Accept closes the preview; Details shows; Fix asks, and the reply goes on from the files', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'Create a page')
  const task = await stage.newest()
  await stage.work(task.id, 'completed')
  await stage.tap(ADA, 'task:', 'Details', 2)
  assert.ok((await stage.entries()).some(({ key }) => key.startsWith(`details:${task.id}`)))
  await stage.tap(ADA, 'task:', 'Fix', 2)
  const questions = (await stage.entries()).filter(({ key }) => key.startsWith('fix:'))
  assert.equal(questions.length, 1)
  assert.ok(questions[0]?.posting.type === 'message' && questions[0].posting.wantsReply)
  await stage.say(ADA, 'The title should be red', { replyTo: questions[0].refs[0] ?? null })
  assert.deepEqual((await stage.newest()).source, { type: 'task', task_id: task.id, commit: RESULT.commit })
  assert.equal((await stage.tap(ADA, `task:${task.id}`, 'Accept', 2)).text, 'Accepted.')
  assert.deepEqual([...stage.closedPreviews], [task.id])
})

test('what may not have arrived is sent anew at a tap, once', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, '/help')
  const key = `note:${message.place.chat}/${message.ref}/0`
  const place = chatOf(ADA)
  const [action] = await stage.base.actions.offer([
    {
      id: stage.base.ids.unguessable(),
      group: `doubt:${key}`,
      name: 'show_again',
      place,
      onlyFor: null,
      does: { type: 'show_again', key },
      expiresAt: new Date(stage.now().getTime() + 1_000),
    },
  ])
  assert.ok(action)
  const author = { userId: userOf(ADA), name: 'Ada' }
  const event = { type: 'tap', place, tap: 't1', action: action.id, on: null, author, direct: true } as const
  await stage.give(event, 2)
  assert.equal((await stage.tapAnswer(event)).text, 'Sent again.')
  const first = await stage.base.outbox.find(BOT, key)
  const anew = (await stage.entries()).filter((entry) => entry.key.startsWith(`${key}/again/`))
  assert.equal(anew.length, 1)
  assert.deepEqual(anew[0]?.posting, first?.posting)
})

test('a tap on a question that may not have arrived shows where it stands: it is changed there, and the doubt is over', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls')
  const question = (await stage.entries()).find(({ key }) => key.startsWith('approval:'))
  const [ref] = question?.refs ?? []
  assert.ok(question !== undefined && ref !== undefined)
  const { key, version, place } = question
  const doubted = {
    ...question,
    bot: place.bot,
    state: 'ambiguous',
    refs: [],
    shown: -version,
    error: 'reset',
  } as const
  await stage.base.outbox.record([doubted])
  await speakOfDoubt(
    { ...stage.base, clock: { now: stage.now, sleep: async () => undefined } },
    { ...question, ...doubted },
  )
  const tap = { ...(await stage.tapOf(ADA, 'approval:', 'Deny')), on: ref }
  await stage.give(tap, 2)
  const now = await stage.base.outbox.find(BOT, key)
  assert.deepEqual(now?.refs, [ref])
  assert.equal(now.state, 'settled')
  const doubt = await stage.base.outbox.find(BOT, `doubt:${key}`)
  assert.equal(doubt?.posting.type, 'nothing')
})

test('taps on what is gone are answered', async () => {
  const stage = createChatStage()
  const author = { userId: userOf(ADA), name: 'Ada' }
  const event = {
    type: 'tap',
    place: chatOf(ADA),
    tap: 't1',
    action: 'none' as never,
    on: null,
    author,
    direct: true,
  } as const
  await stage.give(event)
  assert.equal((await stage.tapAnswer(event)).text, 'This button does nothing any more.')
  await stage.say(ADA, '/run ls')
  const approve = await stage.tapOf(ADA, 'approval:', 'Approve once')
  await applyCommand(stage.base, (await stage.newest()).id, { type: 'abort', by: userOf(ADA), reason: 'enough' })
  await stage.give(approve)
  assert.match((await stage.tapAnswer(approve)).text ?? '', /stopped/)
})
