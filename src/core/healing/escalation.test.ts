// What was tried is told in a chat in a few short lines, however much it was.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HealRound } from '../vocabulary/healing.ts'
import { triedInShort } from './escalation.ts'

function round(number: number, applied: readonly string[]): HealRound {
  const counts = { failures_before: 1, failures_after: 1, from: 'c' as HealRound['from'], rolled_back: true }
  return { round: number, by: 'analysis', checks: [], causes: [], applied, refused: [], outcome: 'same', ...counts }
}

test('the last five rounds, one short line each', () => {
  assert.deepEqual(triedInShort([]), [])
  assert.deepEqual(triedInShort([round(1, ['a.js:1: it\nadds'])]), [
    'Tried:',
    '1. targeted fix: a.js:1: it adds (nothing better, put back)',
  ])
  const many = triedInShort(Array.from({ length: 12 }, (_, index) => round(index + 1, ['x'.repeat(1_000)])))
  assert.equal(many[0], 'Tried in the last 5 of 12 rounds:')
  assert.match(many[1] ?? '', /^8\. targeted fix: x+… \(/)
  assert.equal(many.length, 6)
  // With its head it fits into what a card shows of a failure.
  assert.ok(many.join('\n').length < 1_300, String(many.join('\n').length))
})
