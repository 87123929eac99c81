import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { ChatEvent } from '../../core/vocabulary/chat-message.ts'
import { normalize } from './normalize.ts'
import { isUpdate, updateToItem } from './update.ts'

const bot = { id: '99' as BotId, username: 'crew_bot' }
const at = new Date('2026-03-02T09:00:05Z')
const date = 1_772_442_000
const ada = { id: 7, is_bot: false, first_name: 'Ada', last_name: 'L.' }
const own = { id: 99, is_bot: true, first_name: 'Crew', username: 'crew_bot' }
const direct = { id: 7, type: 'private', first_name: 'Ada' }
const group = { id: -5, type: 'supergroup', title: 'Crew', is_forum: true }

function eventOf(...updates: object[]): ChatEvent | null {
  const items = updates.map((body, index) => {
    const update: unknown = { update_id: index + 1, ...body }
    assert.ok(isUpdate(update))
    return updateToItem(bot.id, update, at)
  })
  return normalize(items, bot)
}

const said = (fields: object) => ({ message: { message_id: 3, date, chat: direct, from: ada, ...fields } })
const inGroup = (fields: object) => said({ chat: group, ...fields })

function messageOf(...updates: object[]) {
  const event = eventOf(...updates)
  assert.equal(event?.type, 'message')
  return event.message
}

test('a message says who, where and when', () => {
  const message = messageOf(said({ text: 'hello' }))
  assert.deepEqual(message.author, { userId: 'telegram:7', name: 'Ada L.' })
  assert.deepEqual(message.place, { interface: 'telegram', bot: '99', chat: '7', topic: null })
  assert.deepEqual([message.ref, message.externalId, message.parts], ['3', '3', ['3']])
  assert.deepEqual([message.direct, message.addressed, message.sentAt], [true, true, new Date(date * 1_000)])
  assert.deepEqual([message.raw['message_id'], message.raw['text']], [3, 'hello'])
})

test('nobody who could be asked: bots, channels, anonymous administrators, automatic forwards, businesses', () => {
  assert.equal(eventOf(said({ text: 'hi', from: own })), null)
  assert.equal(eventOf(inGroup({ text: '/help', sender_chat: group })), null)
  assert.equal(eventOf(inGroup({ text: 'post', sender_chat: { id: -9, type: 'channel', title: 'News' } })), null)
  assert.equal(eventOf(inGroup({ text: 'hi', from: undefined })), null)
  assert.equal(eventOf(said({ text: 'hi', business_connection_id: 'x' })), null)
  assert.equal(
    eventOf({ channel_post: { message_id: 1, date, chat: { id: -9, type: 'channel' }, text: 'post' } }),
    null,
  )
})

test('what says nothing to anybody is nothing', () => {
  assert.equal(eventOf(inGroup({ new_chat_title: 'Other' })), null)
  assert.equal(eventOf(inGroup({ pinned_message: { message_id: 1, date, chat: group } })), null)
  assert.equal(eventOf(said({ text: 'early', message_id: 0 })), null)
  assert.equal(eventOf({ poll: { id: '1' } }), null)
  assert.equal(eventOf({}), null)
})

test('what is neither words nor a file is named, so that it can be kept; it asks for nothing', () => {
  const gists = [
    { sticker: { file_id: 's', emoji: '👍' } },
    { sticker: { file_id: 's' } },
    { dice: { emoji: '🎲', value: 4 } },
    { story: { id: 1, chat: group } },
  ].map((content) => {
    const { text, gist, attachments } = messageOf(said(content))
    assert.deepEqual([text, attachments], ['', []])
    return gist
  })
  assert.deepEqual(gists, ['(sticker 👍)', '(sticker)', '(🎲 4)', '(story)'])
})

test('a thread is a topic only where Telegram says so', () => {
  assert.equal(messageOf(inGroup({ text: 'a', message_thread_id: 8 })).place.topic, null)
  assert.equal(messageOf(inGroup({ text: 'a', message_thread_id: 8, is_topic_message: true })).place.topic, '8')
  assert.equal(messageOf(said({ text: 'a', message_thread_id: 8, is_topic_message: true })).place.topic, '8')
})

test('in a topic, pointing at what opened it is no reply', () => {
  const topic = { message_thread_id: 8, is_topic_message: true }
  const root = { message_id: 8, date, chat: group, from: own, forum_topic_created: { name: 'Site', icon_color: 1 } }
  const plain = messageOf(inGroup({ text: 'a', ...topic, reply_to_message: root }))
  assert.deepEqual([plain.replyTo, plain.addressed], [null, false])
  const reply = { message_id: 9, date, chat: group, from: own, text: 'Shall I?' }
  const real = messageOf(inGroup({ text: 'yes', ...topic, reply_to_message: reply }))
  assert.deepEqual([real.replyTo, real.addressed, real.text], ['9', true, 'yes'])
})

test('a topic is opened by a person, with whether they named it', () => {
  const opening = { message_thread_id: 8, is_topic_message: true, forum_topic_created: { name: 'New', icon_color: 1 } }
  const event = eventOf(said({ ...opening }))
  assert.ok(event?.type === 'topic_opened')
  assert.deepEqual([event.name, event.implicit, event.place.topic, event.by.userId], ['New', false, '8', 'telegram:7'])
  const implicit = eventOf(
    said({ ...opening, forum_topic_created: { name: 'New', icon_color: 1, is_name_implicit: true } }),
  )
  assert.ok(implicit?.type === 'topic_opened' && implicit.implicit)
  assert.equal(eventOf(said({ ...opening, from: own })), null)
})

test('files come with a clean name, a type and a size', () => {
  const file = { file_id: 'F', file_unique_id: 'u' }
  const names = [
    said({
      photo: [
        { ...file, file_id: 'small' },
        { ...file, file_id: 'large', file_size: 10 },
      ],
    }),
    said({ voice: { ...file, mime_type: 'audio/ogg', file_size: 4 } }),
    said({ document: { ...file, file_name: '../../etc/passwd\u202e.txt', mime_type: 'text/plain' } }),
    said({ video_note: file }),
    said({ animation: file, document: { ...file, file_name: 'cat.gif.mp4' } }),
    said({ document: { ...file, file_name: '..' } }),
  ].map((update) =>
    messageOf(update).attachments.map(({ kind, name, mediaType, bytes }) => [kind, name, mediaType, bytes]),
  )
  assert.deepEqual(names, [
    [['photo', 'photo-3.jpg', 'image/jpeg', 10]],
    [['voice', 'voice-3.ogg', 'audio/ogg', 4]],
    [['document', 'passwd.txt', 'text/plain', null]],
    [['video', 'video-note-3.mp4', 'video/mp4', null]],
    [['video', 'animation-3.mp4', 'video/mp4', null]],
    [['document', 'document-F', 'application/octet-stream', null]],
  ])
})

test('an album is one message with the id that each of its parts has', () => {
  const part = (id: number, caption?: string) =>
    said({ message_id: id, media_group_id: 'G', caption, photo: [{ file_id: `p${id}`, file_unique_id: 'u' }] })
  const message = messageOf(part(3, 'look'), part(4), part(5, 'and this'))
  assert.deepEqual([message.externalId, message.text, message.parts], ['album:G', 'look\n\nand this', ['3', '4', '5']])
  assert.equal(message.attachments.length, 3)
  assert.ok('parts' in message.raw)
  assert.equal(messageOf(part(6)).externalId, 'album:G')
})

test('what was forwarded says whose words it is, and what is answered to is told, but never turns into a command', () => {
  const origin = { type: 'user', date, sender_user: { ...ada, first_name: 'Eve', last_name: undefined } }
  const run = { text: '/run x', entities: [{ type: 'bot_command', offset: 0, length: 4 }] }
  const passedOn = messageOf(said({ ...run, forward_origin: origin }))
  assert.deepEqual([passedOn.forwardedFrom, passedOn.text], ['Eve', '/run x'])
  assert.equal(messageOf(said(run)).forwardedFrom, null)
  const other = { message_id: 2, date, chat: group, from: { ...ada, id: 8 }, text: 'line one\nline two' }
  assert.equal(messageOf(said({ text: 'fix it', reply_to_message: other })).text, '> line one\n> line two\n\nfix it')
  assert.equal(messageOf(said({ ...run, reply_to_message: other })).text, '/run x')
  const quoted = { reply_to_message: { ...other, from: own }, quote: { text: 'two', position: 14, is_manual: true } }
  assert.equal(messageOf(said({ text: 'why?', ...quoted })).text, '> two\n\nwhy?')
})

test('places, contacts and polls are put into words', () => {
  const location = { latitude: 1.5, longitude: 2 }
  assert.equal(messageOf(said({ location })).text, 'Location: 1.5, 2')
  assert.equal(
    messageOf(said({ location, venue: { location, title: 'Bar', address: 'Here 1' } })).text,
    'Place: Bar, Here 1 (1.5, 2)',
  )
  assert.equal(messageOf(said({ contact: { first_name: 'Eve', phone_number: '+1' } })).text, 'Contact: Eve, +1')
  const poll = { id: '1', question: 'Which?', options: [{ text: 'a' }, { text: 'b' }] }
  assert.equal(messageOf(said({ poll })).text, 'Poll: Which?\n- a\n- b')
  const blocks = [
    { type: 'paragraph', text: ['all ', { type: 'bold', text: 'done' }] },
    { type: 'list', items: [{ label: '-', blocks: [{ type: 'paragraph', text: 'one' }] }] },
  ]
  assert.equal(messageOf(said({ rich_message: { blocks } })).text, 'all done\n\none')
})

test('a tap names its action, also on a message that is gone', () => {
  const tap = { id: 'q', from: ada, chat_instance: 'c', data: 'act' }
  const seen = eventOf({
    callback_query: {
      ...tap,
      message: { message_id: 4, date, chat: group, message_thread_id: 8, is_topic_message: true },
    },
  })
  assert.ok(seen?.type === 'tap')
  assert.deepEqual([seen.tap, seen.action, seen.on, seen.place.topic, seen.direct], ['q', 'act', '4', '8', false])
  const gone = eventOf({ callback_query: { ...tap, message: { message_id: 4, date: 0, chat: direct } } })
  assert.ok(gone?.type === 'tap' && gone.on === '4' && gone.place.topic === null && gone.direct)
  assert.equal(eventOf({ callback_query: { ...tap, inline_message_id: 'i' } }), null)
})

test('let in, put out, and changes that are neither', () => {
  const change = (chat: object, was: object, is: object) => ({
    my_chat_member: {
      chat,
      from: ada,
      date,
      old_chat_member: { user: own, ...was },
      new_chat_member: { user: own, ...is },
    },
  })
  const [member, left, kicked] = [{ status: 'member' }, { status: 'left' }, { status: 'kicked' }]
  const types = [
    change(direct, member, kicked),
    change(direct, kicked, member),
    change(group, left, member),
    change(group, member, { status: 'administrator' }),
    change(group, { status: 'restricted', is_member: true }, left),
    change(group, left, { status: 'restricted', is_member: false }),
    change({ id: -9, type: 'channel', title: 'News' }, left, { status: 'administrator' }),
  ].map((update) => eventOf(update)?.type ?? null)
  assert.deepEqual(types, ['closed', 'opened', 'opened', null, 'closed', null, null])
})

test('a group that moved is told by both of its chats', () => {
  const moved = { type: 'migrated', bot: '99', from: '-5', to: '-1005' }
  assert.deepEqual(eventOf(inGroup({ migrate_to_chat_id: -1005 })), moved)
  assert.deepEqual(eventOf(said({ chat: { ...group, id: -1005 }, migrate_from_chat_id: -5 })), moved)
})

test('a stopped draft tells whose and where', () => {
  const event = eventOf({ stopped_message_generation: { chat: direct, message_thread_id: 8, draft_id: 12 } })
  assert.ok(event?.type === 'draft_stopped')
  assert.deepEqual([event.draft, event.place.topic, event.author.userId], ['12', '8', 'telegram:7'])
})
