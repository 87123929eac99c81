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

test('a frontend beside a backend: each is checked in its own folder, with its own tools', () => {
  const files = [
    'frontend/a.test.js',
    'frontend/src/b.ts',
    'frontend/tsconfig.json',
    'backend/app.py',
    'backend/test_app.py',
    'backend/requirements.txt',
    'service/main.go',
    'README.md',
  ]
  const texts = {
    'frontend/package.json': '{"name":"web","scripts":{"test":"vitest run"}}',
    'service/go.mod': 'module a\n',
  }
  const { run, plans } = detectIn(files, EVERYTHING, texts)
  assert.deepEqual(run, ['npm test (frontend)', 'pytest (backend)', 'tsc (frontend)'])
  assert.deepEqual(
    plans.map(({ folder }) => folder),
    ['frontend', 'backend', 'frontend'],
  )
  assert.deepEqual(detectIn(files, EVERYTHING, texts).skipped, ['go test (service)'])
})

test('what a root’s own script tests is not tested twice, and what it does not is', () => {
  const packages = { 'packages/a/package.json': '{"name":"a","scripts":{"test":"node --test"}}' }
  const root = (script: string, more = {}) => ({
    'package.json': JSON.stringify({ scripts: { test: script }, ...more }),
    ...packages,
  })
  const run = (texts: Readonly<Record<string, string>>) => detectIn(['package.json'], ['npm'], texts).run
  assert.deepEqual(run(root('npm test --workspaces', { workspaces: ['packages/*'] })), ['npm test'])
  assert.deepEqual(run(root('npm --prefix packages/a test')), ['npm test'])
  assert.deepEqual(run(root('node --test test/')), ['npm test', 'npm test (packages/a)'])
})

test('material of tests, examples and copies of others are no projects, nor is a mark of how files are loaded', () => {
  const texts = Object.fromEntries(
    ['test/fixtures/broken', 'examples/one', 'vendor/lib', 'node_modules/x', '.cache/y', 'dist', 'a b'].map(
      (folder) => [`${folder}/package.json`, '{"name":"x","scripts":{"test":"exit 1"}}'],
    ),
  )
  assert.deepEqual(detectIn([], EVERYTHING, { ...texts, 'lib/esm/package.json': '{"type":"module"}' }).run, [])
})

test('the number of projects is bounded, and what was left out is said', () => {
  const folders = Array.from({ length: 30 }, (_, index) => [
    `p${index}/package.json`,
    '{"name":"x","scripts":{"test":"node --test"}}',
  ])
  const { run, skipped } = detectIn([], EVERYTHING, Object.fromEntries(folders))
  assert.equal(run.length, 8)
  assert.deepEqual(skipped, ['more projects'])
})

test('TypeScript in several configurations: each that the root refers to', () => {
  const files = ['tsconfig.json', 'tsconfig.app.json', 'tsconfig.node.json', 'src/a.ts']
  const root =
    '{ "files": [], // both\n "references": [{"path": "./tsconfig.app.json"}, {"path": "tsconfig.node.json"}, {"path": "../out"},], }'
  const split = detectIn(files, EVERYTHING, { 'tsconfig.json': root })
  assert.deepEqual(split.run, ['tsc (tsconfig.app.json)', 'tsc (tsconfig.node.json)'])
  assert.equal(split.plans[0]?.command, "tsc --noEmit -p 'tsconfig.app.json'")
  const composite = '{"compilerOptions":{"composite":true}}'
  const built = detectIn(files, EVERYTHING, { 'tsconfig.json': root, 'tsconfig.app.json': composite })
  assert.deepEqual(
    built.plans.map(({ command }) => command),
    ['tsc -b'],
  )
  const own = { 'tsconfig.json': root, 'package.json': '{"scripts":{"typecheck":"tsc -b --noEmit"}}' }
  assert.deepEqual(
    detectIn(files, EVERYTHING, own).plans.map(({ command }) => command),
    ['node --run typecheck'],
  )
})

test('a script that tests nothing, that cannot fail, or that stops half way says so', () => {
  const notes = (script: string) => {
    const { plans } = detect(['package.json'], EVERYTHING, { scripts: { test: script } })
    const { findings } = plans[0]?.parse({ stdout: '', stderr: '', exitCode: 0 }) ?? { findings: [] }
    return findings.map(({ rule, severity }) => `${severity} ${rule}`)
  }
  for (const nothing of ['exit 0', 'true', 'echo ok', ':', 'echo a && exit 0'])
    assert.deepEqual(notes(nothing), ['note tests-nothing'], nothing)
  assert.deepEqual(notes('node --test || true'), ['note cannot-fail', 'note several-steps'])
  assert.deepEqual(notes('eslint . && node --test'), ['note several-steps'])
  assert.deepEqual(notes('node --test'), [])
})

test('runners that found nothing to run have checked nothing', () => {
  const skip = (files: readonly string[], output: string, exitCode: number, tools = EVERYTHING) =>
    detect(files, tools).plans[0]?.parse({ stdout: output, stderr: '', exitCode }).skip
  assert.match(skip(['a.test.js'], 'ℹ tests 0\n', 0) ?? '', /no tests/)
  assert.match(skip(['test_a.py'], 'no tests ran in 0.01s\n', 5) ?? '', /no tests/)
  assert.match(skip(['test_a.py'], '\nRan 0 tests in 0.000s\n\nOK\n', 0, ['python3']) ?? '', /pytest/)
  assert.equal(skip(['a.test.js'], 'ℹ tests 0\n', 1), undefined)
})
