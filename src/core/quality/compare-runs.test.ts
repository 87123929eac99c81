// Work that passes because less of it runs is told apart, however that came about.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckReport } from '../vocabulary/check.ts'
import { findUnrun, ranTests } from './compare-runs.ts'

const check = (name: string, output: string, more: Partial<CheckReport> = {}): CheckReport => ({
  check: name,
  kind: 'tests',
  status: 'passed',
  command: name,
  exit_code: 0,
  duration_ms: 1,
  output,
  reason: null,
  ...more,
})
const rules = (before: readonly CheckReport[], now: readonly CheckReport[], isWhole = true) =>
  findUnrun(before, now, isWhole).map(({ rule }) => rule)

test('what runners say of how many tests they ran', () => {
  for (const [output, count] of [
    ['ℹ tests 5\nℹ suites 0\nℹ pass 4\nℹ fail 0\nℹ skipped 1', 4],
    ['TAP version 13\n# tests 3\n# pass 3', 3],
    [' Test Files  1 passed (1)\n      Tests  1 failed | 3 passed (4)', 4],
    ['Test Suites: 2 passed, 2 total\nTests:       1 failed, 3 passed, 4 total', 4],
    ['===== 3 passed, 1 failed, 2 skipped in 0.10s =====', 4],
    ['Ran 7 tests in 0.01s\n\nOK (skipped=2)', 5],
    ['test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 2 passed; 0 failed;', 5],
    ['  12 passing (3ms)\n  1 failing', 13],
    ['all fine', null],
  ] as const)
    assert.equal(ranTests({ output }), count, output)
})

test('a program that ends before its tests, and a suite that nobody runs any more', () => {
  const before = [check('npm test', 'ℹ tests 5', { status: 'failed', exit_code: 1 })]
  assert.deepEqual(rules(before, [check('npm test', 'ℹ tests 1')]), ['fewer-tests-ran'])
  assert.deepEqual(rules(before, [check('npm test', '')]), ['fewer-tests-ran'])
  assert.deepEqual(rules(before, [check('npm test', 'ℹ tests 6')]), [])
  assert.deepEqual(rules(before, []), ['check-gone'])
  assert.deepEqual(rules(before, [check('npm test', '', { status: 'skipped' })]), ['check-gone'])
  assert.deepEqual(rules(before, [], false), [], 'between rounds only some run')
})

test('another runner in its place has to run as much; what failed is no matter of this', () => {
  const before = [check('pytest', '=== 3 passed in 0.1s ===')]
  assert.deepEqual(rules(before, [check('node --test', 'ℹ tests 3')]), [])
  assert.deepEqual(rules(before, [check('node --test', 'ℹ tests 1')]), ['check-gone'])
  assert.deepEqual(rules(before, [check('pytest', '', { status: 'failed', exit_code: 2 })]), [])
  assert.deepEqual(rules([check('tsc', '', { kind: 'types' })], []), ['check-gone'])
  assert.deepEqual(rules([check('javascript syntax', '', { kind: 'syntax' })], []), [])
})
