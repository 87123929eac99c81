import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { oneLine, visible } from './visible.ts'

test('escape sequences, direction overrides and zero-width characters become visible', () => {
  assert.equal(visible('\u001b[31mred'), '\\u001b[31mred')
  assert.equal(visible('rm \u202efdp.txt'), 'rm \\u202efdp.txt')
  assert.equal(visible('a\u200bb\ufeffc'), 'a\\u200bb\\ufeffc')
})

test('ordinary text, in any script, stays as it is', () => {
  for (const text of ['naïve\ttab\nline', '日本語', 'עברית', '👍🏽']) assert.equal(visible(text), text)
})

test('one line is one line, and never longer than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 2, max: 200 }), (text, limit) => {
      const line = oneLine(text, limit)
      return line.length <= limit && !/[\n\r\u001b\u202e]/.test(line)
    }),
  )
})
