import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GrammyError, HttpError } from 'grammy'
import { errorToOutcome, refusedForm } from './api-outcome.ts'
import { TransportError } from './transport.ts'

const send = { repeatable: false }
const edit = { repeatable: true }

function answer(error_code: number, description: string, parameters = {}): GrammyError {
  return new GrammyError('Call failed!', { ok: false, error_code, description, parameters }, 'sendMessage', {})
}
function silence(left: boolean, status: number | null = null): HttpError {
  return new HttpError('Network request failed!', new TransportError('ECONNRESET', left, status))
}

test('what Telegram answers decides by its numbers', () => {
  assert.deepEqual(errorToOutcome(answer(429, 'Too Many Requests: retry after 7', { retry_after: 7 }), send), {
    type: 'slow_down',
    retryAfterMs: 7000,
  })
  assert.equal(errorToOutcome(answer(429, 'Too Many Requests'), send).type, 'slow_down')
  assert.deepEqual(
    errorToOutcome(
      answer(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -1001 }),
      send,
    ),
    { type: 'moved', to: '-1001' },
  )
  assert.equal(errorToOutcome(answer(401, 'Unauthorized'), send).type, 'broken_bot')
  assert.equal(errorToOutcome(answer(404, 'Not Found'), send).type, 'broken_bot')
  assert.equal(errorToOutcome(answer(403, 'Forbidden: bot was blocked by the user'), send).type, 'closed')
  assert.equal(errorToOutcome(answer(413, 'Request Entity Too Large'), send).type, 'refused')
})

test('numbers inside of words mean nothing', () => {
  assert.equal(errorToOutcome(answer(400, 'Bad Request: 401 Unauthorized 429 403'), send).type, 'refused')
  assert.equal(errorToOutcome(answer(429, 'Too Many Requests: 401', { retry_after: 1 }), send).type, 'slow_down')
  assert.equal(errorToOutcome(answer(400, "Bad Request: can't parse: message to edit not found"), edit).type, 'refused')
})

test('words decide where there is nothing else', () => {
  const types = {
    'message is not modified: specified new message content and reply markup are exactly the same': 'delivered',
    'query is too old and response timeout expired or query ID is invalid': 'delivered',
    'message to delete not found': 'delivered',
    'message to edit not found': 'missing',
    "message can't be edited": 'missing',
    'message to react not found': 'missing',
    'message thread not found': 'topic_missing',
    'chat not found': 'closed',
    'not enough rights to send text messages to the chat': 'closed',
    REACTION_INVALID: 'refused',
  }
  for (const [words, type] of Object.entries(types))
    assert.equal(errorToOutcome(answer(400, `Bad Request: ${words}`), edit).type, type, words)
})

test('what a broken server did is in doubt for what makes something new, and for nothing else', () => {
  for (const code of [500, 502, 504]) {
    assert.equal(errorToOutcome(answer(code, 'Internal Server Error'), send).type, 'ambiguous')
    assert.equal(errorToOutcome(answer(code, 'Internal Server Error'), edit).type, 'unsent')
    assert.equal(errorToOutcome(silence(true, code), send).type, 'ambiguous')
    assert.equal(errorToOutcome(silence(true, code), edit).type, 'unsent')
  }
  assert.equal(errorToOutcome(answer(503, 'Service Unavailable'), send).type, 'unsent')
})

test('without an answer it matters whether the request had left', () => {
  assert.equal(errorToOutcome(silence(false), send).type, 'unsent')
  assert.equal(errorToOutcome(silence(true), send).type, 'ambiguous')
  assert.equal(errorToOutcome(silence(true), edit).type, 'unsent')
  assert.equal(errorToOutcome(silence(true, 200), send).type, 'ambiguous')
  assert.equal(errorToOutcome(silence(true, 413), send).type, 'refused')
  assert.equal(errorToOutcome(silence(true, 407), send).type, 'unsent')
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  assert.equal(errorToOutcome(new HttpError('failed', refused), send).type, 'unsent')
  assert.equal(errorToOutcome(new HttpError('failed', new Error('odd')), send).type, 'ambiguous')
})

test('a mistake of the program is no outcome', () => {
  assert.throws(() => errorToOutcome(new TypeError('undefined is not a function'), send), TypeError)
})

test('a refused form is told from a refused post', () => {
  assert.equal(refusedForm(answer(404, 'Not Found: method not found')), 'unknown_method')
  assert.equal(refusedForm(answer(400, "Bad Request: can't parse rich message")), 'form')
  assert.equal(refusedForm(answer(400, 'Bad Request: BUTTON_URL_INVALID')), 'buttons')
  assert.equal(refusedForm(answer(400, 'Bad Request: there is no text in the message to edit')), 'no_text')
  assert.equal(refusedForm(answer(400, 'Bad Request: PHOTO_INVALID_DIMENSIONS')), 'media')
  assert.equal(refusedForm(answer(400, 'Bad Request: message to be replied not found')), 'reply')
  assert.equal(refusedForm(answer(400, 'Bad Request: chat not found')), null)
  assert.equal(refusedForm(answer(403, 'Forbidden: bot was kicked')), null)
  assert.equal(refusedForm(silence(true)), null)
})
