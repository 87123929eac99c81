// Messages that were changed after they were sent, and messages that came late.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ADA,
  BOB,
  buttonsOf,
  chatOf,
  createChatStage,
  EVE,
  GROUP,
  userOf,
} from '../../../test/simulation/chat-stage.ts'
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'

const HOUR_MS = 3_600_000

test('a request that waits is stopped, and starts anew with the new text, as often as it is changed', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, 'Create a page')
  await stage.edit(message, 'Create a blue page')
  stage.pass(10_000)
  await stage.edit(message, 'Create a green page')
  const said = (await stage.tasks()).map(({ inputText, status, error }) => ({ inputText, status, error }))
  const error = 'The message that asked for it was changed.'
  assert.deepEqual(said, [
    { inputText: 'Create a page', status: 'aborted', error },
    { inputText: 'Create a blue page', status: 'aborted', error },
    { inputText: 'Create a green page', status: 'pending', error: null },
  ])
})

test('the same edit twice changes nothing the second time', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, 'Create a page')
  const event = { type: 'edited', message: { ...message, text: 'Create a blue page' }, editedAt: stage.now() } as const
  await stage.give(event, 3)
  assert.equal((await stage.tasks()).length, 2)
  await stage.edit(message, 'Create a blue page ')
  assert.equal((await stage.tasks()).length, 2)
})

test('what runs goes on, and a button starts again; what is over stays as it is', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, 'Create a page')
  const task = await stage.newest()
  await stage.work(task.id, 'running')
  await stage.edit(message, 'Create a blue page')
  await stage.edit(message, 'Create a green page')
  assert.equal((await stage.tasks()).length, 1)
  assert.match(await stage.answerTo(message, 'edited'), /Shall I stop and start again/)
  assert.equal((await stage.tap(ADA, 'note:', 'Start again', 2)).text, 'Started again.')
  assert.equal((await stage.base.store.get(task.id))?.status, 'aborting')
  const next = await stage.newest()
  assert.equal(next.inputText, 'Create a green page')
  assert.equal((await stage.tasks()).length, 2)
  await stage.work(next.id, 'completed')
  await stage.edit(message, 'Create a red page')
  assert.equal((await stage.tasks()).length, 2)
})

test('edits of commands, by strangers, and of messages that asked for nothing are left alone', async () => {
  const stage = createChatStage()
  const run = await stage.say(ADA, '/run ls')
  await stage.edit(run, '/run rm -rf /')
  await stage.edit(run, 'rm -rf /')
  assert.equal((await stage.tasks()).length, 1)
  assert.equal((await stage.newest()).approval?.subject, 'ls')
  await stage.edit(await stage.say(EVE, 'hello'), 'Create a page')
  await stage.edit(await stage.say(ADA, '/status'), 'Create a page')
  assert.equal((await stage.tasks()).length, 1)
})

async function sayLate(
  stage: ChatStage,
  text: string,
  ref: string,
  person = ADA,
  place = chatOf(person),
): Promise<void> {
  await stage.say(person, text, { ref, place, sentAt: new Date(stage.now().getTime() - HOUR_MS) })
}

const backlog = async (stage: ChatStage) => (await stage.entries()).filter(({ key }) => key.startsWith('backlog:'))

test('late messages are listed in one note, and run in their order at a tap', async () => {
  const stage = createChatStage()
  await sayLate(stage, 'Create *a* page', 'm1')
  await sayLate(stage, '/run ls', 'm2')
  await sayLate(stage, 'Now explain it', 'm3')
  assert.deepEqual(await stage.tasks(), [])
  const [note, ...others] = await backlog(stage)
  assert.equal(others.length, 0)
  assert.ok(note?.posting.type === 'message')
  assert.match(
    note.posting.content.markdown,
    /Create \\\*a\\\* page \(1 h ago\)\n- \/run ls \(1 h ago\)\n- Now explain it/,
  )
  assert.match((await stage.tap(ADA, 'backlog:', 'Run them all', 2)).text ?? '', /Taken up: 3 messages/)
  assert.deepEqual(
    (await stage.tasks()).map(({ inputText, status }) => [inputText, status]),
    [
      ['Create *a* page', 'pending'],
      ['ls', 'needs_approval'],
      ['Now explain it', 'pending'],
    ],
  )
  const [settled] = await backlog(stage)
  assert.ok(settled !== undefined && buttonsOf(settled).length === 0)
})

test('dropped ones are gone, and those that come later are asked about anew', async () => {
  const stage = createChatStage()
  await sayLate(stage, 'one', 'm1')
  assert.match((await stage.tap(ADA, 'backlog:', 'Drop')).text ?? '', /Dropped: 1 message/)
  await sayLate(stage, 'two', 'm2')
  assert.equal((await backlog(stage)).length, 2)
  await stage.tap(ADA, 'backlog:', 'Run it')
  assert.deepEqual(
    (await stage.tasks()).map(({ inputText }) => inputText),
    ['two'],
  )
})

test('stopping is never late', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'Create a page')
  await sayLate(stage, '/abort', 'm1')
  assert.equal((await stage.newest()).status, 'aborted')
  await sayLate(stage, '/panic on', 'm2')
  assert.equal((await stage.base.queue.state()).paused, true)
  assert.deepEqual(await backlog(stage), [])
})

test('late files are kept and run with their message', async () => {
  const stage = createChatStage()
  const sentAt = new Date(stage.now().getTime() - HOUR_MS)
  await stage.say(ADA, 'Summarize it', { attachments: [stage.attachment('report')], sentAt })
  stage.files.clear()
  await stage.tap(ADA, 'backlog:', 'Run it')
  const artifacts = await stage.base.artifacts.ofTask((await stage.newest()).id)
  assert.deepEqual(
    artifacts.filter(({ kind }) => kind === 'file').map(({ name }) => name),
    ['report.txt'],
  )
})

test('in a group, what several people wrote late is an owner to decide', async () => {
  const stage = createChatStage()
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  await stage.base.chats.set(GROUP, { open: true })
  await sayLate(stage, '/run ls', 'm1', ADA, GROUP)
  assert.match((await stage.tap(BOB, 'backlog:', 'Run it')).text ?? '', /not yours/)
  await sayLate(stage, 'Explain it', 'm2', BOB, GROUP)
  assert.match((await stage.tap(BOB, 'backlog:', 'Run them all')).text ?? '', /not yours/)
  await stage.tap(ADA, 'backlog:', 'Run them all')
  assert.deepEqual(
    (await stage.tasks()).map(({ userId }) => userId),
    [userOf(ADA), userOf(BOB)],
  )
})
