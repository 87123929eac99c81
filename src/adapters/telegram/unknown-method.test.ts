import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GrammyError } from 'grammy'
import { createTelegramApi } from './api.ts'
import { errorToOutcome, refusedForm } from './api-outcome.ts'
import { errorToCallFailure } from './call-failure.ts'
import { isUnknownMethodError, METHOD_NOT_FOUND, namesUnknownMethod } from './unknown-method.ts'

const unknown = new GrammyError('Call failed!', METHOD_NOT_FOUND, 'setMessageReaction', {})
const noBot = new GrammyError('Call failed!', { ...METHOD_NOT_FOUND, description: 'Not Found' }, 'getMe', {})

test('an unknown method is no broken token', () => {
  assert.deepEqual([isUnknownMethodError(unknown), isUnknownMethodError(noBot)], [true, false])
  assert.equal(errorToOutcome(unknown, { repeatable: true }).type, 'refused')
  assert.equal(refusedForm(unknown), 'unknown_method')
  assert.equal(errorToOutcome(noBot, { repeatable: true }).type, 'broken_bot')
  assert.equal(errorToCallFailure(unknown).type, 'refused')
  assert.equal(errorToCallFailure(noBot).type, 'broken')
})

test('of words of somebody else only those are believed that name the method', () => {
  const told = (message: unknown) => namesUnknownMethod('sendRichMessage', message)
  assert.equal(told({ message: "API method 'sendRichMessage' is not supported. See the documentation." }), true)
  assert.equal(told({ error: 'unknown: sendRichMessage not implemented' }), true)
  assert.equal(told({ message: "Request method 'POST' is not supported" }), false)
  assert.equal(told({ message: 'sendRichMessage failed: the database is away' }), false)
  assert.equal(told({ code: 404 }), false)
  assert.equal(told('sendRichMessage not found'), false)
  assert.equal(told(null), false)
})

test('a method that is unknown is not asked for again, the others are', async () => {
  const asked: string[] = []
  const api = createTelegramApi({
    token: '1:x',
    apiRoot: 'http://telegram.invalid',
    fetch: async (url) => {
      const method = String(url).split('/').at(-1) ?? ''
      asked.push(method)
      return { json: async () => (method === 'getMe' ? { ok: true, result: {} } : METHOD_NOT_FOUND) }
    },
  })
  for (let times = 0; times < 3; times += 1) {
    await assert.rejects(api.raw.sendChatAction({ chat_id: 1, action: 'typing' }), isUnknownMethodError)
    await api.raw.getMe()
  }
  assert.deepEqual(asked, ['sendChatAction', 'getMe', 'getMe', 'getMe'])
})
