// What a hostile program prints reaches people and models as plain text of bounded length.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { outputOf, stripEscapes } from './plain-output.ts'

test('colours, cursor moves, titles and links are left out, the text stays', () => {
  assert.equal(stripEscapes('\u001b[31mred\u001b[0m and \u001b[1;38;5;200mbold\u001b[m'), 'red and bold')
  assert.equal(stripEscapes('\u001b[2J\u001b[H\u001b[?25lgone\u001b[999A'), 'gone')
  assert.equal(stripEscapes('\u001b]0;evil title\u0007text'), 'text')
  assert.equal(stripEscapes('\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\'), 'link')
  assert.equal(stripEscapes('\u001b]52;c;ZXZpbA==\u0007paste'), 'paste')
})

test('line feeds and tabs stay; carriage returns, bells, backspaces, NUL and C1 controls go', () => {
  assert.equal(stripEscapes('a\tb\r\nc\u0007\u0008\u0000\u009b\u0085d'), 'a\tb\ncd')
})

test('any text: no control character is left, what was plain is unchanged, doing it twice changes nothing', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\u001b', '\u001b[', '\u001b]', '\u009b', '\u001bP', '\u0007', '31m'),
      ),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(hostile, (text) => {
      const plain = stripEscapes(text)
      assert.doesNotMatch(plain, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/)
      assert.equal(stripEscapes(plain), plain)
    }),
  )
  fc.assert(fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => assert.equal(stripEscapes(text), text)))
})

test('output is the end of what was printed, whole characters only', () => {
  assert.equal(outputOf({ stdout: 'out', stderr: 'err' }), 'out\nerr')
  assert.equal(outputOf({ stdout: '', stderr: 'err' }), 'err')
  assert.equal(outputOf({ stdout: 'x'.repeat(20_000), stderr: 'the end' }).length, 16_000)
  assert.ok(outputOf({ stdout: 'x'.repeat(20_000), stderr: 'the end' }).endsWith('the end'))
  assert.ok(outputOf({ stdout: '🙂'.repeat(10), stderr: '' }, 5).isWellFormed())
})

test('a megabyte of unfinished escapes takes no time to speak of', () => {
  for (const part of ['\u001b]', '\u001b[', '\u001b[1;', '\u001b[ '])
    assert.ok(stripEscapes(part.repeat(250_000)).length <= 1_000_000)
})
