// How often people may ask in a chat, what they hear when it is too much, and whose tasks they see where.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserId } from '../vocabulary/ids.ts'
import { NO_REQUEST_LIMITS } from '../access/requests.ts'
import type { RequestSettings } from '../access/requests.ts'
import type { RateLimits } from '../ports/rate-limits.ts'
import { createMemoryRateLimits } from '../../adapters/memory/rate-limits.ts'
import { ADA, BOB, BOT, chatOf, createChatStage, EVE, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'
import type { ChatStage, StageWishes } from '../../../test/simulation/chat-stage.ts'

/** The stage has a clock of its own, which is not there yet when this is made. */
const time: { now: () => Date } = { now: () => new Date(0) }

function counting(settings: RequestSettings): { readonly rates: RateLimits; readonly settings: RequestSettings } {
  return { rates: createMemoryRateLimits({ now: () => time.now() }), settings }
}

async function stageWith(wishes: StageWishes): Promise<ChatStage> {
  const stage = createChatStage(null, null, wishes)
  time.now = stage.now
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  return stage
}

async function refusals(stage: ChatStage): Promise<readonly string[]> {
  const entries = await stage.entries()
  return entries.filter(({ key }) => key.startsWith('limited:')).map(({ posting }) => JSON.stringify(posting))
}

test('too many requests are turned away with when to come back, once a minute; the words are kept', async () => {
  const stage = await stageWith({ requests: counting({ ...NO_REQUEST_LIMITS, perMinute: 3 }) })
  for (const text of ['/new_task one', '/task two of them', '/new_task three']) await stage.say(BOB, text)
  assert.equal((await stage.tasks()).length, 3)
  const fourth = await stage.say(BOB, '/new_task four')
  for (let n = 0; n < 5; n += 1) await stage.say(BOB, `/new_task more ${n}`)
  assert.equal((await stage.tasks()).length, 3)
  const [told, ...more] = await refusals(stage)
  assert.match(told ?? '', /Try again in \d+ seconds?/)
  assert.deepEqual(more, [])
  const kept = await stage.base.conversations.findMessage('telegram', 'telegram/1/22/#0', fourth.externalId)
  assert.ok(kept === null || kept.text.includes('four'))
  // Questions about tasks and stops are no requests for work, and owners are not counted.
  assert.match(await stage.answerTo(await stage.say(BOB, '/status')), /Open here/)
  for (let n = 0; n < 5; n += 1) await stage.say(ADA, `/new_task of the owner ${n}`)
  assert.equal((await stage.tasks()).length, 8)
  stage.pass(61_000)
  await stage.say(BOB, '/new_task five')
  assert.equal((await stage.tasks()).length, 9)
})

test('the same message delivered again is not counted again', async () => {
  const stage = await stageWith({ requests: counting({ ...NO_REQUEST_LIMITS, perMinute: 2 }) })
  const first = await stage.say(BOB, '/new_task one')
  for (let n = 0; n < 5; n += 1) await stage.give({ type: 'message', message: first, receivedAt: first.sentAt })
  await stage.say(BOB, '/new_task two')
  assert.equal((await stage.tasks()).length, 2)
  assert.deepEqual(await refusals(stage), [])
})

test('no more tasks are open at once than allowed', async () => {
  const stage = await stageWith({ requests: counting({ ...NO_REQUEST_LIMITS, tasksAtOnce: 2 }) })
  for (const text of ['/new_task one', '/new_task two', '/new_task three']) await stage.say(BOB, text)
  assert.equal((await stage.tasks()).length, 2)
  assert.match((await refusals(stage))[0] ?? '', /2 of your tasks are open already/)
})

test('a member sees what they asked for under other ids in their own chat, and nothing of others anywhere', async () => {
  const stage = await stageWith({})
  await stage.say(ADA, '/new_task of the owner')
  await stage.say(BOB, '/new_task of Bob here')
  const [own] = await stage.tasks()
  assert.ok(own !== undefined)
  const other = 'bob-at-the-api' as UserId
  const task = { ...own, id: stage.base.ids.next<typeof own.id>(), userId: other, inputText: 'of Bob elsewhere' }
  const message = {
    interface: 'http',
    chat: other,
    externalId: 'x',
    author: other,
    text: task.inputText,
    raw: {},
  } as const
  await stage.base.store.accept(message, task, [])
  assert.doesNotMatch(await stage.answerTo(await stage.say(BOB, '/status')), /elsewhere|owner/)
  await stage.base.identities.offerLink(other, 'code', new Date(stage.now().getTime() + 60_000))
  await stage.base.identities.takeLink('code', userOf(BOB), stage.now())
  const told = await stage.answerTo(await stage.say(BOB, '/status'))
  assert.match(told, /Open elsewhere[\s\S]*of Bob elsewhere/)
  assert.doesNotMatch(told, /of the owner/)
  // In a group others read along: only what was asked for there is told there.
  await stage.base.chats.set(GROUP, { open: true })
  const inGroup = { place: GROUP }
  const status = await stage.answerTo(await stage.say(BOB, '/status', inGroup))
  assert.match(status, /Nothing is open here/)
  const named = await stage.answerTo(await stage.say(BOB, `/task ${own.id}`, inGroup))
  assert.match(named, /no task with that id/)
})

test('what members may in their own chat they may not in a group that is closed; guests nowhere', async () => {
  const stage = await stageWith({})
  const inGroup = { place: GROUP }
  await stage.say(BOB, '/new_task in the group', inGroup)
  await stage.say(EVE, '/new_task as a guest')
  await stage.say(EVE, '/new_task as a guest in the group', inGroup)
  assert.equal((await stage.tasks()).length, 0)
  await stage.say(ADA, '/new_task as an owner in the group', inGroup)
  assert.equal((await stage.tasks()).length, 1)
  await stage.base.chats.set(GROUP, { open: true })
  await stage.say(BOB, '/new_task in the open group', inGroup)
  await stage.say(EVE, '/new_task as a guest in the open group', inGroup)
  assert.equal((await stage.tasks()).length, 2)
})

test('where only owners stop tasks, members are told so, typed or tapped', async () => {
  const stage = await stageWith({ requesterAbort: false })
  await stage.say(BOB, '/new_task one')
  const task = await stage.newest()
  assert.match(await stage.answerTo(await stage.say(BOB, '/abort')), /Only owners stop tasks/)
  assert.equal((await stage.tap(BOB, `task:${task.id}`, 'Stop')).text, 'Only owners stop tasks here. Ask one of them.')
  assert.notEqual((await stage.base.store.get(task.id))?.status, 'aborted')
  await stage.say(ADA, `/abort ${task.id}`)
  assert.equal((await stage.base.store.get(task.id))?.status, 'aborted')
})

test('a link into the console is for the person alone, in their own chat', async () => {
  const asked: UserId[] = []
  const consoleLogin = async (userId: UserId) => {
    asked.push(userId)
    return { url: `https://factotum.example.com/login?token=${userId}`, onlyHere: false }
  }
  const stage = await stageWith({ consoleLogin })
  const message = await stage.say(BOB, '/login')
  const [post] = (await stage.entries()).filter(({ key }) => key.startsWith(`note:${chatOf(BOB).chat}/${message.ref}`))
  assert.match(JSON.stringify(post?.posting), /login\?token=telegram:22/)
  assert.doesNotMatch(await stage.answerTo(message), /token=/)
  await stage.base.chats.set(GROUP, { open: true })
  assert.match(await stage.answerTo(await stage.say(BOB, '/login', { place: GROUP })), /our own chat/)
  await stage.say(EVE, '/login')
  assert.deepEqual(asked, [userOf(BOB)])
})

test('who was refused can ask again after a day', async () => {
  const stage = await stageWith({ requests: counting(NO_REQUEST_LIMITS) })
  await stage.say(EVE, 'let me in')
  stage.pass(60_000)
  await stage.tap(ADA, 'pairing:', 'Refuse')
  stage.pass(3_600_000)
  await stage.say(EVE, 'let me in, please')
  assert.deepEqual(await stage.base.members.requests(stage.now()), [])
  const told = (await stage.entries()).filter(({ place }) => place.bot === BOT && place.chat === String(EVE.id))
  assert.ok(told.some(({ posting }) => JSON.stringify(posting).includes('ask again in 23 h')))
  stage.pass(86_400_000)
  await stage.say(EVE, 'and today?')
  assert.equal((await stage.base.members.requests(stage.now())).length, 1)
})
