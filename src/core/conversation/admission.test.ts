// Who gets in, and how little comes of those who don't.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settleRequestOf } from './admission.ts'
import { ADA, BOB, BOT, chatOf, createChatStage, EVE, GROUP, userOf } from '../../../test/simulation/chat-stage.ts'

test('an unknown person gets a code, an owner lets them in, and only then they give work', async () => {
  const stage = createChatStage()
  await stage.say(BOB, 'Create a page')
  assert.deepEqual(await stage.tasks(), [])
  const [request] = await stage.base.members.requests(stage.now())
  assert.ok(request)
  const [asked] = (await stage.entries()).filter(({ place }) => place.chat === '22')
  assert.ok(JSON.stringify(asked?.posting).includes(request.code))
  stage.pass(61_000)
  await stage.say(BOB, 'Hello?')
  const both = (await stage.entries()).filter(({ place }) => place.chat === '22')
  assert.equal(both.length, 2)
  assert.ok(both.every(({ posting }) => JSON.stringify(posting).includes(request.code)))
  const atOwner = (await stage.entries()).filter(({ place }) => place.chat === '11')
  assert.equal(atOwner.length, 1)
  assert.equal((await stage.tap(ADA, 'pairing:', 'Let in', 2)).text, 'They are in.')
  assert.equal((await stage.base.members.find(userOf(BOB)))?.role, 'member')
  await stage.say(BOB, 'Create a page')
  assert.equal((await stage.tasks()).length, 1)
  const settled = (await stage.entries()).find(({ place }) => place.chat === '11')
  assert.match(JSON.stringify(settled?.posting), /Ada let Bob in/)
})

test('a refused person stays outside', async () => {
  const stage = createChatStage()
  await stage.say(EVE, 'let me in')
  const atOwner = JSON.stringify((await stage.entries()).find(({ place }) => place.chat === '11')?.posting)
  assert.ok(atOwner.includes('Eve \\\\*the\\\\* guest'))
  await stage.tap(ADA, 'pairing:', 'Refuse')
  assert.equal(await stage.base.members.find(userOf(EVE)), null)
  assert.deepEqual(await stage.base.members.requests(stage.now()), [])
})

test('at most five ask at a time, for an hour, and whoever writes much is answered once a minute', async () => {
  const stage = createChatStage()
  for (let id = 1_000; id < 1_008; id += 1) await stage.say({ id, name: `P${id}` }, 'hi')
  assert.equal((await stage.base.members.requests(stage.now())).length, 5)
  const turned = (await stage.entries()).filter(({ posting }) => JSON.stringify(posting).includes('too many people'))
  assert.equal(turned.length, 3)
  for (let time = 0; time < 10; time += 1) await stage.say({ id: 1_000, name: 'P1000' }, 'hi again')
  assert.equal((await stage.entries()).filter(({ place }) => place.chat === '1000').length, 1)
  stage.pass(3_600_001)
  await stage.say({ id: 1_007, name: 'P1007' }, 'hi')
  assert.equal((await stage.base.members.requests(stage.now())).length, 1)
})

test('of two owners who are asked, one answers for both', async () => {
  const stage = createChatStage()
  await stage.base.members.put({ userId: userOf(BOB), role: 'owner', name: 'Bob', since: stage.now() })
  await stage.say(EVE, 'hi')
  const late = await stage.tapOf(BOB, 'pairing:', 'Refuse')
  const code = (await stage.base.members.requests(stage.now()))[0]?.code ?? ''
  await stage.tap(ADA, `pairing:${code}/asked/11`, 'Let in')
  await stage.give(late)
  assert.match((await stage.tapAnswer(late)).text ?? '', /Already taken care of by Ada/)
  assert.equal((await stage.base.members.find(userOf(EVE)))?.role, 'member')
})

test('in a group owners speak; the people they know do where it was opened; others are refused once an hour', async () => {
  const stage = createChatStage()
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  const inGroup = { place: GROUP }
  await stage.say(BOB, 'work', inGroup)
  await stage.say(EVE, 'work', inGroup)
  await stage.say(EVE, 'work!', inGroup)
  stage.pass(1_800_000)
  await stage.say(EVE, 'work!!', inGroup)
  assert.deepEqual(await stage.tasks(), [])
  const refusals = async () => (await stage.entries()).filter(({ key }) => key.startsWith('refused:')).length
  assert.equal(await refusals(), 1)
  assert.deepEqual(await stage.base.members.requests(stage.now()), [])
  stage.pass(3_600_000)
  await stage.say(EVE, 'work!!!', inGroup)
  assert.equal(await refusals(), 2)
  await stage.say(ADA, '/open', { place: { ...GROUP, topic: '4' } })
  await stage.say(BOB, 'work', { place: { ...GROUP, topic: '5' } })
  assert.equal((await stage.tasks()).length, 1)
  await stage.say(BOB, '/close', inGroup)
  assert.equal((await stage.base.chats.get(GROUP)).open, true)
  await stage.say(ADA, '/close', inGroup)
  await stage.say(BOB, 'work', inGroup)
  assert.equal((await stage.tasks()).length, 1)
})

test('the one-time link makes an owner, once', async () => {
  const stage = createChatStage()
  await stage.say(BOB, '/start wrong-code')
  assert.equal(await stage.base.members.find(userOf(BOB)), null)
  const hello = await stage.say(BOB, '/start right-code')
  assert.equal((await stage.base.members.find(userOf(BOB)))?.role, 'owner')
  assert.match(await stage.answerTo(hello), /You own me/)
  await stage.say(EVE, '/start right-code')
  assert.equal(await stage.base.members.find(userOf(EVE)), null)
})

test('whoever asked to be let in and then becomes the owner is not asked about themselves', async () => {
  const stage = createChatStage()
  await stage.say(BOB, '/start')
  assert.equal((await stage.base.members.requests(stage.now())).length, 1)
  await stage.say(EVE, 'hi')
  await stage.say(BOB, '/start right-code')
  assert.deepEqual(
    (await stage.base.members.requests(stage.now())).map(({ userId }) => userId),
    [userOf(EVE)],
  )
  const asked = (await stage.entries()).filter(({ key, place }) => key.includes('/asked/') && place.chat === '22')
  assert.equal(asked.length, 1)
  assert.match(JSON.stringify(asked[0]?.posting), /Eve/)
})

test('somebody who asked and was let in elsewhere hears of it, and the owners are not asked any more', async () => {
  const stage = createChatStage()
  await stage.say(BOB, 'hi')
  const deps = { ...stage.base, settings: { owners: [userOf(ADA)] } }
  assert.equal(await settleRequestOf(deps, userOf(BOB)), true)
  assert.equal(await settleRequestOf(deps, userOf(BOB)), false)
  assert.deepEqual(await stage.base.members.requests(stage.now()), [])
  const postings = (await stage.entries()).map(({ place, posting }) => [place.chat, JSON.stringify(posting)] as const)
  assert.ok(postings.some(([chat, said]) => chat === '22' && said.includes('You are in')))
  const atOwner = postings.filter(([chat]) => chat === '11')
  assert.equal(atOwner.length, 1)
  assert.match(atOwner[0]?.[1] ?? '', /Bob was let in/)
  assert.doesNotMatch(atOwner[0]?.[1] ?? '', /Refuse/)
})

test('an owner who opens the link again uses nothing up', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/start right-code')
  await stage.say(BOB, '/start right-code')
  assert.equal((await stage.base.members.find(userOf(BOB)))?.role, 'owner')
})

test('the record of a name gives no rights', async () => {
  const stage = createChatStage()
  await stage.base.members.put({ userId: userOf(EVE), role: 'guest', name: 'Eve', since: stage.now() })
  await stage.say(EVE, 'Create a page')
  assert.deepEqual(await stage.tasks(), [])
  await stage.say(ADA, '/start')
  assert.equal((await stage.base.members.find(userOf(ADA)))?.role, 'guest')
  await stage.say(ADA, 'Create a page')
  assert.equal((await stage.tasks()).length, 1)
})

test('taps of people who may do nothing here use no button up', async () => {
  const stage = createChatStage()
  await stage.say(ADA, '/run ls', { place: GROUP })
  await stage.base.members.put({ userId: userOf(BOB), role: 'member', name: 'Bob', since: stage.now() })
  for (const person of [EVE, BOB]) {
    const event = await stage.tapOf(person, 'approval:', 'Approve once')
    await stage.give(event)
    assert.match((await stage.tapAnswer(event)).text ?? '', /not yours/)
  }
  await stage.tap(ADA, 'approval:', 'Approve once')
  assert.equal((await stage.newest()).status, 'queued')
})

test('a greeting in a group comes from its owner bringing the bot there', async () => {
  const stage = createChatStage()
  const opened = (person: typeof ADA) =>
    stage.give({ type: 'opened', place: GROUP, direct: false, by: { userId: userOf(person), name: person.name } })
  await opened(EVE)
  assert.deepEqual(await stage.entries(), [])
  await opened(ADA)
  assert.match(JSON.stringify((await stage.base.outbox.find(BOT, `hello:${GROUP.chat}`))?.posting), /@our/)
  await stage.give({ type: 'opened', place: chatOf(BOB), direct: true, by: { userId: userOf(BOB), name: 'Bob' } })
  assert.equal((await stage.entries()).length, 1)
})
