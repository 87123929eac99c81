// The gate over real sandboxes: verdicts with places in several languages, nothing disturbs anything, and what a change can matter to runs.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import { affected } from '../../src/core/quality/affected.ts'
import { isPassed, runGate } from '../../src/core/quality/gate.ts'
import { runChecks } from '../../src/core/quality/run-checks.ts'
import type { CheckReport } from '../../src/core/vocabulary/check.ts'
import { prepareGround } from '../hostile/ground.ts'

type Files = Readonly<Record<string, string>>
const ground = prepareGround()
const signal = new AbortController().signal

async function write(sandbox: Sandbox, files: Files): Promise<void> {
  const encoder = new TextEncoder()
  for (const [path, text] of Object.entries(files)) await sandbox.writeFile(path, encoder.encode(text))
}

const gate = (sandbox: Sandbox) => runGate(sandbox, { servedPorts: [], report: () => undefined }, signal)

async function judged(t: TestContext, files: Files): Promise<readonly CheckReport[] | null> {
  const sandbox = await ground.open(t, { memoryBytes: 1024 ** 3, processes: 256 })
  if (sandbox === null) return null
  await write(sandbox, files)
  const checks = await gate(sandbox)
  await sandbox.close()
  return checks
}

const said = (checks: readonly CheckReport[]) =>
  checks.map(({ check, status, findings = [] }) => [
    check,
    status,
    findings.filter(({ severity }) => severity === 'error').map(({ file, line }) => `${file}:${line}`),
  ])

const NODE_TEST = "import assert from 'node:assert'\nimport { test } from 'node:test'\n"
const GO = {
  'go.mod': 'module example.com/sum\n\ngo 1.19\n',
  'sum.go': 'package sum\n\nfunc Add(a, b int) int { return a + b }\n',
}

test('JavaScript and Python side by side: each failure has its file and line, also in folders of their own', async (t) => {
  const checks = await judged(t, {
    'web/package.json': '{"name":"web","type":"module","scripts":{"test":"node --test"}}',
    'web/a.test.js': `${NODE_TEST}test('adds', () => assert.equal(1 + 1, 3))\n`,
    'api/requirements.txt': '',
    'api/test_app.py':
      'import unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.assertEqual(1, 2)\n',
    'index.html': '<a href="gone.html">x</a>',
  })
  if (checks === null) return
  const named = checks.filter(({ check }) => check === 'npm test (web)' || check === 'links')
  const python = checks.find(({ check }) => /^(?:pytest|unittest) \(api\)$/.test(check))
  assert.deepEqual(said(named), [
    ['npm test (web)', 'failed', ['web/a.test.js:3']],
    ['links', 'failed', ['index.html:null']],
  ])
  if (python?.status !== 'skipped')
    assert.deepEqual(said([python as CheckReport])[0]?.slice(1), ['failed', ['api/test_app.py:6']])
  assert.ok(!isPassed(checks))
})

test('Go: what the compiler and the tests say', async (t) => {
  if (!existsSync('/usr/bin/go')) return t.skip('Go is not installed')
  const failing =
    'package sum\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif Add(1, 2) != 4 {\n\t\tt.Error("odd")\n\t}\n}\n'
  const checks = await judged(t, { ...GO, 'sum_test.go': failing })
  if (checks !== null) assert.deepEqual(said(checks), [['go test', 'failed', ['sum_test.go:7']]])
})

test('mypy, where a project has it set up', async (t) => {
  if (!existsSync('/usr/bin/mypy')) return t.skip('mypy is not installed')
  const checks = await judged(t, {
    'mypy.ini': '[mypy]\nstrict = True\n',
    'a.py': 'def f(x: int) -> str:\n    return x\n',
  })
  if (checks === null) return
  assert.deepEqual(
    // Where it is installed, bandit looks at any Python.
    said(checks).filter(([check]) => check !== 'bandit'),
    [
      ['python syntax', 'passed', []],
      ['mypy', 'failed', ['a.py:2']],
    ],
  )
})

test('two suites that want the same port and the same temporary file both pass', async (t) => {
  const suite = `${NODE_TEST}import { createServer } from 'node:http'
import { writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { once } from 'node:events'
test('alone', async () => {
  assert.ok(!existsSync(tmpdir() + '/lock'))
  writeFileSync(tmpdir() + '/lock', 'x')
  const server = createServer().listen(3000, '127.0.0.1')
  await once(server, 'listening')
  await new Promise((done) => setTimeout(done, 400))
  server.close()
})\n`
  const manifest = '{"name":"x","type":"module","scripts":{"test":"node --test"}}'
  const checks = await judged(t, {
    'a/package.json': manifest,
    'a/x.test.js': suite,
    'b/package.json': manifest,
    'b/x.test.js': suite,
  })
  if (checks !== null)
    assert.deepEqual(
      said(checks).map(([check, status]) => [check, status]),
      [
        ['npm test (a)', 'passed'],
        ['npm test (b)', 'passed'],
      ],
    )
})

test('a check that hangs is ended with everything that it started, and the others are not', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const plan = (check: string, command: string, timeoutMs: number) =>
    ({
      type: 'command',
      check,
      kind: 'tests',
      folder: '',
      command,
      env: {},
      timeoutMs,
      parse: () => ({ findings: [] }),
    }) as const
  const plans = [plan('hangs', 'sleep 4711 & sleep 4711', 300), plan('ends', 'sleep 0.5', 10_000)]
  const [hangs, ends] = await runChecks(sandbox, plans, signal, () => undefined)
  assert.equal(ends?.status, 'passed')
  assert.match(hangs?.reason ?? '', /still running after 0\.3 seconds/)
  const left = await sandbox.exec(
    {
      command: `for p in /proc/[0-9]*; do [ "$(tr '\\0' ' ' < $p/cmdline 2>/dev/null)" = 'sleep 4711 ' ] && echo left; done; true`,
      cwd: '.',
      env: {},
      timeoutMs: 5_000,
      maxOutputBytes: 1_000,
    },
    signal,
  )
  assert.equal(left.stdout, '')
})

/** Projects whose checks read what stands in them: code, data, pages and settings. */
const READING: readonly Files[] = [
  {
    'package.json': '{"name":"x","type":"module"}',
    'price.js':
      "import { readFileSync } from 'node:fs'\nexport const price = () => Number(readFileSync('price.txt', 'utf8'))\n",
    'price.txt': '3',
    'README.md': 'It costs 3.',
    'price.test.js': `${NODE_TEST}import { readFileSync } from 'node:fs'\nimport { price } from './price.js'\ntest('is told', () => assert.ok(readFileSync('README.md', 'utf8').includes('costs ' + price())))\n`,
  },
  {
    'index.html': '<link href="a.css"><script src="a.js"></script>',
    'a.css': 'a{}',
    'a.js': 'let a = 1\n',
    'b.mjs': 'export {}\n',
  },
  { 'app.py': 'x = 1\n', 'lib/more.py': 'y = 2\n', 'mypy.ini': '[mypy]\n', 'notes.txt': 'x' },
  {
    'test_sum.py':
      "import json, unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n        self.assertEqual(json.load(open('sums.json'))['a'], 1)\n",
    'sums.json': '{"a": 1}',
  },
]
const SPOILT: Readonly<Record<string, string>> = {
  js: 'let = (;',
  mjs: 'let = (;',
  py: 'x: int = "a"\ndef (:',
  html: '<a href="nowhere.html">',
  json: '[',
  ini: '[mypy]\nfiles = nowhere\n',
}

test('a check whose verdict a change turns is among those that the change affects', async (t) => {
  await Promise.all(
    READING.map(async (files) => {
      const sandbox = await ground.open(t, { memoryBytes: 1024 ** 3, processes: 256 })
      if (sandbox === null) return
      await write(sandbox, files)
      const before = await gate(sandbox)
      assert.ok(isPassed(before), JSON.stringify(said(before)))
      for (const [path, text] of Object.entries(files)) {
        // What is read is spoilt; what is only there or not is taken away.
        for (const change of /\.(?:txt|css|md)$/.test(path) ? ['remove'] : ['spoil']) {
          if (change === 'spoil')
            await write(sandbox, { [path]: SPOILT[path.split('.').at(-1) ?? ''] ?? 'something else' })
          else
            await sandbox.exec(
              { command: `rm '${path}'`, cwd: '.', env: {}, timeoutMs: 5_000, maxOutputBytes: 100 },
              signal,
            )
          const after = new Map((await gate(sandbox)).map((check) => [check.check, check.status]))
          const turned = before.filter(
            ({ check, status }) => after.get(check) !== undefined && after.get(check) !== status,
          )
          const among = affected(before, [path])
          for (const { check } of turned) assert.ok(among.has(check), `${change} ${path} turned ${check}`)
        }
        await write(sandbox, { [path]: text })
      }
      await sandbox.close()
    }),
  )
})

test('a note in a text affects neither types nor syntax; what no runner knows is always affected', () => {
  const checks = ['npm test', 'tsc (web)', 'mypy', 'python syntax', 'eslint', 'secrets', 'preview on 3000'].map(
    (check) => ({ check }),
  )
  assert.deepEqual([...affected(checks, ['docs/notes.md'])], ['npm test', 'eslint', 'secrets', 'preview on 3000'])
  assert.deepEqual(
    [...affected(checks, ['web/a.ts'])],
    ['npm test', 'tsc (web)', 'eslint', 'secrets', 'preview on 3000'],
  )
  assert.deepEqual([...affected(checks, [])], ['secrets', 'preview on 3000'])
})

test('Rust, where cargo can be reached from a sandbox', async (t) => {
  if (spawnSync('/usr/bin/cargo', ['--version']).status !== 0) return t.skip('cargo is not installed')
  const checks = await judged(t, {
    'Cargo.toml': '[package]\nname = "sum"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/lib.rs': '#[test]\nfn adds() {\n    assert_eq!(1 + 1, 3);\n}\n',
  })
  if (checks !== null) assert.deepEqual(said(checks), [['cargo test', 'failed', ['src/lib.rs:3']]])
})
