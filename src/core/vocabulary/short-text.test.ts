import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clip, onOneLine, shorten } from './short-text.ts'

test('blanks of every kind are one space', () => {
  assert.equal(onOneLine(' a\r\n\tb\u00a0\u2028c '), 'a b c')
})

test('nothing is cut in the middle of a character', () => {
  assert.equal(clip('ab😀', 3), 'ab')
  assert.equal(clip('ab😀', 4), 'ab😀')
  assert.equal(shorten('ab😀cd', 4), 'ab…')
})

test('what fits stays as it is, and what does not says so within its limit', () => {
  assert.equal(shorten('four', 4), 'four')
  assert.equal(shorten('fives', 4), 'fiv…')
  assert.equal(shorten('', 0), '')
})
