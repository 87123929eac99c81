import assert from 'node:assert/strict'
import { test } from 'node:test'
import { administrator } from '../world/members.ts'
import { messages } from './messages.ts'
import { createScene } from './test-scene.ts'
import { topics } from './topics.ts'

const tables = { ...messages, ...topics }

test('a topic of a forum: made, written to, renamed, closed, reopened, deleted', async () => {
  const { call, refusal, forum, updates } = createScene(tables)
  const to = { chat_id: forum.id }
  const topic = await call('createForumTopic', { ...to, name: ' New  project ', icon_color: 0xffd67e })
  assert.deepEqual([topic.name, topic.icon_color], ['New project', 0xffd67e])
  const inside = { ...to, message_thread_id: topic.message_thread_id }
  const said = await call('sendMessage', { ...inside, text: 'hi' })
  assert.deepEqual([said.message_thread_id, said.is_topic_message], [topic.message_thread_id, true])
  assert.equal(await call('editForumTopic', { ...inside, name: 'Renamed', icon_custom_emoji_id: '7' }), true)
  assert.equal(await refusal('editForumTopic', { ...inside, name: 'Renamed' }), 'Bad Request: TOPIC_NOT_MODIFIED')
  assert.equal(await call('closeForumTopic', inside), true)
  assert.equal(await refusal('closeForumTopic', inside), 'Bad Request: TOPIC_NOT_MODIFIED')
  assert.equal(await call('reopenForumTopic', inside), true)
  assert.deepEqual(
    updates().map(({ message }) => [
      message?.message_thread_id,
      message?.forum_topic_created ?? message?.forum_topic_edited ?? Object.keys(message ?? {}).at(-1),
    ]),
    [
      [topic.message_thread_id, { name: 'New project', icon_color: 0xffd67e }],
      [topic.message_thread_id, { name: 'Renamed', icon_custom_emoji_id: '7' }],
      [topic.message_thread_id, 'forum_topic_closed'],
      [topic.message_thread_id, 'forum_topic_reopened'],
    ],
  )
  assert.equal(await call('deleteForumTopic', inside), true)
  assert.equal(await refusal('sendMessage', { ...inside, text: 'hi' }), 'Bad Request: message thread not found')
  assert.equal(await refusal('closeForumTopic', inside), 'Bad Request: TOPIC_ID_INVALID')
  assert.ok([...forum.messages.values()].every((message) => message.deletedAt !== undefined))
})

test('topics need a forum, a name, a known color, and the right to manage them', async () => {
  const { call, refusal, forum, world, bot, user } = createScene(tables)
  const make = (values: Record<string, string | number>) =>
    refusal('createForumTopic', { chat_id: forum.id, ...values })
  assert.equal(await make({ name: '  ' }), 'Bad Request: TOPIC_TITLE_EMPTY')
  assert.equal(await make({ name: 'x', icon_color: 1 }), 'Bad Request: invalid icon color specified')
  const long = await call('createForumTopic', { chat_id: forum.id, name: '👍'.repeat(200) })
  assert.equal(Array.from(long.name).length, 128)
  assert.equal(
    await refusal('createForumTopic', { chat_id: user.id, name: 'x' }),
    'Bad Request: the chat is not a forum',
  )
  const plain = world.addGroup({ title: 'Plain', members: [user, bot] })
  assert.equal(
    await refusal('createForumTopic', { chat_id: plain.id, name: 'x' }),
    'Bad Request: the chat is not a forum',
  )
  world.setMember(forum, { ...administrator(bot.user), can_manage_topics: false }, user.id)
  assert.equal(await make({ name: 'x' }), 'Bad Request: not enough rights to create a topic')
  // Whoever made a topic may change it all the same.
  const own = { chat_id: forum.id, message_thread_id: long.message_thread_id }
  assert.equal(await call('editForumTopic', { ...own, name: 'mine' }), true)
})

test('a private chat has topics when the bot has them switched on, but they cannot be closed', async () => {
  const { call, refusal, user } = createScene(tables, { hasTopicsEnabled: true })
  const topic = await call('createForumTopic', { chat_id: user.id, name: 'Project' })
  const inside = { chat_id: user.id, message_thread_id: topic.message_thread_id }
  assert.equal((await call('sendMessage', { ...inside, text: 'x' })).is_topic_message, true)
  assert.equal(await refusal('closeForumTopic', inside), 'Bad Request: method is available for supergroup chats only')
  assert.equal(await call('deleteForumTopic', inside), true)
})

test('the General topic: renamed, hidden and so closed, reopened and so shown', async () => {
  const { call, refusal, forum, updates } = createScene(tables)
  const to = { chat_id: forum.id }
  await call('editGeneralForumTopic', { ...to, name: 'Lobby' })
  await call('hideGeneralForumTopic', to)
  assert.equal(await refusal('closeGeneralForumTopic', to), 'Bad Request: TOPIC_NOT_MODIFIED')
  await call('reopenGeneralForumTopic', to)
  assert.equal(await refusal('unhideGeneralForumTopic', to), 'Bad Request: TOPIC_NOT_MODIFIED')
  await call('closeGeneralForumTopic', to)
  const kinds = updates().map(({ message }) => Object.keys(message ?? {}).at(-1))
  assert.deepEqual(kinds, [
    'forum_topic_edited',
    'general_forum_topic_hidden',
    'general_forum_topic_unhidden',
    'forum_topic_reopened',
    'forum_topic_closed',
  ])
})

test('unpinning in a topic leaves the pins of others', async () => {
  const { call, forum } = createScene(tables)
  const to = { chat_id: forum.id }
  const topic = await call('createForumTopic', { ...to, name: 'T' })
  const inside = { ...to, message_thread_id: topic.message_thread_id }
  const general = await call('sendMessage', { ...to, text: 'g' })
  const own = await call('sendMessage', { ...inside, text: 't' })
  for (const { message_id } of [general, own]) await call('pinChatMessage', { ...to, message_id })
  await call('unpinAllForumTopicMessages', inside)
  assert.deepEqual(forum.pinned, [general.message_id])
  await call('unpinAllGeneralForumTopicMessages', to)
  assert.deepEqual(forum.pinned, [])
})

test('icons are custom emoji, the same ones each time', async () => {
  const { call } = createScene(tables)
  const icons = await call('getForumTopicIconStickers')
  assert.ok(
    icons.length > 0 && icons.every((icon) => icon.type === 'custom_emoji' && icon.custom_emoji_id !== undefined),
  )
  assert.deepEqual(await call('getForumTopicIconStickers'), icons)
})
