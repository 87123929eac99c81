// What comes of what people write: tasks, answers, and nothing where nothing was meant.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ADA, BOB, BOT, chatOf, createChatStage, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'
import { RESULT } from '../../../test/simulation/chat-samples.ts'
import { draftOf } from './draft-name.ts'
import { shortId } from './status-words.ts'
import type { ChatStage } from '../../../test/simulation/chat-stage.ts'

async function letBobIn(stage: ChatStage): Promise<void> {
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
}

test('plain text becomes a task, with a reaction and a card', async () => {
  const stage = createChatStage()
  const message = await stage.say(ADA, 'Create a *hello* world')
  const task = await stage.newest()
  assert.equal(task.inputText, 'Create a *hello* world')
  assert.equal(task.taskType, null)
  assert.deepEqual(task.source, { type: 'empty' })
  assert.equal(task.userId, userOf(ADA))
  const card = await stage.base.cards.get(task.id)
  assert.equal(card?.request, message.ref)
  const seen = await stage.base.outbox.find(BOT, `seen:${message.place.chat}/${message.ref}`)
  assert.deepEqual(seen?.posting, { type: 'reaction', to: message.ref, emoji: '👀' })
})

test('an owner in a direct chat costs few calls: the message is kept, what waits is looked for, and the posts', async () => {
  const stage = createChatStage()
  const waits = ['objects.get', 'store.list']
  const calls = ['chats.get', 'conversations.hear', ...waits, 'store.accept', 'outbox.put', 'follower.open']
  await stage.say(ADA, 'Create a hello world')
  // The first time, the owner's name is kept: others read of what they did.
  assert.deepEqual(stage.called(), ['members.find', 'members.put', ...calls])
  const before = stage.called().length
  await stage.say(ADA, 'Create another')
  assert.deepEqual(stage.called().slice(before), calls)
})

test('commands work with the name of the bot and over several lines; paths are plain text', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/new_task@our_bot\nfirst\nsecond')
  assert.equal((await stage.newest()).inputText, 'first\nsecond')
  await stage.say(ADA, '/task tidy up the folder')
  assert.equal((await stage.newest()).inputText, 'tidy up the folder')
  await stage.say(ADA, '/usr/bin is full, why?')
  assert.equal((await stage.newest()).inputText, '/usr/bin is full, why?')
  assert.equal((await stage.tasks()).length, 3)
})

test('a command waits for approval, exactly as it was written, and is for owners only', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.say(ADA, '/run echo "a  b" && \\\n  ls')
  const task = await stage.newest()
  assert.equal(task.status, 'needs_approval')
  assert.equal(task.approval?.subject, 'echo "a  b" && \\\n  ls')
  const refused = await stage.say(BOB, '/run ls')
  assert.match(await stage.answerTo(refused), /owners only/)
  assert.equal((await stage.tasks()).length, 1)
})

test('too much and too little text are answered', async () => {
  const stage = createChatStage()
  const long = await stage.say(ADA, 'x'.repeat(1_001))
  assert.match(await stage.answerTo(long), /1001 characters; at most 1000/)
  const empty = await stage.say(ADA, '/new_task')
  assert.match(await stage.answerTo(empty), /What shall I do/)
  const nothing = await stage.say(ADA, '/run')
  assert.match(await stage.answerTo(nothing), /ls -la/)
  assert.deepEqual(await stage.tasks(), [])
})

test('a reply to a finished card goes on from its files', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'Create a page')
  const first = await stage.newest()
  await stage.work(first.id, 'completed')
  await stage.say(ADA, 'Make it blue', { replyTo: await stage.refOf(`task:${first.id}`) })
  assert.deepEqual((await stage.newest()).source, { type: 'task', task_id: first.id, commit: RESULT.commit })
  await stage.say(ADA, 'Something else')
  assert.deepEqual((await stage.newest()).source, { type: 'empty' })
})

test('a reply to work that is still under way starts nothing, and says what to do', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'Create a page')
  const first = await stage.newest()
  const replyTo = await stage.refOf(`task:${first.id}`)
  const early = await stage.say(ADA, 'Make it blue', { replyTo })
  assert.match(await stage.answerTo(early), /waits for its turn.*Reply to its result/)
  assert.equal((await stage.tasks()).length, 1)
  await stage.work(first.id, 'completed')
  await stage.give({ type: 'message', message: early, receivedAt: stage.now() })
  assert.equal((await stage.tasks()).length, 1)
  await stage.say(ADA, 'Make it blue', { replyTo })
  assert.equal((await stage.tasks()).length, 2)
  assert.deepEqual((await stage.newest()).source, { type: 'task', task_id: first.id, commit: RESULT.commit })
})

test('a topic is a project: work in it goes on from the last work in it, and nobody else sees into it', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  const topic = { ...GROUP, topic: '7' }
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(ADA, 'Create a page', { place: topic })
  const first = await stage.newest()
  await stage.work(first.id, 'completed')
  await stage.say(ADA, 'Make it blue', { place: topic })
  assert.deepEqual((await stage.newest()).source, { type: 'task', task_id: first.id, commit: RESULT.commit })
  await stage.say(ADA, 'Another page', { place: { ...GROUP, topic: '8' } })
  assert.deepEqual((await stage.newest()).source, { type: 'empty' })
  await stage.say(BOB, 'Show me', { place: topic })
  assert.deepEqual((await stage.newest()).source, { type: 'empty' })
})

test('a topic that the client named is named after the first task in it, and only once', async () => {
  const stage = createChatStage()
  const place = { ...chatOf(ADA), topic: '5' }
  const by = { userId: userOf(ADA), name: 'Ada' }
  await stage.give({ type: 'topic_opened', place, name: 'New chat', implicit: true, by })
  await stage.say(ADA, 'Create a page\nabout cats', { place })
  await stage.say(ADA, 'And dogs', { place })
  assert.deepEqual(stage.renamed, ['Create a page about cats'])
  const other = { ...place, topic: '6' }
  await stage.give({ type: 'topic_opened', place: other, name: 'Website', implicit: false, by })
  await stage.say(ADA, 'Create a page', { place: other })
  assert.equal(stage.renamed.length, 1)
  assert.equal((await stage.base.chats.get(other)).title, 'Website')
})

test('what was not meant for the bot is left alone', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'lunch?', { place: GROUP, addressed: false })
  await stage.say(ADA, '/help@another_bot', { place: GROUP })
  await stage.say(ADA, '/frobnicate', { place: GROUP })
  assert.deepEqual(await stage.entries(), [])
})

test('a command that does not exist is met with the one that was meant', async () => {
  const stage = createChatStage()
  for (const [given, meant] of [
    ['/statsu', '/status'],
    ['/newtask', '/new\\_task'],
    ['/panik on', '/panic'],
    ['/approv', '/approve'],
  ] as const)
    assert.ok((await stage.answerTo(await stage.say(ADA, given))).includes(`Did you mean ${meant}?`), given)
  assert.match(await stage.answerTo(await stage.say(ADA, '/xyzzyqwert')), /\/help/)
})

test('the help names only what the person may do there', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  const owner = await stage.answerTo(await stage.say(ADA, '/help'))
  const member = await stage.answerTo(await stage.say(BOB, '/help'))
  const group = await stage.answerTo(await stage.say(ADA, '/help', { place: GROUP }))
  assert.ok(owner.includes('/panic') && !owner.includes('/open'))
  assert.ok(member.includes('/status') && !member.includes('/panic') && !member.includes('/run'))
  assert.ok(group.includes('/open'))
})

test('/new starts a thread of its own, once for a message', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'one')
  const fresh = stage.said(ADA, '/new')
  await stage.give({ type: 'message', message: fresh, receivedAt: stage.now() }, 3)
  await stage.say(ADA, 'two')
  const [one, two] = await stage.tasks()
  assert.notEqual(one?.threadId, two?.threadId)
  assert.equal((await stage.base.chats.get(chatOf(ADA))).context, 1)
})

test('/status tells what is open here, to members only what is theirs', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(ADA, '/run rm -rf build', { place: GROUP })
  await stage.say(BOB, 'Explain threads', { place: GROUP })
  stage.pass(125_000)
  const owner = await stage.answerTo(await stage.say(ADA, '/status', { place: GROUP }))
  assert.match(owner, /`rm -rf build`: waits for an owner's yes, for 2 min 5 s$/m)
  assert.match(owner, /Explain threads/)
  assert.match(owner, /1 waiting, 1 to be approved/)
  const member = await stage.answerTo(await stage.say(BOB, '/status', { place: GROUP }))
  assert.match(member, /Explain threads/)
  assert.doesNotMatch(member, /rm -rf|Everywhere/)
  const elsewhere = await stage.answerTo(await stage.say(BOB, '/status'))
  assert.match(elsewhere, /Nothing is open here/)
})

test('/abort stops the newest here, one by a piece of its id, or all', async () => {
  const stage = createChatStage()
  for (const text of ['one', 'two', 'three', 'four']) await stage.say(ADA, text)
  const [one, two, three, four] = await stage.tasks()
  assert.ok(one && two && three && four)
  const status = async (id: typeof one.id) => (await stage.base.store.get(id))?.status
  await stage.say(ADA, '/abort')
  assert.equal(await status(four.id), 'aborted')
  await stage.say(ADA, `/abort ${one.id.slice(-8)}`)
  assert.equal(await status(one.id), 'aborted')
  assert.match(await stage.answerTo(await stage.say(ADA, '/abort ffff0000')), /no task/)
  assert.equal(await status(two.id), 'pending')
  await stage.work(two.id, 'running')
  await stage.say(ADA, '/abort all')
  assert.equal(await status(two.id), 'aborting')
  assert.equal(await status(three.id), 'aborted')
  assert.match(await stage.answerTo(await stage.say(ADA, '/abort')), /is being stopped/)
})

test('members can neither see nor stop what is not theirs', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.say(ADA, 'secret plans')
  const task = await stage.newest()
  assert.match(await stage.answerTo(await stage.say(BOB, `/abort ${task.id}`)), /no task/)
  assert.match(await stage.answerTo(await stage.say(BOB, `/task ${task.id}`)), /no task/)
  assert.match(await stage.answerTo(await stage.say(BOB, `/task ${task.id.slice(-8)}`)), /no task|What/)
  assert.equal((await stage.base.store.get(task.id))?.status, 'pending')
  assert.doesNotMatch(
    JSON.stringify(await stage.entries().then((all) => all.filter((one) => one.place.chat === '22'))),
    /secret/,
  )
})

test('/task shows the details of the newest, or of the one that is named', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'one')
  await stage.say(ADA, 'two')
  const [one, two] = await stage.tasks()
  assert.ok(one && two)
  const details = async (id: string) =>
    (await stage.entries()).filter(({ key }) => key.startsWith(`details:${id}`)).length
  await stage.say(ADA, '/task')
  assert.ok((await details(two.id)) > 0)
  await stage.say(ADA, `/task ${one.id.slice(-8)}`)
  assert.ok((await details(one.id)) > 0)
  assert.equal((await stage.tasks()).length, 2)
})

test('/panic on pauses and stops what runs, /panic off goes on; nobody else may', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.say(BOB, 'one')
  const running = await stage.newest()
  await stage.work(running.id, 'running')
  await stage.say(BOB, 'two')
  assert.match(await stage.answerTo(await stage.say(BOB, '/panic on')), /owners only/)
  const answer = await stage.answerTo(await stage.say(ADA, '/panic on'))
  assert.match(answer, /Everything is stopped/)
  assert.match(answer, /1 task was/)
  assert.ok(answer.includes(shortId(running.id)))
  assert.equal((await stage.base.queue.state()).paused, true)
  assert.equal((await stage.base.store.get(running.id))?.status, 'aborted')
  assert.equal((await stage.newest()).status, 'pending')
  assert.match(await stage.answerTo(await stage.say(ADA, '/panic off')), /1 task that waited is taken up again/)
  assert.equal((await stage.base.queue.state()).paused, false)
  assert.match(await stage.answerTo(await stage.say(ADA, '/panic')), /on.*off/)
})

test('/verbosity is of the place, and of the owner in groups', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(BOB, '/verbosity 2')
  assert.equal((await stage.base.chats.get(chatOf(BOB))).verbosity, 2)
  await stage.say(BOB, '/verbosity 2', { place: GROUP })
  assert.equal((await stage.base.chats.get(GROUP)).verbosity, null)
  assert.match(await stage.answerTo(await stage.say(ADA, '/verbosity loud')), /0, 1 or 2. Now it is 1/)
})

test('typed answers stand beside the buttons', async () => {
  for (const [reply, status] of [
    ['yes', 'queued'],
    ['OK!', 'queued'],
    ['approve', 'queued'],
    ['no', 'aborted'],
    ['deny', 'aborted'],
    ['no, use ls', 'aborted'],
  ] as const) {
    const stage = createChatStage()
    await stage.say(ADA, '/run rm x')
    await stage.say(ADA, reply, { replyTo: await stage.refOf('approval:') })
    assert.equal((await stage.newest()).status, status, reply)
    assert.equal((await stage.tasks()).length, 1)
  }
  const stage = createChatStage()
  await stage.say(ADA, '/run rm x')
  const unclear = await stage.say(ADA, 'maybe later', { replyTo: await stage.refOf('approval:') })
  assert.match(await stage.answerTo(unclear), /yes or a no/)
  assert.equal((await stage.newest()).status, 'needs_approval')
})

test('in their own chat an owner hears of what waits elsewhere, and can answer it', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls', { place: GROUP })
  const status = await stage.answerTo(await stage.say(ADA, '/status'))
  assert.match(status, /Waits for your yes elsewhere[^]*`ls`/)
  const group = await stage.answerTo(await stage.say(ADA, '/status', { place: { ...GROUP, topic: '3' } }))
  assert.doesNotMatch(group, /`ls`/)
  const other = await stage.say(ADA, '/approve', { place: { ...GROUP, topic: '3' } })
  assert.match(await stage.answerTo(other), /Nothing here waits/)
  await stage.say(ADA, '/approve')
  assert.equal((await stage.newest()).status, 'queued')
})

test('a reply of yes to the card answers it while it asks, and is a request afterwards', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run rm x')
  const card = await stage.refOf('task:')
  const yes = stage.said(ADA, 'yes', { replyTo: card })
  await stage.give({ type: 'message', message: yes, receivedAt: stage.now() }, 2)
  assert.equal((await stage.newest()).status, 'queued')
  assert.equal((await stage.tasks()).length, 1)
})

test('/approve answers the one that waits, and asks which where several do', async () => {
  const stage = createChatStage()
  await letBobIn(stage)
  await stage.say(ADA, '/run one')
  await stage.say(ADA, '/run two')
  const [one, two] = await stage.tasks()
  assert.ok(one && two)
  const which = await stage.answerTo(await stage.say(ADA, '/approve'))
  assert.ok(which.includes(shortId(one.id)) && which.includes(shortId(two.id)))
  assert.match(await stage.answerTo(await stage.say(BOB, `/approve ${one.id}`)), /no task/)
  await stage.say(ADA, `/approve ${one.id.slice(-8)}`)
  assert.equal((await stage.base.store.get(one.id))?.status, 'queued')
  await stage.say(ADA, '/deny not today')
  assert.equal((await stage.base.store.get(two.id))?.error, 'The approval was rejected: not today')
  assert.match(await stage.answerTo(await stage.say(ADA, '/approve')), /Nothing here waits/)
})

test('what a chat closed held back is said when it opens', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls')
  const held = (await stage.entries()).filter(({ lane }) => lane === 'approval')
  await stage.give({ type: 'closed', place: chatOf(ADA), by: { userId: userOf(ADA), name: 'Ada' } })
  assert.equal((await stage.base.chats.get(chatOf(ADA))).closed, true)
  for (const { key, place, version, refs } of held)
    await stage.base.outbox.record([
      {
        bot: BOT,
        key,
        place,
        version,
        refs,
        state: 'held',
        shown: 0,
        attempts: 1,
        notBefore: stage.now(),
        error: 'blocked',
      },
    ])
  await stage.give({ type: 'opened', place: chatOf(ADA), direct: true, by: { userId: userOf(ADA), name: 'Ada' } })
  assert.equal((await stage.base.chats.get(chatOf(ADA))).closed, false)
  assert.equal((await stage.base.outbox.state(BOT)).held, 0)
})

test('a chat that moved takes everything along', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls', { place: GROUP })
  await stage.give({ type: 'migrated', bot: BOT, from: GROUP.chat, to: '-100200' }, 2)
  const there = { ...GROUP, chat: '-100200' }
  assert.match(await stage.answerTo(await stage.say(ADA, '/status', { place: there })), /waits for an owner's yes/)
  await stage.tap(ADA, 'approval:', 'Approve once')
  assert.equal((await stage.newest()).status, 'queued')
})

test('the Stop of a draft stops what is at work', async () => {
  const stage = createChatStage()
  await stage.say(ADA, 'one')
  const task = await stage.newest()
  await stage.work(task.id, 'running')
  await stage.say(ADA, 'two')
  const author = { userId: userOf(ADA), name: 'Ada' }
  await stage.give({ type: 'draft_stopped', place: chatOf(ADA), draft: '123', author }, 2)
  assert.equal((await stage.base.store.get(task.id))?.status, 'aborting')
  assert.equal((await stage.newest()).status, 'pending')
  await stage.say(ADA, 'three')
  const [, second] = await stage.tasks()
  assert.ok(second)
  await stage.work(second.id, 'running')
  await stage.work((await stage.newest()).id, 'running')
  await stage.give({ type: 'draft_stopped', place: chatOf(ADA), draft: draftOf(second.id), author })
  assert.equal((await stage.base.store.get(second.id))?.status, 'aborting')
  assert.equal((await stage.newest()).status, 'running')
})

test('what people are called cannot change what is said', async () => {
  const stage = createChatStage()
  const odd = { id: 11, name: '[click](x) *bold*' }
  const hello = await stage.answerTo(await stage.say(odd, '/start'))
  assert.ok(hello.startsWith('Hello \\[click\\](x) \\*bold\\*!'), hello.slice(0, 60))
  assert.match(hello, /hello world/)
})
