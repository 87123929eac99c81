// Receiving together with the cards as people see them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ADA, BOB, BOT, buttonsOf, createChatStage, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
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
  await stage.say(ADA, 'Create a page')
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
