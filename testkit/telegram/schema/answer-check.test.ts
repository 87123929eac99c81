import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkUpdate, createAnswerCheck, knownMethods } from './answer-check.ts'

const check = createAnswerCheck()
const bot = { id: 7, is_bot: true, first_name: 'Echo', username: 'echo_bot' }
const ada = { id: 42, is_bot: false, first_name: 'Ada' }
const message = {
  message_id: 1,
  date: 1_790_000_000,
  chat: { id: 42, type: 'private', first_name: 'Ada' },
  from: bot,
  text: 'hello /world',
  entities: [{ type: 'bot_command', offset: 6, length: 6 }],
  reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
}
const { text: _, entities: __, ...bare } = message
const photo = { ...bare, photo: [{ file_id: 'a', file_unique_id: 'b', width: 1, height: 2, file_size: 3 }] }

test('answers in the shape of the Bot API are accepted', () => {
  const me = {
    ...bot,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: true,
    allows_users_to_create_topics: true,
    can_manage_bots: true,
    supports_join_request_queries: false,
  }
  const good: readonly (readonly [string, unknown])[] = [
    ['getMe', me],
    ['sendMessage', message],
    ['sendPhoto', photo],
    ['sendMediaGroup', [photo, photo]],
    ['sendMediaGroup', [{ ...bare, document: { file_id: 'a', file_unique_id: 'b' }, media_group_id: '9' }]],
    ['editMessageText', { ...message, edit_date: 1_790_000_001 }],
    ['editMessageText', true],
    [
      'sendRichMessage',
      { ...bare, rich_message: { blocks: [{ type: 'paragraph', text: ['a', { type: 'bold', text: 'b' }] }] } },
    ],
    ['deleteMessage', true],
    ['getFile', { file_id: 'a', file_unique_id: 'b', file_size: 1, file_path: 'photos/file_1.jpg' }],
    ['getUpdates', [{ update_id: 1, message: { ...message, from: ada } }]],
    ['copyMessage', { message_id: 9 }],
    ['createForumTopic', { message_thread_id: 3, name: 'x', icon_color: 7_322_096 }],
  ]
  for (const [method, result] of good) assert.equal(check(method, result), null, method)
})

test('wrong shapes are refused, each for its own reason', () => {
  const { date: _date, ...undated } = message
  const bad: readonly (readonly [string, unknown, RegExp])[] = [
    ['sendMessage', undated, /date/],
    ['sendMessage', bare, /text/],
    ['sendMessage', { ...message, date: '2026' }, /date must be number/],
    ['sendMessage', { ...message, sent_by: 1 }, /sent_by/],
    ['sendMessage', { ...message, entities: [{ type: 'shiny', offset: 0, length: 1 }] }, /entities\/0/],
    ['sendMessage', { ...message, entities: [{ type: 'bold', offset: 0 }] }, /length/],
    ['sendMessage', { ...message, chat: { id: 42, type: 'private', title: 'x', first_name: 'Ada' } }, /chat/],
    ['sendMessage', { ...message, chat: { id: -42, type: 'group' } }, /title/],
    ['sendMessage', { ...message, reply_markup: { inline_keyboard: [{ text: 'Yes' }] } }, /inline_keyboard\/0/],
    ['sendMessage', true, /must be object/],
    ['sendMessage', undefined, /no result/],
    ['sendPhoto', message, /photo|text/],
    ['sendPhoto', { ...photo, photo: photo.photo[0] }, /photo must be array/],
    ['sendMediaGroup', photo, /must be array/],
    ['editMessageText', message, /edit_date/],
    ['editMessageText', false, /./],
    ['sendRichMessage', { ...bare, rich_message: { blocks: [{ type: 'paragraph' }] } }, /./],
    ['getMe', bot, /can_join_groups|required/],
    ['deleteMessage', 'ok', /./],
    ['getFile', { file_id: 'a' }, /file_unique_id/],
    ['sendPigeon', true, /no method/],
  ]
  for (const [method, result, why] of bad) assert.match(check(method, result) ?? 'accepted', why, method)
})

test('updates are judged too', () => {
  assert.equal(checkUpdate({ update_id: 1, message: { ...message, from: ada } }), null)
  const query = { id: '1', from: ada, chat_instance: '9', data: 'y', message }
  assert.equal(checkUpdate({ update_id: 2, callback_query: query }), null)
  assert.match(checkUpdate({ message }) ?? 'accepted', /update_id/)
  assert.match(checkUpdate({ update_id: 3, mesage: message }) ?? 'accepted', /mesage/)
  const { from: _, ...anonymous } = query
  assert.match(checkUpdate({ update_id: 4, callback_query: anonymous }) ?? 'accepted', /from/)
})

test('every method of the types has a schema that refuses something', () => {
  const methods = knownMethods()
  assert.ok(methods.length >= 185, `${methods.length} methods`)
  const accepting = methods.filter((method) => check(method, { no_such_field: Number.NaN }) === null)
  assert.deepEqual(accepting, [])
})
