import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clipStart, endOf, exact, exactLine, oneLine, readable, visible } from './visible.ts'

test('what is hidden is written out; tabs and line feeds stay', () => {
  assert.equal(visible('a\u202eb\u200bc\u0007\td\n'), 'a\\u202eb\\u200bc\\u0007\td\n')
  assert.equal(visible('tag \u{e0041}'), 'tag \\u{e0041}')
})

test('letters of other scripts within an ASCII word are written out; words of other scripts stay, and are named', () => {
  assert.deepEqual(exact('p\u0430ypal'), { shown: 'p\\u0430ypal', lookAlikes: [] })
  assert.deepEqual(exact('echo да'), { shown: 'echo да', lookAlikes: ['д', 'а'] })
  assert.deepEqual(exact('rm \u2212rf x'), { shown: 'rm \u2212rf x', lookAlikes: ['\u2212'] })
  assert.deepEqual(exact('ls -la'), { shown: 'ls -la', lookAlikes: [] })
})

test('for reading, emoji stay whole and nothing reorders', () => {
  assert.equal(readable('👩\u200d💻 ⚙️ a\u202eb\r\n'), '👩\u200d💻 ⚙️ ab\n')
  assert.equal(oneLine('  a\n\nb   c ', 4), 'a b…')
})

test('no character is cut in half', () => {
  assert.equal(clipStart('a😀b', 2), 'b')
  assert.equal(clipStart('abc', 5), 'abc')
})

test('the end of a text begins with a whole line, and says that something is before it', () => {
  assert.equal(endOf('one\ntwo', 10), 'one\ntwo')
  assert.equal(endOf('one\ntwo\nthree\nfour\nfive', 18), '…\nthree\nfour\nfive')
  assert.equal(endOf('x'.repeat(50), 10), `…${'x'.repeat(10)}`)
})

test('a command on one line hides nothing either', () => {
  assert.equal(exactLine('echo a\u200bb\nrm ./b\u0430d', 40), 'echo a\\u200bb rm ./b\\u0430d')
})
