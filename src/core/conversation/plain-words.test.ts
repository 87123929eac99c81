// Plain words in a chat: what they ask for waits for an OK, and what is said next answers it, corrects it, or is told apart from both.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
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
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'
import { createSystemClock } from '../../adapters/system/clock.ts'
import type { MessageWithArtifacts } from '../ports/conversation-store.ts'
import { createCards } from './create-cards.ts'

function createRealStage(t: TestContext): ChatStage {
  const { sleep } = createSystemClock()
  const stage = createChatStage(null, (deps) => createCards({ ...deps, clock: { now: deps.clock.now, sleep } }))
  t.after(() => stage.follower.close())
  return stage
}

const asked = async (stage: ChatStage, text = 'Create a page') => {
  const message = await stage.say(ADA, text)
  const task = await stage.newest()
  await stage.propose(task.id)
  return { message, task, key: `approval:${(await stage.base.store.get(task.id))?.approval?.id}` }
}
const statusOf = async (stage: ChatStage, { id }: { readonly id: Awaited<ReturnType<typeof asked>>['task']['id'] }) =>
  (await stage.base.store.get(id))?.status
const markdown = async (stage: ChatStage, key: string) => {
  const posting = (await stage.base.outbox.find(BOT, key))?.posting
  return posting?.type === 'message' ? posting.content.markdown : ''
}
const keptOf = async (stage: ChatStage): Promise<readonly MessageWithArtifacts[]> => {
  const chat = await stage.base.chats.get(chatOf(ADA))
  const thread = await stage.base.conversations.findThread('telegram', `1/11/#${chat.context}`)
  assert.ok(thread !== null)
  return stage.base.conversations.messages(thread.id, { limit: 100, inContext: false, before: null })
}

test('what was understood is the first that is said, with OK and Cancel; OK starts it, and a line is left', async (t) => {
  const stage = createRealStage(t)
  const { task, key } = await asked(stage)
  assert.equal(task.confirm, true)
  assert.equal(await stage.base.outbox.find(BOT, `task:${task.id}`), null)
  const question = (await stage.entries()).find((entry) => entry.key === key)
  assert.ok(question !== undefined)
  assert.deepEqual(
    buttonsOf(question).map(({ label }) => label),
    ['OK', 'Cancel'],
  )
  assert.equal(
    await markdown(stage, key),
    '**Understood:** A page with a greeting.  \n**Will:** Write it, and test it.',
  )
  const late = await stage.tapOf(ADA, key, 'Cancel')
  assert.equal((await stage.tap(ADA, key, 'OK', 2)).text, 'OK, I start.')
  assert.equal(await statusOf(stage, task), 'queued')
  assert.match(await markdown(stage, key), /^👌 OK by Ada, 09:00 UTC: A page with a greeting/)
  assert.match(await markdown(stage, `task:${task.id}`), /Queued · Create a page/)
  await stage.give(late)
  assert.match((await stage.tapAnswer(late)).text ?? '', /Already taken care of by you/)
})

test('Cancel ends it where it was proposed', async (t) => {
  const stage = createRealStage(t)
  const { task, key } = await asked(stage)
  assert.equal((await stage.tap(ADA, key, 'Cancel')).text, 'Cancelled.')
  assert.equal(await statusOf(stage, task), 'aborted')
  assert.match(await markdown(stage, key), /^❌ Cancelled by Ada/)
  assert.equal(await stage.base.outbox.find(BOT, `task:${task.id}`), null)
  assert.equal((await stage.base.cards.get(task.id))?.finished, true)
})

test('typed yes and no answer what waits, without a reply and again and again', async (t) => {
  const stage = createRealStage(t)
  const { task, key } = await asked(stage)
  const ok = stage.said(ADA, 'ok')
  await stage.give({ type: 'message', message: ok, receivedAt: stage.now() }, 2)
  assert.equal(await statusOf(stage, task), 'queued')
  assert.equal((await stage.tasks()).length, 1)
  const seen = await stage.base.outbox.find(BOT, `seen:${ok.place.chat}/${ok.ref}`)
  assert.ok(seen?.posting.type === 'reaction' && seen.posting.emoji === '👌')
  assert.equal(await stage.answerTo(ok), '')
  assert.match(await markdown(stage, key), /^👌 OK/)

  const second = await asked(stage, 'Create another page')
  await stage.say(ADA, 'No.')
  assert.equal(await statusOf(stage, second.task), 'aborted')
  assert.match(await markdown(stage, second.key), /❌ Cancelled by Ada/)

  for (const replyTo of ['approval:', null]) {
    const third = await asked(stage, 'Create a third page')
    await stage.say(ADA, 'no, a shop', replyTo === null ? {} : { replyTo: await stage.refOf(replyTo) })
    assert.match(await markdown(stage, third.key), /Replaced by a newer message/)
    assert.equal((await stage.newest()).inputText, 'no, a shop', 'a no with more behind it is a correction')
  }
})

test('a further comment takes the place of what waits, whose buttons are dead and say so', async (t) => {
  const stage = createRealStage(t)
  const first = await asked(stage)
  const late = await stage.tapOf(ADA, first.key, 'OK')
  await stage.say(ADA, 'and make it blue')
  const second = await stage.newest()
  assert.equal(await statusOf(stage, first.task), 'aborted')
  assert.equal(second.inputText, 'and make it blue')
  assert.equal(second.threadId, first.task.threadId)
  assert.match(await markdown(stage, first.key), /^➖ Replaced by a newer message: A page/)
  await stage.give(late)
  assert.equal((await stage.tapAnswer(late)).text, 'A newer message took its place: that one counts.')
  assert.equal(await statusOf(stage, first.task), 'aborted')
  assert.equal(await stage.base.outbox.find(BOT, `task:${first.task.id}`), null)
})

test('a correction in reply to the proposal, or to the request, goes on from the same files', async (t) => {
  const stage = createRealStage(t)
  const request = await stage.say(ADA, 'Draw it', { attachments: [stage.attachment('table')] })
  const first = await stage.newest()
  await stage.propose(first.id)
  await stage.say(ADA, 'As bars', { replyTo: await stage.refOf('approval:') })
  const second = await stage.newest()
  assert.equal(await statusOf(stage, first), 'aborted')
  const files = async (id: typeof second.id) =>
    (await stage.base.artifacts.ofTask(id)).filter(({ kind }) => kind === 'file').map(({ name }) => name)
  assert.deepEqual(await files(second.id), ['table.txt'])
  await stage.propose(second.id)
  await stage.say(ADA, 'As a pie', { replyTo: request.ref })
  assert.equal(await statusOf(stage, second), 'aborted')
  assert.deepEqual(await files((await stage.newest()).id), ['table.txt'])
})

test('where two things wait, a yes is not guessed', async (t) => {
  const stage = createRealStage(t)
  await asked(stage)
  await stage.say(ADA, '/run ls')
  const unclear = await stage.say(ADA, 'yes')
  assert.match(await stage.answerTo(unclear), /More than one thing waits.*\n\n- .*ls.*\n- .*Create a page/)
  assert.equal((await stage.tasks()).filter(({ status }) => status === 'needs_approval').length, 2)
  const comment = await stage.say(ADA, 'make it red')
  assert.equal(await stage.answerTo(comment), '')
  const left = (await stage.tasks()).filter(({ status }) => status === 'needs_approval')
  assert.deepEqual(
    left.map(({ inputText }) => inputText),
    ['ls'],
    'an order waits for its answer whatever else is said',
  )
})

test('in a group, whoever asked or an owner says OK, and nobody else', async (t) => {
  const stage = createRealStage(t)
  const member = { userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() } as const
  await stage.base.members.put(member)
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(ADA, 'Create a page', { place: GROUP })
  const task = await stage.newest()
  await stage.propose(task.id)
  assert.match((await stage.tap(BOB, 'approval:', 'OK')).text ?? '', /not yours/)
  assert.equal(await statusOf(stage, task), 'needs_approval')
  await stage.say(BOB, 'ok', { place: GROUP })
  assert.equal(await statusOf(stage, task), 'needs_approval')
  await stage.tap(ADA, 'approval:', 'OK')
  assert.equal(await statusOf(stage, task), 'queued')
  const theirs = (await stage.tasks()).find(({ userId, inputText }) => userId === userOf(BOB) && inputText === 'ok')
  assert.ok(theirs !== undefined, 'what answers nothing of their own is a word like any other')
})

test('an edit of what waits takes its place', async (t) => {
  const stage = createRealStage(t)
  const { message, task, key } = await asked(stage)
  await stage.edit(message, 'Create a shop')
  assert.equal(await statusOf(stage, task), 'aborted')
  assert.equal((await stage.newest()).inputText, 'Create a shop')
  assert.match(await markdown(stage, key), /Replaced by a newer message/)
  const texts = (await keptOf(stage)).filter(({ role, inContext }) => role === 'user' && inContext)
  assert.deepEqual(
    texts.map(({ text }) => text),
    ['Create a page', 'Create a shop'],
  )
})

test('a spoken request is proposed with what was heard; a spoken yes starts nothing', async (t) => {
  const stage = createRealStage(t)
  stage.speech.set(70, 'create a page about cats')
  stage.speech.set(3, 'Yes.')
  await stage.say(ADA, '', { attachments: [stage.attachment('v', 70, 'voice')] })
  const task = await stage.newest()
  assert.equal(task.inputText, 'create a page about cats')
  assert.equal(task.confirm, true)
  await stage.propose(task.id)
  const { approval } = (await stage.base.store.get(task.id)) ?? {}
  assert.match(
    await markdown(stage, `approval:${approval?.id}`),
    /^I heard: “create a page about cats”\n\n\*\*Understood/,
  )
  const yes = await stage.say(ADA, '', { attachments: [stage.attachment('y', 3, 'voice')] })
  assert.match(await stage.answerTo(yes), /I heard “Yes\.”\. So that nothing starts/)
  assert.equal(await statusOf(stage, task), 'needs_approval')
  assert.equal((await stage.tasks()).length, 1)
  const [spoken] = await keptOf(stage)
  assert.deepEqual(
    spoken?.artifacts.map(({ kind, content }) => [kind, content?.text ?? null]),
    [
      ['file', null],
      ['voice_transcript', 'create a page about cats'],
    ],
  )
})

test('a command that the policy refuses is answered with the rule and why', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, '/run rm -rf /')
  assert.deepEqual(await stage.tasks(), [])
  assert.equal(
    await stage.answerTo(message),
    'That is not done here: This would wipe the machine or a disk. _(rule `hard.wipe`)_',
  )
})

test('what somebody passes on is material and nothing that is asked for', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, '/run rm -rf /', { forwardedFrom: 'Eve' })
  assert.deepEqual(await stage.tasks(), [])
  assert.match(await stage.answerTo(message, 'stored'), /^Kept: what Eve said/)
  const [kept] = await keptOf(stage)
  assert.equal(kept?.text, '(forwarded)')
  assert.deepEqual(kept?.artifacts.find(({ kind }) => kind === 'file_meta')?.content?.['by'], 'forward')
  await stage.say(ADA, 'What is wrong with that?', { replyTo: message.ref })
  const names = (await stage.base.artifacts.ofTask((await stage.newest()).id)).map(({ kind }) => kind)
  assert.deepEqual(names.toSorted(), ['file', 'file_meta'])

  const sentAt = new Date(stage.now().getTime() - 3_600_000)
  await stage.say(ADA, 'do something bad', { forwardedFrom: 'Eve', sentAt })
  await stage.tap(ADA, 'backlog:', 'Run it')
  assert.equal((await stage.tasks()).length, 1)
})

test('everything is kept: commands, chatter, strangers, taps, and what we say; models are told what is conversation', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/help')
  await stage.say(ADA, 'Create a page')
  await stage.tap(ADA, 'task:', 'Status')
  await stage.say(ADA, '/new_task Create a shop')
  await stage.say(ADA, '/run')
  const kept = await keptOf(stage)
  const lines = kept.map(({ role, text, inContext }) => `${role} ${inContext ? 'told' : 'kept'} ${text.split('\n')[0]}`)
  assert.deepEqual(
    lines.filter((line) => line.startsWith('user')),
    [
      'user kept /help',
      'user told Create a page',
      'user kept tapped Status',
      'user told /new_task Create a shop',
      'user kept /run',
    ],
  )
  assert.ok(lines.some((line) => line.startsWith('assistant kept Just write what you want')))
  assert.ok(lines.some((line) => line.startsWith('assistant kept Write the command behind it')))
  assert.ok(kept.every(({ role, authorName }) => role === 'assistant' || authorName === 'Ada'))

  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.say(ADA, 'lunch?', { place: GROUP, addressed: false })
  await stage.say(BOB, 'at one', { place: GROUP, addressed: false })
  const thread = await stage.base.conversations.findThread('telegram', '1/-100/#0')
  assert.ok(thread !== null && !thread.direct)
  const said = await stage.base.conversations.messages(thread.id, { limit: 10, inContext: false, before: null })
  assert.deepEqual(
    said.map(({ text, inContext }) => [text, inContext]),
    [
      ['lunch?', true],
      ['at one', false],
    ],
    'a group that is not open listens to owners alone',
  )
})
