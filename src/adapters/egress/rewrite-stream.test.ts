import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRewriter } from './rewrite-stream.ts'

// Few different letters make overlaps and beginnings that come to nothing likely.
const letters = (maxLength: number, minLength = 0): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength, maxLength })

function replaceAll(patterns: readonly string[], text: string): string {
  const longestFirst = patterns.toSorted((a, b) => b.length - a.length)
  let out = ''
  for (let at = 0; at < text.length;) {
    const found = longestFirst.find((pattern) => text.startsWith(pattern, at))
    out += found === undefined ? text[at] : `<${found}>`
    at += found?.length ?? 1
  }
  return out
}

test('in pieces it comes to the same as in one', () => {
  const patterns = fc.array(letters(6, 1), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(patterns, fc.array(letters(12), { maxLength: 12 }), (texts, pieces) => {
      const rewriter = createRewriter(texts, (found) => `<${found}>`)
      const out = pieces.map((piece) => rewriter.push(piece)).join('') + rewriter.finish()
      assert.equal(out, replaceAll(texts, pieces.join('')))
    }),
    { numRuns: 1_000 },
  )
})

test('what can no longer become a match is not held back', () => {
  const rewriter = createRewriter(['secret-value'], () => 'placeholder')
  assert.equal(rewriter.push('data: one\n\n'), 'data: one\n\n')
  assert.equal(rewriter.push('a secret-'), 'a ')
  assert.equal(rewriter.push('garden'), 'secret-garden')
})

test('texts that mean something to a regular expression mean themselves', () => {
  const rewriter = createRewriter(['$&.*', '(a|b)+'], () => 'x')
  assert.equal(rewriter.push('1$&.*2(a|b)+3ab') + rewriter.finish(), '1x2x3ab')
})
