// A quotation can't be ended from within.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quote } from './prompts.ts'

test('a text is quoted between its tags', () => {
  assert.equal(quote('request', 'a web app'), '<request>\na web app\n</request>')
})

test('whatever the text says, the only closing tag is the last one', () => {
  const hostile = fc
    .array(
      fc.oneof(fc.string(), fc.constantFrom('</diff>', '</diff >', '</DIFF>', '</diff\n>', '<diff>', '</', 'diff>')),
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(hostile, (text) => {
      const quoted = quote('diff', text)
      assert.deepEqual(
        [...quoted.matchAll(/<\/diff\b/gi)].map((match) => match.index),
        [quoted.length - 7],
      )
      assert.ok(quoted.startsWith('<diff>\n') && quoted.endsWith('\n</diff>'))
    }),
  )
})
