import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { ActionId } from '../../core/vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../../core/vocabulary/place.ts'
import type { Content, Posting } from '../../core/vocabulary/post.ts'
import { createTelegramApi } from './api.ts'
import { createTelegramMessenger } from './messenger.ts'

type Call = { readonly method: string; readonly payload: JsonObject }
type Answer = { readonly error_code: number; readonly description: string } | null

const place: Place = { interface: 'telegram', bot: '1' as BotId, chat: '-1005', topic: '7' }

/** A messenger over a server that takes everything but what `refuse` gives an answer for. */
function setUp(refuse: (call: Call) => Answer) {
  const calls: Call[] = []
  let now = 0
  const api = createTelegramApi({
    token: '1:x',
    apiRoot: 'http://api.example',
    fetch: async (url, { body }) => {
      const payload: JsonObject = typeof body === 'string' ? JSON.parse(body) : {}
      const call = { method: String(url).split('/').at(-1) ?? '', payload }
      calls.push(call)
      const refused = refuse(call)
      const answer = refused === null ? { ok: true, result: { message_id: calls.length } } : { ok: false, ...refused }
      return { json: async () => answer }
    },
  })
  const messenger = createTelegramMessenger({
    api: () => api,
    username: () => 'a_bot',
    objects: { get: async () => null, put: async () => {}, delete: async () => {} },
    clock: {
      now: () => new Date(now),
      sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
    },
    telemetry: { log: () => {}, count: () => {}, time: () => {} },
    deadlineMs: 1000,
  })
  const methods = () => calls.splice(0).map((call) => call.method)
  return { messenger, calls, methods, pass: (ms: number) => void (now += ms) }
}

function message(
  markdown: string,
  more: Partial<Extract<Posting, { type: 'message' }>> = {},
  buttons: Content['buttons'] = [],
) {
  const content = { markdown, folds: [], buttons }
  return { type: 'message', content, replyTo: null, silent: false, wantsReply: false, pinned: false, ...more } as const
}

const open = [[{ label: 'Open', style: 'plain', does: { type: 'open', url: 'https://a.example/' } }]] as const
const stop = [[{ label: 'Stop', style: 'plain', does: { type: 'act', action: 'abc' as ActionId } }]] as const

test('a link that is refused as a button becomes a line of text, in the same form', async () => {
  const { messenger, calls } = setUp(({ payload }) =>
    JSON.stringify(payload).includes('"url":"https://a.example/"')
      ? {
          error_code: 400,
          description: "Bad Request: inline keyboard button URL 'https://a.example/' is invalid: Wrong HTTP URL",
        }
      : null,
  )
  const outcome = await messenger.deliver({ place, posting: message('Done', {}, open), refs: [] })
  assert.deepEqual(outcome, { type: 'delivered', refs: ['2'] })
  assert.deepEqual(calls[1], {
    method: 'sendRichMessage',
    payload: {
      chat_id: -1005,
      message_thread_id: 7,
      rich_message: {
        blocks: [
          { type: 'paragraph', text: 'Done' },
          { type: 'paragraph', text: 'Open: https://a.example/' },
        ],
      },
    },
  })
})

test('rich messages that are refused as such are tried again some minutes later', async () => {
  const { messenger, methods, pass } = setUp(({ method }) =>
    method === 'sendRichMessage' ? { error_code: 400, description: "Bad Request: can't parse rich message" } : null,
  )
  const say = () => messenger.deliver({ place, posting: message('x'), refs: [] })
  await say()
  assert.deepEqual(methods(), ['sendRichMessage', 'sendMessage'])
  await say()
  assert.deepEqual(methods(), ['sendMessage'])
  pass(11 * 60_000)
  await say()
  assert.deepEqual(methods(), ['sendRichMessage', 'sendMessage'])
})

test('a method that is unknown is never asked for again', async () => {
  const { messenger, methods, pass } = setUp(({ method }) =>
    method === 'sendRichMessage' ? { error_code: 404, description: 'Not Found: method not found' } : null,
  )
  await messenger.deliver({ place, posting: message('x'), refs: [] })
  pass(365 * 24 * 3_600_000)
  methods()
  await messenger.deliver({ place, posting: message('x'), refs: [] })
  assert.deepEqual(methods(), ['sendMessage'])
})

test('the last resort is the text without anything around it', async () => {
  const { messenger, calls } = setUp(({ payload }) =>
    'rich_message' in payload || 'entities' in payload
      ? { error_code: 400, description: 'Bad Request: ENTITIES_INVALID' }
      : null,
  )
  const outcome = await messenger.deliver({ place, posting: message('**x** y'), refs: [] })
  assert.equal(outcome.type, 'delivered')
  assert.deepEqual(calls.at(-1)?.payload, {
    chat_id: -1005,
    message_thread_id: 7,
    text: 'x y',
    link_preview_options: { is_disabled: true },
  })
})

test('what is refused in every form is refused, after one try of each', async () => {
  const { messenger, methods } = setUp(() => ({ error_code: 400, description: 'Bad Request: TOPIC_CLOSED' }))
  assert.deepEqual(await messenger.deliver({ place, posting: message('x'), refs: [] }), {
    type: 'refused',
    reason: 'Telegram answers 400: Bad Request: TOPIC_CLOSED',
    refs: [],
  })
  assert.deepEqual(methods(), ['sendRichMessage', 'sendMessage', 'sendMessage'])
})

test('a question asks for an answer to it, without a sound where none is wanted, with buttons or without', async () => {
  const { messenger, calls } = setUp(() => null)
  const asks = { wantsReply: true, silent: true, replyTo: '5' as MessageRef }
  await messenger.deliver({ place, posting: message('What?', asks), refs: [] })
  await messenger.deliver({ place, posting: message('What?', asks, stop), refs: [] })
  const [plain, buttons] = calls.map(({ payload }) => payload)
  assert.deepEqual(plain?.['reply_markup'], { force_reply: true, selective: true })
  assert.deepEqual(plain?.['reply_parameters'], { message_id: 5, allow_sending_without_reply: true })
  assert.equal(plain?.['disable_notification'], true)
  assert.deepEqual(buttons?.['reply_markup'], {
    inline_keyboard: [[{ text: 'Stop', callback_data: 'abc' }]],
    force_reply: true,
  })
})

test('a message that can be neither changed nor deleted is emptied, and replaced only as far as it is not missed', async () => {
  const { messenger, methods } = setUp(({ method, payload }) => {
    if (method === 'deleteMessage')
      return { error_code: 400, description: "Bad Request: message can't be deleted for everyone" }
    return 'rich_message' in payload ? { error_code: 400, description: "Bad Request: message can't be edited" } : null
  })
  const outcome = await messenger.deliver({ place, posting: message('x'), refs: ['9' as MessageRef] })
  assert.deepEqual(outcome, { type: 'missing', refs: [] })
  assert.deepEqual(methods(), ['editMessageText', 'deleteMessage', 'editMessageText'])
})

test('what is pinned is pinned once, silently, and taken down when it no longer is', async () => {
  const { messenger, calls, methods } = setUp(() => null)
  const { refs } = await messenger.deliver({ place, posting: message('a', { pinned: true }), refs: [] })
  assert.deepEqual(calls.at(-1), {
    method: 'pinChatMessage',
    payload: { chat_id: -1005, message_id: 1, disable_notification: true },
  })
  methods()
  await messenger.deliver({ place, posting: message('b', { pinned: true }), refs })
  assert.deepEqual(methods(), ['editMessageText'])
  await messenger.deliver({ place, posting: message('c'), refs })
  assert.deepEqual(methods(), ['editMessageText', 'unpinChatMessage'])
})

test('what an earlier process pinned is not pinned again', async () => {
  const { messenger, methods } = setUp(() => null)
  await messenger.deliver({ place, posting: message('a', { pinned: true }), refs: ['9' as MessageRef] })
  assert.deepEqual(methods(), ['editMessageText'])
})

test('a button whose id does not fit is told instead of left out', async () => {
  const { messenger } = setUp(() => null)
  const long = [[{ label: 'x', style: 'plain', does: { type: 'act', action: 'a'.repeat(65) as ActionId } }]] as const
  assert.deepEqual(await messenger.deliver({ place, posting: message('x', {}, long), refs: [] }), {
    type: 'refused',
    reason: 'It could not be made: an action id of 65 bytes fits no button',
    refs: [],
  })
})

test('an answer to a tap is at most 200 units long', async () => {
  const { messenger, calls } = setUp(() => null)
  await messenger.deliver({
    place,
    posting: { type: 'tap_answer', tap: 't', text: 'é'.repeat(300), loud: true },
    refs: [],
  })
  assert.deepEqual(calls[0]?.payload, { callback_query_id: 't', text: `${'é'.repeat(199)}…`, show_alert: true })
})

test('where a sign of work is not taken, it is not insisted on', async () => {
  const { messenger, methods, pass } = setUp(() => ({ error_code: 403, description: 'Forbidden: bot was blocked' }))
  for (let times = 0; times < 5; times += 1) await messenger.showActivity(place)
  assert.deepEqual(methods(), ['sendChatAction'])
  await messenger.showActivity({ ...place, topic: '8' })
  assert.deepEqual(methods(), ['sendChatAction'], 'another topic may take it')
  pass(61_000)
  await messenger.showActivity(place)
  assert.deepEqual(methods(), ['sendChatAction'])
})
