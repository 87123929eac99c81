// What failed before the work is told apart from what the work broke.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import { isRepair, markFailedBefore } from './failed-before.ts'
import { isPassed } from './gate.ts'

const finding = (rule: string, message = 'It failed.', line = 3): Finding => ({
  file: 'a.test.js',
  line,
  rule,
  message,
  severity: 'error',
})
function failed(findings: readonly Finding[], more: Partial<CheckReport> = {}): CheckReport {
  const run = { command: 'node --test', exit_code: 1, duration_ms: 1, output: '', reason: 'It ended with exit code 1.' }
  return { check: 'node --test', status: 'failed', kind: 'tests', findings, more_findings: 0, ...run, ...more }
}
const passes = (now: CheckReport, before: CheckReport) => isPassed(markFailedBefore([now], [before]))

test('the same failures as before stand in nobody’s way, wherever their lines have moved and whatever the clock says', () => {
  assert.ok(
    passes(failed([finding('adds', 'took 3.2ms at a.js:4:7', 9)]), failed([finding('adds', 'took 7ms at a.js:1:2')])),
  )
  assert.ok(passes(failed([finding('adds')]), failed([finding('adds'), finding('other')])))
})

test('one more failure, another message, another file or the same failure twice is new', () => {
  const before = failed([finding('adds', 'expected 2, got 3')])
  assert.ok(!passes(failed([finding('adds', 'expected 2, got 3'), finding('new')]), before))
  assert.ok(!passes(failed([finding('adds', 'expected 2, got 4')]), before))
  assert.ok(!passes(failed([{ ...finding('adds', 'expected 2, got 3'), file: 'b.test.js' }]), before))
  assert.ok(!passes(failed([finding('adds', 'expected 2, got 3'), finding('adds', 'expected 2, got 3', 8)]), before))
})

test('what says nothing of what failed, or not all of it, is never taken for what it was', () => {
  const known = failed([finding('adds')])
  assert.ok(!passes(failed([]), failed([])))
  assert.ok(!passes(failed([finding('adds')], { more_findings: 1 }), known))
  assert.ok(!passes(failed([finding('adds')], { exit_code: null }), known))
  assert.ok(!passes(failed([finding('adds')]), { ...known, status: 'passed' }))
  assert.ok(!passes(failed([finding('adds')], { check: 'npm test' }), known))
})

test('a compiler that stops, or a script that goes no further, hides what else is broken', () => {
  const steps: Finding = { ...finding('several-steps'), severity: 'note' }
  for (const [kind, rule] of [
    ['tests', 'E0308'],
    ['types', 'TS1005'],
    ['types', 'syntax'],
  ] as const) {
    const same = failed([finding(rule)], { kind })
    assert.ok(!passes(same, same), rule)
  }
  assert.ok(!passes(failed([finding('adds'), steps]), failed([finding('adds'), steps])))
  const types = failed([finding('TS2322')], { kind: 'types' })
  assert.ok(passes(types, types))
})

test('no mark ever lets pass what was not failing before, nor changes what a check says', () => {
  const some = fc.record({
    rule: fc.constantFrom('a', 'b', 'c'),
    message: fc.constantFrom('x', 'y at a.js:1:2', 'y at a.js:3:4', 'it is 1:2', 'it is 1:3'),
  })
  const report = fc.record({
    findings: fc.array(some, { maxLength: 4 }),
    status: fc.constantFrom('failed' as const, 'passed' as const),
  })
  fc.assert(
    fc.property(report, report, (now, before) => {
      const of = ({ findings, status }: typeof now) =>
        failed(
          findings.map(({ rule, message }) => finding(rule, message)),
          { status },
        )
      const [marked] = markFailedBefore([of(now)], [of(before)])
      const key = ({ rule, message }: { readonly rule: string; readonly message: string }) =>
        `${rule} ${message.split(' at ')[0]}`
      const left = before.findings.map(key)
      const all = now.findings.every((one) => {
        const at = left.indexOf(key(one))
        if (at !== -1) left.splice(at, 1)
        return at !== -1
      })
      const expected = now.status === 'failed' && before.status === 'failed' && now.findings.length > 0 && all
      assert.equal(marked?.failed_before === true, expected)
      const { failed_before: _, ...rest } = marked ?? {}
      assert.deepEqual(rest, of(now))
    }),
  )
})

test('work that is there to mend something has to mend all of it, in whatever language it was asked for', () => {
  const mending = [
    'fix the failing test',
    'There is a bug in the parser',
    'make the tests pass',
    'Repair it',
    'The login does not work',
    'Bitte behebe den Fehler',
    'repariere die Tests',
    'die Seite ist kaputt',
    'исправь ошибку',
    'почини тесты',
    'всё сломалось, тесты падают',
    'arregla los tests que fallan',
    'corrige el error',
    'corrige le bogue',
    'répare les tests',
    'le site ne marche pas',
  ]
  for (const request of mending) assert.ok(isRepair('change', request), request)
  const building = [
    'add a dark mode',
    'create a hello world web app',
    'write a prefix parser',
    'baue eine Webseite',
    'сделай багаж-калькулятор',
    'crea una página',
    'ajoute un bouton',
  ]
  for (const request of building) assert.ok(!isRepair('build', request), request)
  assert.ok(isRepair('repair', 'add a dark mode'))
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(isRepair('repair', text), true)))
  for (const piece of ['make ', 'a', 'does ', 'schlägt ']) isRepair(undefined, piece.repeat(50_000))
})
