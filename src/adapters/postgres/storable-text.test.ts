import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { storableJson, storableJsonOrNull, storableText } from './storable-text.ts'

test('NUL and halves of surrogate pairs become the replacement character', () => {
  assert.equal(storableText('a\0b\ud800c\udfff'), 'a\ufffdb\ufffdc\ufffd')
  assert.equal(storableJson({ 'k\0': ['\ud83d', '\u0000'] }), '{"k\ufffd":["\ufffd","\ufffd"]}')
})

test('a backslash that was typed is left alone', () => {
  for (const text of ['\\u0000', '\\\\u0000', '\\ud800', '\\\\\\ud83d', '\\']) {
    assert.equal(JSON.parse(storableJson(text)), text)
  }
})

test('what needs no change is kept exactly', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.includes('\0'))
      assert.equal(storableText(text), text)
      assert.deepEqual(JSON.parse(storableJson({ text })), { text })
    }),
  )
})

test('whatever goes in, what comes out can be stored, and means the same as the text would', () => {
  const anything = fc.array(fc.oneof(fc.constantFrom('\0', '\ud800', '\udc00', '\\', 'u0000', '"'), fc.string()))
  fc.assert(
    fc.property(anything, (parts) => {
      const text = parts.join('')
      const stored: unknown = JSON.parse(storableJson(text))
      assert.equal(stored, storableText(text))
      assert.ok(storableText(text).isWellFormed())
      assert.ok(!storableText(text).includes('\0'))
    }),
  )
})

test('nothing is null', () => {
  assert.equal(storableJsonOrNull(null), null)
  assert.equal(storableJsonOrNull(undefined), null)
  assert.equal(storableJsonOrNull({ a: 1 }), '{"a":1}')
})
