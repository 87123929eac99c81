// Receiving together with the cards as people see them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ADA, BOB, BOT, buttonsOf, createChatStage, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'
import { asks, routed } from '../../../test/simulation/card-story.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
import { appendUnderClaim, isRefusal } from '../task/apply-command.ts'
import type { WorkerId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import { createCards } from './create-cards.ts'

function createRealStage(t: TestContext): ChatStage {
  const { sleep } = createSystemClock()
  const stage = createChatStage(null, (deps) => createCards({ ...deps, clock: { now: deps.clock.now, sleep } }))
  t.after(() => stage.follower.close())
  return stage
}

const labels = async (stage: ChatStage, key: string) => {
  const entry = (await stage.entries()).find((one) => one.key.startsWith(key))
  return entry === undefined ? [] : buttonsOf(entry).map(({ label }) => label)
}

const markdown = async (stage: ChatStage, key: string) => {
  const posting = (await stage.entries()).find((one) => one.key.startsWith(key))?.posting
  return posting?.type === 'message' ? posting.content.markdown : ''
}

test('a question, its rule, the way back, and the answer', async (t) => {
  const stage = createRealStage(t)
  await stage.say(ADA, '/run ls')
  assert.deepEqual(await labels(stage, 'approval:'), ['Approve once', 'Always…', 'Deny'])
  await stage.tap(ADA, 'approval:', 'Always…')
  assert.deepEqual(await labels(stage, 'approval:'), ['Confirm', 'Back'])
  await stage.tap(ADA, 'approval:', 'Back')
  assert.deepEqual(await labels(stage, 'approval:'), ['Approve once', 'Always…', 'Deny'])
  await stage.tap(ADA, 'approval:', 'Always…')
  await stage.tap(ADA, 'approval:', 'Confirm')
  assert.deepEqual(await labels(stage, 'approval:'), [])
  assert.equal((await stage.newest()).status, 'queued')
  await stage.say(ADA, '/run ls')
  assert.equal((await stage.newest()).status, 'queued')
})

test('a question that somebody without a say tapped can still be answered', async (t) => {
  const stage = createRealStage(t)
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(ADA, '/run ls', { place: GROUP })
  assert.match((await stage.tap(BOB, 'approval:', 'Approve once')).text ?? '', /not yours/)
  assert.equal((await stage.tap(ADA, 'approval:', 'Approve once')).text, 'Approved.')
  assert.match((await stage.tap(BOB, 'task:', 'Stop')).text ?? '', /not yours/)
  assert.equal((await stage.newest()).status, 'queued')
  await stage.tap(ADA, 'task:', 'Stop')
  assert.equal((await stage.newest()).status, 'aborted')
})

test('what was typed shows on the card at once', async (t) => {
  const stage = createRealStage(t)
  await stage.say(ADA, '/new_task Create a page')
  assert.doesNotMatch(await markdown(stage, 'task:'), /Stopped/)
  await stage.say(ADA, '/abort')
  assert.match(await markdown(stage, 'task:'), /Stopped/)
})

test('Accept stays on the card when its preview goes', async (t) => {
  const stage = createRealStage(t)
  await stage.say(ADA, 'Create a page')
  const task = await stage.newest()
  await stage.follower.follow(BOT)
  await stage.work(task.id, 'completed')
  await stage.follower.refresh(task.id)
  await stage.deliver()
  assert.deepEqual(await labels(stage, 'task:'), ['Accept', 'Fix', 'Details'])
  await stage.tap(ADA, 'task:', 'Accept', 2)
  assert.match(await markdown(stage, 'task:'), /👍 Accepted by/)
  assert.deepEqual(await labels(stage, 'task:'), ['Fix', 'Details'])
})

const BOBS = '01890000-0000-7000-8000-00000000000b'

/** Bob, a member, writes in his own chat what is understood as a command. */
async function bobAsks(stage: ChatStage, text = 'List the files', approval = BOBS): Promise<Task> {
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.say(BOB, text)
  const task = await stage.newest()
  const worker = 'w' as WorkerId
  const [claim] = await stage.base.queue.claim({ worker, limit: 1, leaseMs: 60_000, only: task.id })
  assert.ok(claim !== undefined)
  const command = routed({ task_type: 'shell_command', command: 'ls' })
  const done = await appendUnderClaim(stage.base, { taskId: task.id, token: claim.token }, [
    command,
    asks('ls', approval),
  ])
  assert.ok(!isRefusal(done))
  await stage.follower.refresh(task.id)
  await stage.deliver()
  return task
}
const HERS = `approval:${BOBS}/${ADA.id}`
const statusOf = async (stage: ChatStage, { id }: Task) => (await stage.base.store.get(id))?.status

test("a member's command is answered where the owner reads, with all buttons", async (t) => {
  const stage = createRealStage(t)
  const task = await bobAsks(stage)
  assert.equal((await stage.entries()).filter(({ key }) => key.startsWith('approval:')).length, 1)
  assert.match(await markdown(stage, `task:${task.id}`), /An owner is asked/)
  await stage.tap(ADA, HERS, 'Always…', 2)
  assert.deepEqual(await labels(stage, HERS), ['Confirm', 'Back'])
  assert.match(await markdown(stage, HERS), /whenever Bob asks for it/)
  await stage.tap(ADA, HERS, 'Back', 2)
  assert.deepEqual(await labels(stage, HERS), ['Approve once', 'Always…', 'Deny'])
  await stage.tap(ADA, HERS, 'Always…')
  assert.equal((await stage.tap(ADA, HERS, 'Confirm', 2)).text, 'Approved.')
  assert.match(await markdown(stage, HERS), /^✅ Approved by Ada/)
  assert.equal(await statusOf(stage, task), 'queued')
  assert.equal((await stage.base.standing.list())[0]?.userId, userOf(BOB))
})

test('it is answered by a reply to it, and a reply that is neither yes nor no starts nothing', async (t) => {
  const stage = createRealStage(t)
  const task = await bobAsks(stage)
  const unclear = await stage.say(ADA, 'why?', { replyTo: await stage.refOf(HERS) })
  assert.match(await stage.answerTo(unclear), /Is that a yes or a no/)
  const yes = await stage.say(ADA, 'yes', { replyTo: await stage.refOf(HERS) })
  assert.match(await stage.answerTo(yes), /^Approved/)
  assert.equal(await statusOf(stage, task), 'queued')
  const late = await stage.say(ADA, 'no', { replyTo: await stage.refOf(HERS) })
  assert.match(await stage.answerTo(late), /Approved|not open/)
  assert.equal((await stage.tasks()).length, 1)
})

test('/approve means it where it is the only one here, and asks where there are others', async (t) => {
  const stage = createRealStage(t)
  const task = await bobAsks(stage)
  await stage.say(ADA, '/run echo mine')
  assert.match(await stage.answerTo(await stage.say(ADA, '/approve')), /More than one waits/)
  await stage.say(ADA, '/abort')
  await stage.say(ADA, '/deny not today')
  assert.equal(await statusOf(stage, task), 'aborted')
  assert.match(await markdown(stage, HERS), /^❌ Denied by Ada.*not today/)
})

test('who is no owner any more can answer no copy, and takes no button from the others', async (t) => {
  const stage = createRealStage(t)
  const carl = { id: 44, name: 'Carl' }
  const carls = `approval:${BOBS}/${carl.id}`
  await stage.base.members.put({ userId: userOf(carl), role: 'owner', name: 'Carl', since: stage.now() })
  const task = await bobAsks(stage)
  await stage.base.members.put({ userId: userOf(carl), role: 'member', name: 'Carl', since: stage.now() })
  assert.match((await stage.tap(carl, carls, 'Approve once')).text ?? '', /not yours/)
  assert.equal(await statusOf(stage, task), 'needs_approval')
  assert.equal((await stage.tap(ADA, HERS, 'Approve once')).text, 'Approved.')
  assert.deepEqual(await labels(stage, carls), [])
})

test('/status pin keeps a list at the top, /status unpin takes it away; in a group only owners do', async (t) => {
  const stage = createRealStage(t)
  const key = `status:${BOT}/${ADA.id}/`
  await stage.say(ADA, 'Create a page')
  await stage.say(ADA, '/status pin')
  assert.match(await markdown(stage, key), /^\*\*Open here\*\*\n\n- 🕓 Received · Create a page/)
  const away = await stage.say(ADA, '/status unpin')
  assert.equal(await stage.answerTo(away), 'Nothing is pinned here any more.')
  assert.equal((await stage.base.outbox.find(BOT, key))?.posting.type, 'nothing')
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.base.chats.set(GROUP, { open: true })
  assert.match(await stage.answerTo(await stage.say(BOB, '/status pin', { place: GROUP })), /only an owner/)
  await stage.say(ADA, '/status pin', { place: GROUP })
  assert.equal(await markdown(stage, `status:${BOT}/-100/`), 'Nothing is open here.')
})
