// Groups and topics: who is answered, where, and from which files work goes on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeenChat, SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { becomes, expectChatToHold, isEvidence, openStage, outline, PATIENT } from './telegram-stage.ts'

const HELLO = 'create a hello world web app'

test('in a group only those who may speak are answered, and only when they mean the bot', async (t) => {
  const { ada, bot, telegram, up } = await openStage(t, { telegram: { checkAnswers: true } })
  const bob = telegram.newUser({ firstName: 'Bob' })
  const eve = telegram.newUser({ firstName: 'Eve' })
  // An admin sees everything that is said.
  const group = telegram.newGroup({ title: 'Team', members: [ada, bob, eve, bot], admins: [bot] })
  await up()
  await ada.send('/start', { to: bot })
  await ada.expectReply(PATIENT)
  await bob.send('hi', { to: bot })
  await ada.tap(await ada.expectReply({ to: bot, where: /Bob .* asks/, ...PATIENT }), 'Let in')
  await bob.expectReply({ to: bot, where: /You are in/, ...PATIENT })

  await ada.send('good morning all', { to: group })
  await ada.send('/status@other_bot', { to: group })
  await ada.send('/unknown', { to: group })
  await ada.expectNoMore({ for: 1_000, to: group })

  await ada.send('/status@factotum_bot', { to: group })
  await ada.expectReply({ to: group, where: /Nothing is open here/, ...PATIENT })
  const asked = await ada.send(`@factotum_bot ${HELLO}`, { to: group })
  const card = await ada.expectReply({ to: group, ...PATIENT })
  assert.equal(card.replyTo, asked.id)
  const done = await becomes(ada, card, /Done · create a hello world web app/)
  await ada.expectReply({ to: group, where: (one) => one.media?.name === 'report.html', ...PATIENT })
  await ada.send('make it dark red', { to: group, replyTo: done })
  const next = await ada.expectReply({ to: group, where: /make it dark red/, ...PATIENT })
  await becomes(ada, next, /Done[^]*1 file changed/)
  await ada.expectReply({ to: group, where: (one) => one.media?.name === 'report.html', ...PATIENT })

  await bob.send('@factotum_bot what can you do?', { to: group })
  await ada.expectReply({ to: group, where: /I work only for my owner here/, ...PATIENT })
  await bob.send('@factotum_bot please', { to: group })
  assert.deepEqual(await bob.tap(ada.look(card) ?? card, 'Details'), {
    type: 'answered',
    text: 'This is not yours to decide.',
    alert: true,
  })
  await ada.send('/open@factotum_bot', { to: group })
  await ada.expectReply({ to: group, where: /From now on the people I know/, ...PATIENT })
  await bob.send('@factotum_bot what can you do?', { to: group })
  const isAnswer = (one: SeenMessage) => one.text.startsWith('I am Factotum')
  await ada.expectChat((chat) => chat.messages.some(isAnswer), { to: group, ...PATIENT })
  await eve.send('@factotum_bot me too', { to: group })
  await ada.send('/close@factotum_bot', { to: group })
  await ada.expectReply({ to: group, where: /only owners/, ...PATIENT })
  await expectChatToHold(ada, group, [
    'Ada: good morning all',
    'Ada: /status@other_bot',
    'Ada: /unknown',
    'Ada: /status@factotum_bot',
    'bot: Nothing is open here.',
    `Ada: @factotum_bot ${HELLO}`,
    `bot: ✅ Done · ${HELLO} [Accept] [Fix] [Details]`,
    'bot: (document changes.patch) The whole change: 6 files',
    'Ada: make it dark red',
    'bot: ✅ Done · make it dark red [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 1 file',
    'Bob: @factotum_bot what can you do?',
    'bot: I work only for my owner here. An owner can open this group to the people I know with /open.',
    'Bob: @factotum_bot please',
    'Ada: /open@factotum_bot',
    'bot: From now on the people I know may give me work here, too.',
    'Bob: @factotum_bot what can you do?',
    'bot: I am Factotum, working with the offline model: no model key is set, so I follow recipes instead of thinking. [Details]',
    'Eve: @factotum_bot me too',
    'Ada: /close@factotum_bot',
    'bot: From now on only owners give me work here.',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('a topic is a project, in a forum', async (t) => {
  const { ada, bot, telegram, up } = await openStage(t, { telegram: { checkAnswers: true } })
  const forum = telegram.newGroup({ title: 'Forum', isForum: true, members: [ada, bot], admins: [bot] })
  const [red, blue] = [await ada.createTopic('Red', { to: forum }), await ada.createTopic('Blue')]
  await up()
  const asks = async (text: string, topic?: number): Promise<SeenMessage> => {
    const at = topic === undefined ? { to: forum } : { to: forum, topic }
    await ada.send(`@factotum_bot ${text}`, at)
    const card = await ada.expectReply({ to: forum, where: (one) => one.text.includes(text), ...PATIENT })
    assert.equal(card.topic, topic ?? null)
    return becomes(ada, card, /Done|Failed/)
  }
  const [first, second] = await Promise.all([asks(HELLO, red), asks('create a JSON API for notes', blue)])
  for (const topic of [red, blue]) await ada.expectReply({ to: forum, topic, where: /The whole change/, ...PATIENT })
  assert.match(first.text, /Done/)
  assert.match(second.text, /Done/)
  assert.match((await asks('make it dark red', red)).text, /Done[^]*1 file changed: public\/style\.css/)
  assert.match((await asks('make it green')).text, /Failed/)
  await ada.expectReply({ to: forum, topic: red, where: /1 file$/, ...PATIENT })
  await seeAll(ada, forum)
  assert.deepEqual(inTopic(ada.chat(forum), red), [
    'Ada: made the topic "Red"',
    `Ada: @factotum_bot ${HELLO}`,
    `bot: ✅ Done · ${HELLO} [Accept] [Fix] [Details]`,
    'bot: (document changes.patch) The whole change: 6 files',
    'Ada: @factotum_bot make it dark red',
    'bot: ✅ Done · make it dark red [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 1 file',
  ])
  assert.deepEqual(inTopic(ada.chat(forum), blue), [
    'Ada: made the topic "Blue"',
    'Ada: @factotum_bot create a JSON API for notes',
    'bot: ✅ Done · create a JSON API for notes [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 5 files',
  ])
  assert.deepEqual(inTopic(ada.chat(forum), null), [
    'Ada: @factotum_bot make it green',
    'bot: ❌ Failed · make it green [Fix] [Details]',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('a topic is a project, in a direct chat, and gets a name from the first request', async (t) => {
  const { ada, bot, telegram, up } = await openStage(t, {
    telegram: { checkAnswers: true },
    bot: { hasTopicsEnabled: true },
  })
  await up()
  const topic = await ada.createTopic('New chat', { to: bot, implicit: true })
  await ada.send(HELLO, { to: bot, topic })
  const card = await ada.expectReply({ to: bot, topic, ...PATIENT })
  await becomes(ada, card, /Done/)
  const named = await ada.expectChat((chat) => chat.topics.some(({ name }) => name === HELLO), { to: bot, ...PATIENT })
  assert.deepEqual(
    named.topics.map(({ id }) => id),
    [topic],
  )
  const own = await ada.createTopic('Garden', { to: bot })
  await ada.send('create a static site about my garden', { to: bot, topic: own })
  const other = await ada.expectReply({ to: bot, topic: own, ...PATIENT })
  await becomes(ada, other, /Done/)
  await ada.send('make it dark red', { to: bot, topic })
  const next = await ada.expectReply({ to: bot, topic, where: /make it dark red/, ...PATIENT })
  await becomes(ada, next, /Done[^]*1 file changed/)
  assert.deepEqual(
    ada.chat(bot).topics.map(({ name }) => name),
    [HELLO, 'Garden'],
  )
  // The last thing that is sent of each of the three.
  const isReport = ({ media }: SeenMessage) => media?.name === 'report.html'
  await ada.expectChat((chat) => chat.messages.filter(isReport).length === 3, { to: bot, ...PATIENT })
  await seeAll(ada, bot)
  assert.deepEqual(
    inTopic(ada.chat(bot), topic).filter((line) => !line.startsWith('bot: (document')),
    [
      'Ada: made the topic "New chat"',
      `Ada: ${HELLO}`,
      `bot: changed the topic "${HELLO}"`,
      `bot: ✅ Done · ${HELLO} [Accept] [Fix] [Details]`,
      'Ada: make it dark red',
      'bot: ✅ Done · make it dark red [Accept] [Fix] [Details]',
    ],
  )
  assert.deepEqual(inTopic(ada.chat(bot), own), [
    'Ada: made the topic "Garden"',
    'Ada: create a static site about my garden',
    'bot: ✅ Done · create a static site about my garden [Accept] [Fix] [Details]',
    'bot: (document changes.patch) The whole change: 7 files',
  ])
  assert.deepEqual(inTopic(ada.chat(bot), null), [])
  assert.deepEqual(telegram.wrongAnswers, [])
})

function inTopic(chat: SeenChat, topic: number | null): readonly string[] {
  return outline({ ...chat, messages: chat.messages.filter((message) => message.topic === topic) })
}

/** Takes note of everything that is there; nothing more comes. */
async function seeAll(person: UserClient, to: { readonly id: number }): Promise<void> {
  while ((await person.expectReply({ to, within: 1 }).catch(() => null)) !== null);
  await person.expectNoMore({ for: 1_500, to, where: (one) => !isEvidence(one) })
}
