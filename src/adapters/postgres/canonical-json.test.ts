import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalJson } from './canonical-json.ts'

test('equal values are equal texts, whatever order they were written in', () => {
  const one = { b: [{ y: 1, x: null }, 'text'], a: { d: true, c: undefined } }
  const other = { a: { d: true }, b: [{ x: null, y: 1 }, 'text'] }
  assert.equal(canonicalJson(one), canonicalJson(other))
  assert.equal(canonicalJson(one), '{"a":{"d":true},"b":[{"x":null,"y":1},"text"]}')
})

test('the order of a list is part of what it says', () => {
  assert.notEqual(canonicalJson(['a', 'b']), canonicalJson(['b', 'a']))
})

test('what the database would not take is replaced', () => {
  assert.equal(canonicalJson({ text: '\0 \ud800' }), '{"text":"\u{fffd} \u{fffd}"}')
})
