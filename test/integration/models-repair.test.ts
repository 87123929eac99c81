// The offline model mends planted bugs by search, for real, in JavaScript, TypeScript and Python; and admits what it can't.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createOfflineModels } from '../../src/adapters/models/offline/offline.ts'
import { inFolder, runAgent, runPlan } from '../../testkit/llm/tiny-crew.ts'

const REQUEST = 'fix the failing test'
const models = createOfflineModels()
const hasPython = spawnSync('python3', ['--version']).status === 0

type Planted = {
  readonly bug: string
  /** The program's file, and the same with the bug in it. */
  readonly file: string
  readonly good: string
  readonly bad: string
  readonly tests: Readonly<Record<string, string>>
  readonly python?: true
}

const nodeTest = (imports: string, checks: string): string =>
  `import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n${imports}\n${checks}\n`

const PLANTED: readonly Planted[] = [
  {
    bug: 'a bound that is off by one',
    file: 'sum.js',
    good: 'export function sumTo(n) {\n  let total = 0\n  for (let i = 1; i <= n; i += 1) total += i\n  return total\n}\n',
    bad: 'export function sumTo(n) {\n  let total = 0\n  for (let i = 1; i < n; i += 1) total += i\n  return total\n}\n',
    tests: {
      'sum.test.js': nodeTest(
        "import { sumTo } from './sum.js'",
        "test('sums', () => {\n  assert.equal(sumTo(3), 6)\n  assert.equal(sumTo(0), 0)\n  assert.equal(sumTo(1), 1)\n})",
      ),
    },
  },
  {
    bug: 'a missing return',
    file: 'src/double.js',
    good: 'export function double(list) {\n  return list.map((n) => n * 2)\n}\n',
    bad: 'export function double(list) {\n  list.map((n) => n * 2)\n}\n',
    tests: {
      'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
      'test/double.test.js': nodeTest(
        "import { double } from '../src/double.js'",
        "test('doubles', () => assert.deepEqual(double([1, 2]), [2, 4]))",
      ),
    },
  },
  {
    bug: 'a missing await',
    file: 'load.js',
    good: "async function fetchName() {\n  return { name: 'ada' }\n}\n\nexport async function load() {\n  const user = await fetchName()\n  return user.name.toUpperCase()\n}\n",
    bad: "async function fetchName() {\n  return { name: 'ada' }\n}\n\nexport async function load() {\n  const user = fetchName()\n  return user.name.toUpperCase()\n}\n",
    tests: {
      'load.test.js': nodeTest(
        "import { load } from './load.js'",
        "test('loads', async () => assert.equal(await load(), 'ADA'))",
      ),
    },
  },
  {
    bug: 'a misspelt name',
    file: 'cart.ts',
    good: 'export type Item = { price: number; quantity: number }\n\nexport function total(items: Item[]): number {\n  return items.reduce((sum, item) => sum + item.price * item.quantity, 0)\n}\n',
    bad: 'export type Item = { price: number; quantity: number }\n\nexport function total(items: Item[]): number {\n  return items.reduce((sum, item) => sum + item.price * item.quantitiy, 0)\n}\n',
    tests: {
      'cart.test.ts': nodeTest(
        "import { total } from './cart.ts'",
        "test('totals', () => assert.equal(total([{ price: 2, quantity: 3 }, { price: 1, quantity: 1 }]), 7))",
      ),
    },
  },
  {
    bug: 'swapped arguments, in TypeScript',
    file: 'power.ts',
    good: 'function raise(base: number, exponent: number): number {\n  return base ** exponent\n}\n\nexport function cube(n: number): number {\n  return raise(n, 3)\n}\n',
    bad: 'function raise(base: number, exponent: number): number {\n  return base ** exponent\n}\n\nexport function cube(n: number): number {\n  return raise(3, n)\n}\n',
    tests: {
      'power.test.ts': nodeTest(
        "import { cube } from './power.ts'",
        "test('cubes', () => {\n  assert.equal(cube(2), 8)\n  assert.equal(cube(4), 64)\n  assert.equal(cube(-1), -1)\n})",
      ),
    },
  },
  {
    bug: 'two mistakes in two places',
    file: 'range.js',
    good: 'export function inRange(n, low, high) {\n  return n >= low && n <= high\n}\n\nexport function clamp(n, low, high) {\n  return Math.min(Math.max(n, low), high)\n}\n',
    bad: 'export function inRange(n, low, high) {\n  return n >= low && n < high\n}\n\nexport function clamp(n, low, high) {\n  return Math.min(Math.min(n, low), high)\n}\n',
    tests: {
      'range.test.js': nodeTest(
        "import { clamp, inRange } from './range.js'",
        "test('inside', () => {\n  assert.equal(inRange(3, 1, 3), true)\n  assert.equal(inRange(4, 1, 3), false)\n  assert.equal(inRange(1, 1, 3), true)\n})\ntest('clamps', () => {\n  assert.equal(clamp(5, 1, 3), 3)\n  assert.equal(clamp(0, 1, 3), 1)\n  assert.equal(clamp(2, 1, 3), 2)\n})",
      ),
    },
  },
  {
    bug: 'a comparison the wrong way round, in Python',
    file: 'biggest.py',
    good: 'def biggest(numbers):\n    best = numbers[0]\n    for number in numbers:\n        if number > best:\n            best = number\n    return best\n',
    bad: 'def biggest(numbers):\n    best = numbers[0]\n    for number in numbers:\n        if number < best:\n            best = number\n    return best\n',
    tests: {
      'test_biggest.py':
        'import unittest\nfrom biggest import biggest\n\n\nclass BiggestTest(unittest.TestCase):\n    def test_biggest(self):\n        self.assertEqual(biggest([1, 3, 2]), 3)\n        self.assertEqual(biggest([-1, -3]), -1)\n',
    },
    python: true,
  },
  {
    bug: 'a missing return, in a Python package',
    file: 'shop/price.py',
    good: 'def with_tax(price, rate=0.2):\n    return round(price * (1 + rate), 2)\n',
    bad: 'def with_tax(price, rate=0.2):\n    round(price * (1 + rate), 2)\n',
    tests: {
      'shop/__init__.py': '',
      'tests/test_price.py':
        'import unittest\nfrom shop.price import with_tax\n\n\nclass PriceTest(unittest.TestCase):\n    def test_tax(self):\n        self.assertEqual(with_tax(10), 12.0)\n        self.assertEqual(with_tax(10, 0), 10)\n',
    },
    python: true,
  },
]

for (const { bug, file, good, bad, tests, python } of PLANTED) {
  test(`mends ${bug}`, async (t) => {
    if (python === true && !hasPython) return t.skip('python3 is not installed')
    await inFolder({ [file]: bad, ...tests }, async (folder) => {
      const before = await readdir(folder, { recursive: true })
      const { endings } = await runPlan(models, REQUEST, folder)
      assert.equal(endings.length, 2)
      for (const { summary } of endings) assert.ok(!summary.includes('not done'), summary)
      assert.match(endings[0]?.summary ?? '', new RegExp(`${file}:\\d+`))
      for (const [path, content] of Object.entries(tests))
        assert.equal(await readFile(join(folder, path), 'utf8'), content, 'the tests are as they were')
      const mended = await readFile(join(folder, file), 'utf8')
      assert.notEqual(mended, bad)
      assert.equal(mended.split('\n').length, good.split('\n').length, 'a small change')
      assert.deepEqual(
        (await readdir(folder, { recursive: true })).toSorted(),
        before.toSorted(),
        'nothing is left behind',
      )
    })
  })
}

test('what no small change mends is reported as such, and the files are as they were', async () => {
  const program = 'export function primes(limit) {\n  return limit\n}\n'
  const tests = nodeTest(
    "import { primes } from './primes.js'",
    "test('primes', () => {\n  assert.deepEqual(primes(20), [2, 3, 5, 7, 11, 13, 17, 19])\n  assert.deepEqual(primes(3), [2, 3])\n})",
  )
  await inFolder({ 'primes.js': program, 'primes.test.js': tests }, async (folder) => {
    const { ending } = await runAgent(models, { request: REQUEST, subject: 'fix-tests-search', role: 'coder', folder })
    assert.match(ending.summary, /^This is not done: \d+ small changes were tried/)
    assert.equal(await readFile(join(folder, 'primes.js'), 'utf8'), program)
    assert.equal(await readFile(join(folder, 'primes.test.js'), 'utf8'), tests)
    assert.deepEqual((await readdir(folder)).toSorted(), ['primes.js', 'primes.test.js'])
  })
})

test('tests that pass already, and no tests at all, are told apart', async () => {
  await inFolder({ 'a.test.js': nodeTest('', "test('fine', () => assert.ok(true))") }, async (folder) => {
    const { ending } = await runAgent(models, { request: REQUEST, subject: 'fix-tests-search', role: 'coder', folder })
    assert.match(ending.summary, /passed already/)
  })
  await inFolder({ 'a.js': 'export const a = 1\n' }, async (folder) => {
    const { ending } = await runAgent(models, { request: REQUEST, subject: 'fix-tests-search', role: 'coder', folder })
    assert.match(ending.summary, /not done: the workspace has no tests/)
  })
})

test('a repair round searches once where none was made, and gives up where one was', async () => {
  const [planted] = PLANTED
  assert.ok(planted !== undefined)
  await inFolder({ [planted.file]: planted.bad, ...planted.tests }, async (folder) => {
    const mended = await runAgent(models, {
      request: 'create a JSON API for notes',
      subject: 'repair',
      role: 'coder',
      folder,
    })
    assert.match(mended.ending.summary, /All tests pass/)
    const again = await runAgent(models, { request: REQUEST, subject: 'repair', role: 'coder', folder })
    assert.match(again.ending.summary, /not done/)
    assert.equal(again.results.length, 0)
  })
})
