// Honest work on tests is left alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  errors,
  GO,
  JAVA,
  PHP,
  PY,
  RUBY,
  RUST,
  SUM,
  at,
  expectJs,
  go,
  java,
  js,
  manifest,
  one,
  php,
  py,
  ruby,
  rust,
} from './sample-tests.ts'
import type { Sample } from './sample-tests.ts'

const HONEST: readonly Sample[] = [
  ['a new test', ...one(js(SUM), js(SUM) + "test('zero', () => { assert.equal(add(0, 0), 0) })\n"), null],
  [
    'a new test file',
    { 'add.test.js': js(SUM) },
    { 'add.test.js': js(SUM), 'sub.test.js': js('  assert.equal(sub(1, 1), 0)') },
    null,
  ],
  ['another assertion', ...one(js(SUM), js(`${SUM}\n  assert.equal(add(0, 0), 0)`)), null],
  ['another name', ...one(js(SUM), js(SUM, 'sums two numbers')), null],
  ['another file name', { 'add.test.js': js(SUM) }, { 'sum.test.js': js(SUM) }, null],
  [
    'another folder',
    { 'add.test.js': js(SUM) },
    { 'test/unit/add.test.js': js(SUM).replace('./add.js', '../../add.js') },
    null,
  ],
  [
    'other formatting',
    ...one(
      js(SUM),
      js('  assert.equal(\n    add(1, 2),\n    3,\n  );\n  assert.equal(add(2, 2), 4);').replace(
        '() =>',
        'async () =>',
      ),
    ),
    null,
  ],
  ['a comment', ...one(js(SUM), js(`  // Small numbers first.\n${SUM}`)), null],
  ['another order', ...one(js(SUM), js('  assert.equal(add(2, 2), 4)\n  assert.equal(add(1, 2), 3)')), null],
  ['a stricter assertion', ...one(js('  assert.ok(add(1, 2))'), js('  assert.equal(add(1, 2), 3)')), null],
  [
    'toBeDefined becomes toBe',
    ...one(expectJs('    expect(add(1, 2)).toBeDefined()'), expectJs('    expect(add(1, 2)).toBe(3)')),
    null,
  ],
  [
    'a test is split',
    ...one(
      js(SUM),
      js('  assert.equal(add(1, 2), 3)') + "test('adds twos', () => {\n  assert.equal(add(2, 2), 4)\n})\n",
    ),
    null,
  ],
  [
    'two tests become one',
    ...one(
      js('  assert.equal(add(1, 2), 3)') + "test('adds twos', () => {\n  assert.equal(add(2, 2), 4)\n})\n",
      js(SUM),
    ),
    null,
  ],
  [
    'assertions become a loop',
    ...one(js(SUM), js('  for (const [a, b, sum] of [[1, 2, 3], [2, 2, 4]]) {\n    assert.equal(add(a, b), sum)\n  }')),
    null,
  ],
  [
    'assertions become one of the whole',
    ...one(
      js("  assert.equal(user.name, 'ada')\n  assert.equal(user.age, 36)"),
      js("  assert.deepEqual(user, { name: 'ada', age: 36 })"),
    ),
    null,
  ],
  [
    'assertions become a helper',
    ...one(
      js('  const a = add(1, 2)\n  assert.equal(a, 3)'),
      js('  holds(1, 2, 3)') + 'function holds(a, b, sum) {\n  assert.equal(add(a, b), sum)\n}\n',
    ),
    null,
  ],
  [
    'a variable has another name',
    ...one(js('  const x = add(1, 2)\n  assert.equal(x, 3)'), js('  const sum = add(1, 2)\n  assert.equal(sum, 3)')),
    null,
  ],
  [
    'another expectation is a note',
    ...one(js('  assert.equal(add(1, 2), 3)'), js('  assert.equal(add(1, 2), 4)')),
    null,
  ],
  ['a skip is taken away', ...one(js(SUM).replace("test('adds'", "test.skip('adds'"), js(SUM)), null],
  ['only is taken away', ...one(js(SUM).replace("test('adds'", "test.only('adds'"), js(SUM)), null],
  [
    'a skip stays as it was',
    ...one(
      js(SUM).replace("test('adds'", "test.skip('adds'"),
      js(`${SUM}\n  assert.equal(add(0, 0), 0)`).replace("test('adds'", "test.skip('adds'"),
    ),
    null,
  ],
  [
    'rows are added',
    ...one(
      "test.each([\n  [1, 2, 3],\n])('adds', (a, b, c) => {\n  expect(add(a, b)).toBe(c)\n})\n",
      "test.each([\n  [1, 2, 3],\n  [2, 2, 4],\n])('adds', (a, b, c) => {\n  expect(add(a, b)).toBe(c)\n})\n",
    ),
    null,
  ],
  [
    'a suite around them',
    ...one(js(SUM), js(SUM).replace("test('adds'", "describe('math', () => {\ntest('adds'") + '})\n'),
    null,
  ],
  ['try and finally', ...one(js(SUM), js(`  try {\n${SUM}\n  } finally {\n    close()\n  }`)), null],
  [
    'a failure is looked at',
    ...one(
      js(SUM),
      js(
        `${SUM}\n  try {\n    add('x')\n    assert.fail('it took a word')\n  } catch (error) {\n    assert.match(error.message, /number/)\n  }`,
      ),
    ),
    null,
  ],
  [
    'the code changes, not its tests',
    ...at('src/add.js', 'export const add = (a, b) => a - b\n', 'export const add = (a, b) => a + b\n'),
    null,
  ],
  [
    'code with words of tests in strings',
    ...at('src/say.js', "say('test.skip expect(true)')\n", "say('test.only assert.ok(true) || true')\n"),
    null,
  ],
  [
    'python: a new test',
    ...at('test_calc.py', py(PY), `${py(PY)}\n\ndef test_zero():\n    assert add(0, 0) == 0\n`),
    null,
  ],
  [
    'python: a table',
    ...at(
      'test_calc.py',
      py(PY),
      'import pytest\nfrom calc import add\n\n@pytest.mark.parametrize("a, b, sum", [\n    (1, 2, 3),\n    (2, 2, 4),\n])\ndef test_add(a, b, sum):\n    assert add(a, b) == sum\n',
    ),
    null,
  ],
  [
    'python: assertEqual becomes assert',
    ...at(
      'test_calc.py',
      'class TestCalc(TestCase):\n    def test_add(self):\n        self.assertEqual(add(1, 2), 3)\n',
      'def test_add():\n    assert add(1, 2) == 3\n',
    ),
    null,
  ],
  [
    'python: formatting',
    ...at('test_calc.py', py(PY), py('    assert (\n        add(1, 2) == 3\n    )\n    assert add(2, 2) == 4')),
    null,
  ],
  [
    'go: a table',
    ...at(
      'calc_test.go',
      go(GO),
      go(
        '\tfor _, c := range []struct{ a, b, sum int }{\n\t\t{1, 2, 3},\n\t\t{2, 2, 4},\n\t} {\n\t\tif got := Add(c.a, c.b); got != c.sum {\n\t\t\tt.Errorf("got %d", got)\n\t\t}\n\t}',
      ),
    ),
    null,
  ],
  [
    'rust: a new test',
    ...at(
      'src/lib.rs',
      rust(RUST),
      rust(`${RUST}\n    }\n\n    #[test]\n    fn zero() {\n        assert_eq!(add(0, 0), 0);`),
    ),
    null,
  ],
  [
    'rust: code beside the tests',
    ...at(
      'src/lib.rs',
      `fn add(a: i32, b: i32) -> i32 { a - b }\n${rust(RUST)}`,
      `fn add(a: i32, b: i32) -> i32 { a + b }\n${rust(RUST)}`,
    ),
    null,
  ],
  [
    'java: another assertion',
    ...at('src/test/java/CalcTest.java', java(JAVA), java(`${JAVA}\n        assertEquals(0, add(0, 0));`)),
    null,
  ],
  [
    'ruby: another assertion',
    ...at('spec/calc_spec.rb', ruby(RUBY), ruby(`${RUBY}\n    expect(add(0, 0)).to eq(0)`)),
    null,
  ],
  [
    'php: another assertion',
    ...at('tests/CalcTest.php', php(PHP), php(`${PHP}\n        $this->assertSame(0, add(0, 0));`)),
    null,
  ],
  ['another runner', ...at('package.json', manifest({ test: 'jest' }), manifest({ test: 'vitest run' })), null],
  [
    'another script',
    ...at('package.json', manifest({ test: 'node --test' }), manifest({ test: 'node --test', build: 'tsc -p .' })),
    null,
  ],
  [
    'more in the test script',
    ...at('package.json', manifest({ test: 'node --test' }), manifest({ test: 'tsc --noEmit && node --test' })),
    null,
  ],
  [
    'a first test script',
    ...at('package.json', manifest({ start: 'node .' }), manifest({ start: 'node .', test: 'node --test' })),
    null,
  ],
  ['a threshold is raised', ...at('.coveragerc', '[report]\nfail_under = 50\n', '[report]\nfail_under = 90\n'), null],
  [
    'strict comes',
    ...at(
      'tsconfig.json',
      '{\n  "compilerOptions": {\n    "target": "es2023"\n  }\n}\n',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "target": "es2023"\n  }\n}\n',
    ),
    null,
  ],
  [
    'an ignore moves with its code',
    { 'src/a.js': '// eslint-disable-next-line no-undef\nuse(x)\n', 'src/b.js': '' },
    { 'src/a.js': '', 'src/b.js': '// eslint-disable-next-line no-undef\nuse(x)\n' },
    null,
  ],
  ['an ignore is gone', ...at('src/a.py', 'use(x)  # noqa\n', 'use(x)\n'), null],
  [
    'CI runs more',
    ...at(
      '.github/workflows/ci.yml',
      'jobs:\n  a:\n    steps:\n      - run: npm test\n',
      'jobs:\n  a:\n    steps:\n      - run: npm run lint\n      - run: npm test\n',
    ),
    null,
  ],
]

for (const [title, before, after, rules] of HONEST) {
  test(`honest: ${title}`, () => {
    const found = errors(before, after)
    assert.deepEqual(found.map(({ rule }) => rule).toSorted(), (rules ?? []).toSorted(), JSON.stringify(found, null, 1))
    for (const { line, file } of found) assert.ok(line >= 1 && file !== '')
  })
}
