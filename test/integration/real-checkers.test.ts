// What checkers of this machine really print: the file, the line and the rule are found in it, and the exit code is the verdict.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { mypy } from '../../src/core/quality/checks/python-types.ts'
import { bandit } from '../../src/core/quality/checks/security-scanners.ts'
import { tsc } from '../../src/core/quality/checks/tsc.ts'
import type { Runner } from '../../src/core/quality/runner.ts'

const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))

type Real = { readonly runner: Runner; readonly command: string; readonly file: string; readonly bad: string }
const REAL: readonly (Real & { readonly good: string; readonly line: number; readonly rule: string })[] = [
  {
    runner: bandit,
    command: 'bandit -q -r . -f json -ll -ii',
    file: 'a.py',
    bad: 'x = 1\nexec("1")\n',
    good: 'x = 1\n',
    line: 2,
    rule: 'B102',
  },
  {
    runner: mypy,
    command: 'mypy --cache-dir=/dev/null .',
    file: 'a.py',
    bad: 'x: int = 1\nx = "one"\n',
    good: 'x: int = 1\n',
    line: 2,
    rule: 'assignment',
  },
  {
    runner: tsc,
    command: 'tsc --noEmit --pretty false --types "" a.ts',
    file: 'a.ts',
    bad: 'export const a = 1\nexport const b: string = a\n',
    good: 'export const a = 1\n',
    line: 2,
    rule: 'TS2322',
  },
]

for (const { runner, command, file, bad, good, line, rule } of REAL)
  test(`${runner.name}: its own words are understood`, (t) => {
    const cwd = mkdtempSync(join(tmpdir(), 'factotum-real-checkers-'))
    t.after(() => rmSync(cwd, { recursive: true, force: true }))
    const run = (text: string) => {
      writeFileSync(join(cwd, file), text)
      const env = { ...process.env, PATH: [BIN, process.env['PATH'] ?? ''].join(delimiter) }
      const { stdout, stderr, status } = spawnSync('sh', ['-c', command], { cwd, env, encoding: 'utf8' })
      return {
        raw: { stdout, stderr, exitCode: status },
        findings: runner.parse({ stdout, stderr, exitCode: status }).findings,
      }
    }
    const fault = run(bad)
    if (fault.raw.exitCode === 127) return t.skip(`${runner.name} is not on this machine`)
    assert.notEqual(fault.raw.exitCode, 0)
    const found = fault.findings.find((one) => one.rule?.startsWith(rule) === true)
    assert.ok(found !== undefined, `${fault.raw.stdout}\n${fault.raw.stderr}`)
    assert.equal(found.file?.replace(/^\.\//, ''), file)
    assert.equal(found.line, line)
    const right = run(good)
    assert.equal(right.raw.exitCode, 0)
    assert.deepEqual(right.findings, [])
  })
