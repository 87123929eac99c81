// What counts as better, and that nothing that was right before may be wrong afterwards.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CheckKind, CheckReport, Finding } from '../vocabulary/check.ts'
import { compareStates } from './compare-states.ts'
import { normalized, signatureOf } from './failure-signature.ts'

function finding(rule: string | null, message: string, file: string | null = 'a.test.js'): Finding {
  return { file, line: 1, rule, message, severity: 'error' }
}

function report(
  check: string,
  status: CheckReport['status'],
  findings: readonly Finding[] = [],
  kind: CheckKind = 'tests',
): CheckReport {
  return { check, status, command: null, exit_code: 0, duration_ms: 1, output: '', reason: null, kind, findings }
}

const passed = report('node --test', 'passed')
const failed = (...findings: readonly Finding[]) => report('node --test', 'failed', findings)
const outcome = (before: readonly CheckReport[], after: readonly CheckReport[], whole = true) =>
  compareStates(before, after, whole).outcome

test('healed, better and the same', () => {
  assert.equal(outcome([failed(finding('adds', 'no'))], [passed]), 'healed')
  assert.equal(
    outcome([failed(finding('adds', 'no'), finding('subtracts', 'no'))], [failed(finding('adds', 'no'))]),
    'better',
  )
  const same = compareStates([failed(finding('adds', 'no'))], [failed(finding('adds', 'no'))], true)
  assert.deepEqual([same.outcome, same.unchanged], ['same', true])
  const other = compareStates([failed(finding('adds', '3 is not 4'))], [failed(finding('adds', '5 is not 4'))], true)
  assert.deepEqual([other.outcome, other.unchanged], ['same', false])
})

test('a check or a test that passed before makes it worse, however much else was mended', () => {
  const lint = (status: CheckReport['status']) => report('eslint', status, [], 'lint')
  assert.equal(outcome([failed(finding('adds', 'no')), lint('passed')], [passed, lint('failed')]), 'worse')
  assert.equal(
    outcome([failed(finding('adds', 'no'), finding('divides', 'no'))], [failed(finding('subtracts', 'no'))]),
    'worse',
  )
  const weakened = report('test integrity', 'failed', [finding('removed-test', 'gone')], 'integrity')
  assert.equal(outcome([failed(finding('adds', 'no'))], [passed, weakened]), 'worse')
})

test('a check that does not run any more has not passed; one that took its place may have', () => {
  assert.equal(outcome([failed(finding('adds', 'no'))], []), 'worse')
  assert.equal(outcome([failed(finding('adds', 'no'))], [{ ...passed, status: 'skipped' }]), 'worse')
  assert.equal(outcome([report('tsc', 'failed', [], 'types'), passed], [passed]), 'worse')
  const manifest = report('package.json', 'failed', [], 'syntax')
  assert.equal(outcome([manifest, passed], [report('npm test', 'passed')]), 'healed')
  assert.equal(outcome([report('preview on 3000', 'failed', [], 'preview')], [passed]), 'healed')
})

test('what did not run again stands as it was', () => {
  const lint = report('eslint', 'failed', [], 'lint')
  assert.equal(outcome([failed(finding('adds', 'no')), lint], [passed], false), 'better')
  assert.equal(outcome([failed(finding('adds', 'no')), passed], [passed], false), 'healed')
})

test('tests that show once a file can be read again were hidden, and not broken', () => {
  const unread = finding('a.test.js', 'SyntaxError: Unexpected token')
  const shown = [finding('adds', 'no'), finding('subtracts', 'no'), finding('divides', 'no')]
  assert.equal(outcome([failed(unread)], [failed(...shown)]), 'better')
  assert.equal(outcome([failed(...shown)], [failed(unread)]), 'worse')
})

test('the same failure has the same words at another time, line and place', () => {
  const pairs = [
    ['at /workspace/src/a.js:12:3', 'at /workspace/src/a.js:14:9'],
    ['File "/workspace/a.py", line 3, in f', 'File "/workspace/a.py", line 30, in f'],
    ['✖ adds (1.2345ms)', '✖ adds (77.1ms)'],
    ['object at 0x7f12ab', 'object at 0x55ff01'],
    ['2026-11-22T02:00:00.123Z failed', '2025-01-02T13:14:15Z failed'],
    ['ENOENT /tmp/abc-123/x', 'ENOENT /tmp/def-9/y'],
    ['connect ECONNREFUSED 127.0.0.1:4711', 'connect ECONNREFUSED 127.0.0.1:38111'],
  ] as const
  for (const [one, other] of pairs) assert.equal(normalized(one), normalized(other))
  assert.notEqual(normalized('3 !== 4'), normalized('5 !== 4'))
  assert.notEqual(normalized('adds: no'), normalized('subtracts: no'))
})

test('the order in which things are printed is no difference', () => {
  const one = { ...failed(), findings: [], output: 'not ok 1 - a\nnot ok 2 - b' }
  const other = { ...one, output: 'not ok 2 - b\nnot ok 1 - a' }
  assert.equal(signatureOf([one]), signatureOf([other]))
  assert.notEqual(signatureOf([one]), '')
  assert.equal(signatureOf([passed]), '')
})

test('any states: healed means that nothing fails and nothing is missing; the same state is never worse', () => {
  const names = fc.constantFrom('node --test', 'eslint', 'tsc')
  const state = fc.uniqueArray(
    fc.record({
      check: names,
      status: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const),
      findings: fc.array(fc.record({ rule: fc.constantFrom('a', 'b', null), message: fc.constantFrom('x', 'y') }), {
        maxLength: 3,
      }),
    }),
    { selector: ({ check }) => check },
  )
  const reports = state.map((all) =>
    all.map(({ check, status, findings }) =>
      report(check, status, status === 'failed' ? findings.map(({ rule, message }) => finding(rule, message)) : []),
    ),
  )
  fc.assert(
    fc.property(reports, reports, (before, after) => {
      const { outcome: found } = compareStates(before, after, true)
      if (found === 'healed') assert.ok(after.every(({ status }) => status !== 'failed'))
      const fails = before.filter(({ status }) => status === 'passed').map(({ check }) => check)
      if (after.some(({ check, status }) => status === 'failed' && fails.includes(check))) assert.equal(found, 'worse')
      assert.notEqual(compareStates(before, before, true).outcome, 'worse')
    }),
  )
})
