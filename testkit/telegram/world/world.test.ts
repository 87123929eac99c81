import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { checkUpdate } from '../schema/answer-check.ts'
import { createClock } from './clock.ts'
import { administrator } from './members.ts'
import type { UpdateKind } from './model.ts'
import { createWorld } from './world.ts'

const EVERY_KIND: readonly UpdateKind[] = [
  'message',
  'edited_message',
  'channel_post',
  'edited_channel_post',
  'callback_query',
  'message_reaction',
  'my_chat_member',
  'chat_member',
]

function scene(t: TestContext) {
  const clock = createClock()
  t.after(() => clock.close())
  const world = createWorld({ clock })
  const bot = world.addBot({ username: 'helper_bot' })
  const ada = world.addUser({ firstName: 'Ada', username: 'Ada' })
  world.queueOf(bot).allow(EVERY_KIND)
  return { world, bot, ada, chat: world.privateChat(bot, ada) }
}

test('every kind of update has the published shape, and comes in the order of what happened', (t) => {
  const { world, bot, ada, chat } = scene(t)
  const keyboard = { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] }
  const bob = world.addUser({ firstName: 'Bob' })
  const group = world.addGroup({ title: 'G', type: 'group', members: [ada, bot] })
  const channel = world.addGroup({ title: 'C', type: 'channel', members: [ada], admins: [bot] })

  const said = world.sendAsUser(ada, chat, { text: 'hi' })
  world.edit(said, ada.id, { content: { text: 'hi!' } })
  const asked = world.sendAsBot(bot, chat, { text: '?' }, { replyToId: said.id, replyMarkup: keyboard })
  world.pressButton(ada, asked, 'y')
  world.react(asked, ada.id, [{ type: 'emoji', emoji: '👍' }])
  world.setBlocked(bot, ada, true)
  world.setBlocked(bot, ada, false)
  world.setMember(group, administrator(bot.user), ada.id)
  world.setMember(group, { status: 'member', user: bob.user }, ada.id)
  world.migrateGroup(group)
  const post = world.sendAsUser(ada, channel, { text: 'news' })
  world.edit(post, ada.id, { content: { text: 'old news' } })

  const updates = world.queueOf(bot).peek(100)
  assert.deepEqual(
    updates.map((update) => Object.keys(update).find((key) => key !== 'update_id')),
    [
      'message',
      'edited_message',
      'callback_query',
      'message_reaction',
      'my_chat_member',
      'my_chat_member',
      'my_chat_member',
      'chat_member',
      'message',
      'message',
      'message',
      'channel_post',
      'edited_channel_post',
    ],
  )
  for (const update of updates) assert.equal(checkUpdate(update), null, JSON.stringify(update))
  assert.equal(updates[2]?.callback_query?.message?.reply_to_message?.text, 'hi!')
})

test('a message keeps every version it had, with who and when', async (t) => {
  const { world, bot, chat } = scene(t)
  world.clock.freeze()
  const start = world.clock.now()
  const message = world.sendAsBot(bot, chat, { text: 'one' })
  await world.clock.advance(1000)
  world.edit(message, bot.id, { content: { text: 'two' } })
  await world.clock.advance(1000)
  assert.equal(world.remove(message, bot.id), true)
  assert.equal(world.remove(message, bot.id), false)
  assert.deepEqual(
    message.versions.map(({ at, kind, byId, content }) => [at - start, kind, byId, content.text]),
    [
      [0, 'sent', bot.id, 'one'],
      [1000, 'edited', bot.id, 'two'],
      [2000, 'deleted', bot.id, 'two'],
    ],
  )
  assert.equal(world.message(chat, message.id), undefined)
})

test('a button that is not there cannot be pressed, but one that just vanished can', (t) => {
  const { world, bot, ada, chat } = scene(t)
  const message = world.sendAsBot(bot, chat, { text: 'done' })
  assert.throws(() => world.pressButton(ada, message, 'y'), /no button/)
  world.pressData(bot, ada, message, 'y')
  assert.equal(world.queueOf(bot).peek(1)[0]?.callback_query?.data, 'y')
})

test('a reply stays in its topic; in a group without topics it opens a thread that cannot be sent to', (t) => {
  const { world, bot, ada } = scene(t)
  const forum = world.addGroup({ title: 'F', isForum: true, members: [ada, bot], admins: [bot] })
  forum.topics.set(7, { id: 7, name: 'Seven', iconColor: 0x6fb9f0, closed: false, hidden: false })
  const inTopic = world.sendAsUser(ada, forum, { text: 'a' }, { threadId: 7 })
  const reply = world.toWire(world.sendAsBot(bot, forum, { text: 'b' }, { replyToId: inTopic.id }))
  assert.deepEqual([reply.message_thread_id, reply.is_topic_message], [7, true])

  const group = world.addGroup({ title: 'G', members: [ada, bot] })
  const root = world.sendAsUser(ada, group, { text: 'a' })
  const inThread = world.toWire(world.sendAsUser(ada, group, { text: 'b' }, { replyToId: root.id }))
  assert.deepEqual([inThread.message_thread_id, inThread.is_topic_message], [root.id, undefined])
  assert.throws(() => world.sendAsBot(bot, group, { text: 'c' }, { threadId: root.id }), /message thread not found/)
})

test('a closed topic is open to those who manage topics', (t) => {
  const { world, bot, ada } = scene(t)
  const forum = world.addGroup({ title: 'F', isForum: true, members: [ada, bot] })
  forum.topics.set(7, { id: 7, name: 'Seven', iconColor: 0x6fb9f0, closed: true, hidden: false })
  assert.throws(() => world.sendAsBot(bot, forum, { text: 'x' }, { threadId: 7 }), /TOPIC_CLOSED/)
  world.setMember(forum, administrator(bot.user), ada.id)
  world.sendAsBot(bot, forum, { text: 'x' }, { threadId: 7 })
})

test('private chats of a bot count their messages together, groups for themselves', (t) => {
  const { world, bot, ada, chat } = scene(t)
  const bob = world.addUser({ firstName: 'Bob' })
  const group = world.addGroup({ title: 'G', members: [ada, bot] })
  const ids = [
    world.sendAsUser(ada, chat, { text: 'a' }).id,
    world.sendAsUser(bob, world.privateChat(bot, bob), { text: 'b' }).id,
    world.sendAsUser(ada, group, { text: 'c' }).id,
  ]
  assert.deepEqual(ids, [1, 2, 1])
})

test('names are found in any case and taken once; a replaced token is unknown', (t) => {
  const { world, bot, ada } = scene(t)
  assert.equal(world.accountByUsername('ADA'), ada)
  assert.throws(() => world.addBot({ username: 'Helper_Bot' }), /taken/)
  const old = bot.token
  const told: unknown[] = []
  world.onTokenReplaced((replaced) => void told.push(replaced))
  const token = world.replaceToken(bot)
  assert.equal(world.botByToken(old), undefined)
  assert.equal(world.botByToken(token), bot)
  assert.deepEqual(told, [bot])
})
