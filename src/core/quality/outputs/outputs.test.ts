// What runners print is read as far as it can be told, and hostile output is no more than text.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as others from '../../../../test/support/recorded-checkers.ts'
import * as scripts from '../../../../test/support/recorded-javascript-tests.ts'
import type { Finding } from '../../vocabulary/check.ts'
import { boundFindings, MOST_FINDINGS, pathInWorkspace } from '../bound-findings.ts'
import { RUNNERS } from '../checks/all.ts'
import { goFindings } from './go-output.ts'
import { ruffFindings } from './place-lines.ts'
import { scriptFindings } from './script-output.ts'

const outputs: Readonly<Record<string, string>> = { ...scripts, ...others }

function found(runner: string, output: string, exitCode = 1) {
  const parsed = RUNNERS.find(({ name }) => name === runner)?.parse({ stdout: output, stderr: '', exitCode })
  return shown(parsed?.findings ?? [])
}

function shown(findings: readonly Finding[]) {
  return boundFindings(findings, '').findings.map(({ file, line, rule, message }) => [file, line, rule, message])
}

const THREE = 'Expected values to be strictly equal: 2 !== 3'

test('node --test: each failed test with its place, and why a file could not be loaded', () => {
  const missing =
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/workspace/nope.js' imported from /workspace/b.test.js"
  assert.deepEqual(found('node --test', scripts.NODE_SPEC), [
    ['a.test.js', 4, 'adds', `AssertionError [ERR_ASSERTION]: ${THREE}`],
    ['a.test.js', 7, 'throws (here)', 'Error: boom second line'],
    ['b.test.js', null, 'b.test.js', missing],
    ['c.test.js', 1, 'c.test.js', "SyntaxError: Unexpected token ';'"],
  ])
  assert.deepEqual(found('node --test', scripts.NODE_TAP), [
    ['a.test.js', 4, 'adds', THREE],
    ['a.test.js', 7, 'throws (here)', 'boom second line'],
    ['b.test.js', 1, 'b.test.js', missing],
    ['c.test.js', 1, 'c.test.js', "SyntaxError: Unexpected token ';'"],
  ])
})

test('the other runners of JavaScript', () => {
  assert.deepEqual(found('npm test', scripts.TAPE), [
    ['t.cjs', 2, 'adds: should be strictly equal', 'expected: 3, actual: 2'],
  ])
  assert.deepEqual(found('vitest', scripts.VITEST), [
    ['b.test.js', 1, 'b.test.js', "Error: Cannot find module './nope.js' imported from /workspace/v/b.test.js"],
    ['a.test.js', 2, 'sums > adds', 'AssertionError: expected 2 to be 3 // Object.is equality'],
    ['a.test.js', 3, 'throws', 'Error: boom'],
  ])
  const received = 'expect(received).toBe(expected) // Object.is equality Expected: 3 Received: 2'
  assert.deepEqual(found('jest', scripts.JEST), [
    ['j/a.test.cjs', 1, 'sums › adds', received],
    ['j/a.test.cjs', 2, 'throws', 'boom'],
    ['j/b.test.cjs', 1, 'j/b.test.cjs', "Cannot find module './nope.js' from 'b.test.cjs'"],
  ])
  assert.deepEqual(found('mocha', scripts.MOCHA), [
    ['m/a.cjs', 2, 'sums adds', `AssertionError [ERR_ASSERTION]: ${THREE}`],
    ['m/a.cjs', 2, 'sums deep throws', 'Error: boom'],
  ])
})

test('Python: pytest and unittest', () => {
  assert.deepEqual(
    found('pytest', others.PYTEST).map(([file, line, rule]) => [file, line, rule]),
    [
      ['test_a.py', 6, 'test_a.py::A::test_e'],
      ['test_a.py', 4, 'test_a.py::A::test_x'],
      ['test_a.py', 9, 'test_a.py::test_plain'],
      ['test_a.py', 12, 'test_a.py::test_p[2]'],
      ['test_b.py', 1, 'test_b.py'],
      ['test_c.py', 1, 'test_c.py'],
      ['test_a.py', 15, 'test_a.py::test_f'],
    ],
  )
  assert.match(String(found('pytest', others.PYTEST)[4]?.[3]), /No module named 'nope_module'/)
  assert.deepEqual(found('unittest', others.UNITTEST), [
    ['test_a.py', 6, 'test_e (test_a.A.test_e)', 'ValueError: bad thing'],
    [
      'test_b.py',
      1,
      'test_b (unittest.loader._FailedTest.test_b)',
      "ModuleNotFoundError: No module named 'nope_module'",
    ],
    ['test_c.py', 1, 'test_c (unittest.loader._FailedTest.test_c)', 'SyntaxError: invalid syntax'],
    ['test_a.py', 4, 'test_x (test_a.A.test_x)', 'AssertionError: 1 != 2'],
  ])
})

test('Go and Rust: tests, panics and the compiler', () => {
  assert.deepEqual(found('go test', others.GO), [
    ['b/b.go', 2, 'build', 'cannot use "x" (untyped string constant) as int value in return statement'],
    ['a_test.go', 5, 'TestAdd/sub_one', 'Add(1,2) = -1'],
    ['a_test.go', 8, 'TestPanic', 'panic: assignment to entry in nil map [recovered]'],
  ])
  const below = '--- FAIL: TestX (0.00s)\n    x_test.go:3: odd\nFAIL\nFAIL\texample.com/a/deep/er\t0.1s\n'
  const [in_] = goFindings({ stdout: below, stderr: '', exitCode: 1 }, 'example.com/a')
  assert.deepEqual([in_?.file, in_?.line], ['deep/er/x_test.go', 3])
  assert.deepEqual(found('cargo test', others.CARGO_TEST), [
    ['src/lib.rs', 6, 'tests::it_works', 'assertion `left == right` failed left: -1 right: 3'],
  ])
  assert.deepEqual(found('cargo test', others.CARGO_COMPILE), [['src/lib.rs', 1, 'E0308', 'mismatched types']])
})

test('type checkers and linters', () => {
  assert.deepEqual(found('tsc', others.TSC), [
    ['b.ts', 1, 'TS2322', "Type 'number' is not assignable to type 'string'."],
  ])
  const rules = (runner: string, output: string) =>
    found(runner, output).map(([file, line, rule]) => [file, line, rule])
  assert.deepEqual(rules('mypy', others.MYPY), [
    ['p.py', 1, 'assignment'],
    ['p.py', 2, 'import'],
  ])
  assert.deepEqual(rules('pyright', others.PYRIGHT), [
    ['p.py', 1, 'reportAssignmentType'],
    ['p.py', 2, 'reportMissingImports'],
  ])
  assert.deepEqual(rules('eslint', others.ESLINT), [
    ['src/a.js', 2, 'no-undef'],
    ['src/b.js', 1, null],
    ['src/a.js', 1, 'no-debugger'],
  ])
  assert.deepEqual(rules('biome', others.BIOME), [
    ['src/a.js', 1, 'lint/suspicious/noDebugger'],
    ['src/b.js', 1, 'parse'],
    ['src/b.js', 1, 'parse'],
  ])
  assert.deepEqual(rules('oxlint', others.OXLINT), [
    ['a.ts', 2, null],
    ['a.js', 3, null],
    ['b.js', 2, 'eslint(no-unused-vars)'],
    ['b.js', 1, 'eslint(no-debugger)'],
  ])
})

test('ruff in each of the shapes that its versions print', () => {
  const shapes = [
    'a.py:3:1: F401 [*] `os` imported but unused\n',
    'F401 [*] `os` imported but unused\n --> a.py:3:1\n  |\n3 | import os\n',
  ]
  for (const stdout of shapes)
    assert.deepEqual(shown(ruffFindings({ stdout, stderr: '', exitCode: 1 })), [
      ['a.py', 3, 'F401', '`os` imported but unused'],
    ])
})

test('a script is read by what it printed, whichever runners it called, and each thing once', () => {
  const raw = { stdout: `${scripts.NODE_SPEC}\n${others.TSC}`, stderr: others.ESLINT, exitCode: 1 }
  const files = new Set(scriptFindings(raw).map(({ file }) => file))
  for (const file of ['a.test.js', 'b.ts', '/workspace/src/b.js']) assert.ok(files.has(file), file)
  const thrown =
    "/workspace/test.js:3\n  throw new Error('no')\n  ^\n\nError: no\n    at Object.<anonymous> (/workspace/test.js:3:9)\n"
  assert.deepEqual(shown(scriptFindings({ stdout: '', stderr: thrown, exitCode: 1 })), [
    ['test.js', 3, null, 'Error: no'],
  ])
  assert.deepEqual(scriptFindings({ stdout: '', stderr: thrown, exitCode: 0 }), [])
})

test('a path is one in the workspace or none', () => {
  assert.equal(pathInWorkspace('a.js', 'web'), 'web/a.js')
  assert.equal(pathInWorkspace('../lib/a.js', 'web'), 'lib/a.js')
  assert.equal(pathInWorkspace('/workspace/web/./a.js', 'web'), 'web/a.js')
  assert.equal(pathInWorkspace('file:///workspace/a.js', ''), 'a.js')
  for (const out of ['../a.js', '/etc/passwd', '/workspace/../etc/passwd', 'https://example.com/a.js', 'a\nb', ''])
    assert.equal(pathInWorkspace(out, ''), null, out)
})

test('whatever is printed, whole, cut short or mixed: no reader throws, and what it finds is bounded', () => {
  const real = fc.constantFrom(...Object.values(outputs))
  const cut = fc
    .tuple(real, fc.nat(), fc.nat())
    .map(([text, from, to]) => text.slice(from % text.length, (to % text.length) + 1))
  const lines = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      real.chain((text) => fc.constantFrom(...text.split('\n'))),
    ),
    { maxLength: 40 },
  )
  const output = fc.oneof(
    cut,
    lines.map((all) => all.join('\n')),
    fc.string({ unit: 'binary' }),
  )
  const folder = fc.constantFrom('', 'web', 'a/b/c')
  fc.assert(
    fc.property(output, output, folder, fc.option(fc.integer()), (stdout, stderr, where, exitCode) => {
      for (const runner of RUNNERS) {
        const { findings } = boundFindings(runner.parse({ stdout, stderr, exitCode }).findings, where)
        assert.ok(findings.length <= MOST_FINDINGS)
        for (const { file, line, rule, message } of findings) {
          assert.ok(message.length <= 1_000 && message !== '' && message.isWellFormed())
          assert.ok(rule === null || (rule.length <= 300 && rule !== ''))
          assert.ok(line === null || (Number.isSafeInteger(line) && line > 0 && file !== null))
          assert.ok(file === null || (!file.startsWith('/') && !file.split('/').includes('..')))
        }
      }
    }),
    { numRuns: 60 },
  )
})

test('half a megabyte of anything is read in no time to speak of', () => {
  for (const piece of [
    ' ',
    'a',
    ':',
    '(',
    'FAIL ',
    '✖ ',
    ' ❯ ',
    'E   ',
    'x:1:',
    '  at (a:1:1',
    '__ ',
    '[',
    '━',
    '    - ',
  ]) {
    const stdout = piece.repeat(Math.ceil(100_000 / piece.length))
    for (const raw of [stdout, `${piece}\n`.repeat(20_000)])
      for (const runner of RUNNERS) runner.parse({ stdout: raw, stderr: '', exitCode: 1 })
  }
})
