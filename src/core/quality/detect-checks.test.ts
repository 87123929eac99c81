// Which checks a workspace calls for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { detectChecks } from './detect-checks.ts'

const EVERYTHING = ['node', 'npm', 'python3', 'pytest', 'ruff', 'tsc', 'eslint', 'oxlint']

function detect(files: readonly string[], tools: readonly string[] = EVERYTHING, manifest: unknown = null) {
  const text = manifest === null ? null : typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
  return detectIn(files, tools, text === null ? {} : { 'package.json': text })
}

function detectIn(files: readonly string[], tools: readonly string[], texts: Readonly<Record<string, string>>) {
  const all = [...files, ...Object.keys(texts).filter((path) => path.includes('/'))]
  const workshop = { files: all, texts: new Map(Object.entries(texts)), tools: new Set(tools), localTools: new Map() }
  const { run, skipped } = detectChecks(workshop)
  const plans = run.filter((plan) => plan.type === 'command')
  return { run: run.map((plan) => plan.check), skipped: skipped.map((check) => check.check), plans }
}

test('an empty workspace calls for nothing', () => {
  assert.deepEqual(detect([]), { run: [], skipped: [], plans: [] })
})

test('a test script is run the way npm would run it; the placeholder of npm init is no test', () => {
  const own = detect(['package.json', 'a.test.js'], EVERYTHING, { scripts: { test: 'vitest run' } })
  assert.deepEqual(own.run, ['npm test'])
  assert.equal(own.plans[0]?.command, 'node --run test')
  const wrapped = detect(['package.json'], EVERYTHING, { scripts: { test: 'x', pretest: 'y' } })
  assert.equal(wrapped.plans[0]?.command, 'npm test --silent')
  const placeholder = { scripts: { test: 'echo "Error: no test specified" && exit 1' } }
  assert.deepEqual(detect(['package.json', 'index.js'], EVERYTHING, placeholder).run, ['javascript syntax'])
})

test('JavaScript: tests where there are some, at least the syntax where there are none', () => {
  for (const file of ['a.test.js', 'src/a-test.mjs', 'test.cjs', 'test/whatever.ts', 'lib/b.test.ts'])
    assert.deepEqual(detect([file]).run, ['node --test'], file)
  assert.deepEqual(detect(['index.js', 'latest.js']).run, ['javascript syntax'])
})

test('Python: pytest where it is installed, unittest otherwise, syntax at least', () => {
  assert.deepEqual(detect(['app.py', 'test_app.py']).run, ['pytest'])
  const plain = detect(['app.py', 'tests/test_app.py'], ['python3'])
  assert.deepEqual(plain.run, ['unittest'])
  assert.equal(plain.plans[0]?.command, 'python3 -m unittest discover -v -s tests')
  const packaged = detect(['tests/__init__.py', 'tests/test_app.py'], ['python3'])
  assert.equal(packaged.plans[0]?.command, 'python3 -m unittest discover -v')
  assert.match(detect(['app_test.py'], ['python3']).plans[0]?.command ?? '', /-p '\*test\*\.py'/)
  assert.deepEqual(detect(['app.py'], ['python3']).run, ['python syntax'])
})

test('linters and type checkers run where the workspace asks for them, and are named where they are missing', () => {
  const files = ['tsconfig.json', 'eslint.config.js', '.oxlintrc.json', 'pyproject.toml', 'a.py', 'index.html']
  assert.deepEqual(detect(files).run, [
    'javascript syntax',
    'python syntax',
    'ruff',
    'tsc',
    'eslint',
    'oxlint',
    'links',
  ])
  const bare = detect(files, ['node'])
  assert.deepEqual(bare.run, ['javascript syntax', 'links'])
  assert.deepEqual(bare.skipped, ['python syntax', 'ruff', 'tsc', 'eslint', 'oxlint'])
  assert.deepEqual(detect(['src/tsconfig.json']).run, [], 'only the one at the root')
})

test('a broken manifest is a check that will fail, not a crash', () => {
  assert.deepEqual(detect(['package.json'], EVERYTHING, '{ "scripts": ').run, ['package.json'])
  assert.deepEqual(detect(['package.json'], EVERYTHING, '[]').run, ['package.json'])
  assert.deepEqual(detect(['package.json'], EVERYTHING, { scripts: { test: 5 } }).run, [])
  assert.deepEqual(detect(['package.json'], EVERYTHING, '{"scripts":{"__proto__":"x","constructor":"y"}}').run, [])
})

test('any files and any manifest: it answers, each check once, and a skipped one says why', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.option(fc.json()), fc.subarray(EVERYTHING), (files, manifest, tools) => {
      const texts = new Map(manifest === null ? [] : [['package.json', manifest]])
      const { run, skipped } = detectChecks({ files, texts, tools: new Set(tools), localTools: new Map() })
      const names = [...run, ...skipped].map((check) => check.check)
      assert.equal(new Set(names).size, names.length)
      for (const check of skipped) assert.match(check.reason ?? '', /is not installed/)
      for (const plan of run) assert.ok(plan.type === 'look' || (plan.timeoutMs > 0 && plan.command !== ''))
    }),
  )
})
