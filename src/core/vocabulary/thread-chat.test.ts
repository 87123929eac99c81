import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatInContext, threadChatOf } from './thread-chat.ts'

test('what was put together comes apart again, whatever the chat is called', () => {
  for (const chat of ['ada', 'telegram/1/2/3', 'a#7', 'two\nlines', ''])
    assert.deepEqual(chatInContext(threadChatOf(chat, 12)), { chat, context: 12 })
})

test('a name without a number is the chat itself', () => {
  assert.deepEqual(chatInContext('run/01a1fe95'), { chat: 'run/01a1fe95', context: null })
  assert.deepEqual(chatInContext('a#b'), { chat: 'a#b', context: null })
})
