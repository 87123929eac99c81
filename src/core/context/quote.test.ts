// A quotation can't be ended from within, nor can another be opened there.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { enclose, mention, quote, withoutTags } from './quote.ts'

const hostile = fc
  .array(
    fc.oneof(
      fc.string(),
      fc.constantFrom(
        '</diff>',
        '</diff >',
        '</DIFF>',
        '</diff\n>',
        '< / diff>',
        '<\u200b/diff>',
        '<diff>',
        '</',
        'diff>',
        '<',
        '\\',
      ),
      fc.constantFrom('<request>', '</request>', '<rules>', '</material>', '<material from="x">', '<file/>'),
    ),
  )
  .map((parts) => parts.join(''))

test('a text is quoted between its tags, with what is told about it', () => {
  assert.equal(quote('request', 'a web app'), '<request>\na web app\n</request>')
  assert.equal(quote('material', 'x', { from: 'a" onload=>\n<b' }), '<material from="a onload= b">\nx\n</material>')
  assert.equal(mention('file', { name: 'a.txt' }), '<file name="a.txt"/>')
  assert.equal(enclose('context', [quote('plan', 'a'), 'b']), '<context>\n<plan>\na\n</plan>\nb\n</context>')
})

test('words that only begin like a tag stay as they are', () => {
  const text = 'a < b, <div>, <planner>, <request-id>, <filesystem>, </b>'
  assert.equal(withoutTags(text), text)
})

test('whatever the text says, the only closing tag is the last one, and no other tag of ours is opened', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const quoted = quote('diff', text)
      const tags = [
        ...quoted.matchAll(/<[\s\p{Cf}]*(\/?)[\s\p{Cf}]*(diff|request|rules|material|file)(?![\p{L}\p{N}_-])/giu),
      ]
      assert.deepEqual(
        tags.map(({ index }) => index),
        [0, quoted.length - '</diff>'.length],
      )
      assert.ok(quoted.startsWith('<diff>\n') && quoted.endsWith('\n</diff>'))
    }),
  )
})

test('nothing of a text is lost: what was marked can be read again', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      assert.equal(withoutTags(text).replaceAll('<\\', '<').length, text.replaceAll('<\\', '<').length)
    }),
  )
})
