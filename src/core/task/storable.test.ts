// Any JSON becomes JSON that every store takes, and ordinary JSON is left alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toStorable } from './storable.ts'

test('NUL and halves of surrogate pairs are replaced, in values and in keys', () => {
  const told = toStorable({ 'a\u0000': ['b\u0000c', { d: '\ud83d' }], e: 1, f: null })
  assert.deepEqual(told, { 'a\ufffd': ['b\ufffdc', { d: '\ufffd' }], e: 1, f: null })
})

test('ordinary JSON is handed back as it is, not copied', () => {
  const value = { a: ['🙂', { b: 1.5, c: true }], at: new Date(0) }
  assert.equal(toStorable(value), value)
})

test('any JSON: what comes out is storable, of the same shape, and stays as it is', () => {
  const hostile = fc.string({ unit: fc.constantFrom('\u0000', '\ud83d', '\ude42', 'a', 'é') })
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: fc.constantFrom('\u0000', '\ud800', 'a') }), hostile, (json, text) => {
      const told = toStorable([json, text])
      const wire = JSON.stringify(told)
      assert.doesNotMatch(wire, /\\u0000|\\ud[89a-f]/)
      assert.equal(toStorable(told), told)
      assert.equal(told[1]?.toString().length, text.toWellFormed().length)
    }),
  )
})
