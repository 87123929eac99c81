// What holds for any tests: adding finds nothing, taking out is found, and nothing that a file holds stops the search.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findWeakenings } from './find-weakenings.ts'
import { errors } from './integrity/sample-tests.ts'

const NAME = fc.stringMatching(/^[a-z]{3,12}$/)
const NUMBER = fc.integer({ min: -99, max: 99 })
const STYLES = {
  'a.test.js': (name: string, lines: readonly (readonly [number, number])[]) =>
    `test('${name}', () => {\n${lines.map(([a, b]) => `  assert.equal(f(${a}), ${b})`).join('\n')}\n})\n`,
  'a.spec.ts': (name: string, lines: readonly (readonly [number, number])[]) =>
    `it('${name}', async () => {\n${lines.map(([a, b]) => `  expect(f(${a})).toBe(${b})`).join('\n')}\n})\n`,
  'test_a.py': (name: string, lines: readonly (readonly [number, number])[]) =>
    `def test_${name}():\n${lines.map(([a, b]) => `    assert f(${a}) == ${b}`).join('\n')}\n\n`,
  'a_test.go': (name: string, lines: readonly (readonly [number, number])[]) =>
    `func Test${name}(t *testing.T) {\n${lines.map(([a, b]) => `\tassert.Equal(t, ${b}, F(${a}))`).join('\n')}\n}\n`,
  'src/a.rs': (name: string, lines: readonly (readonly [number, number])[]) =>
    `#[test]\nfn ${name}() {\n${lines.map(([a, b]) => `    assert_eq!(f(${a}), ${b});`).join('\n')}\n}\n`,
  'ATest.java': (name: string, lines: readonly (readonly [number, number])[]) =>
    `class ATest {\n  @Test\n  void ${name}() {\n${lines.map(([a, b]) => `    assertEquals(${b}, f(${a}));`).join('\n')}\n  }\n}\n`,
} as const
const PATHS = fc.constantFrom(...(Object.keys(STYLES) as (keyof typeof STYLES)[]))
const LINES = fc.array(fc.tuple(NUMBER, NUMBER), { minLength: 1, maxLength: 6 })
const CASES = fc.uniqueArray(fc.tuple(NAME, LINES), { minLength: 1, maxLength: 5, selector: ([name]) => name })

test('whatever is added to tests, nothing is found', () => {
  fc.assert(
    fc.property(PATHS, CASES, CASES, LINES, (path, cases, more, lines) => {
      const write = (all: typeof cases) => all.map(([name, own]) => STYLES[path](name, own)).join('\n')
      const names = new Set(cases.map(([name]) => name))
      const grown = cases.map(([name, own], index): (typeof cases)[number] => [
        name,
        index === 0 ? [...own, ...lines] : own,
      ])
      const after = [...grown, ...more.filter(([name]) => !names.has(name))]
      assert.deepEqual(errors({ [path]: write(cases) }, { [path]: write(after) }), [])
    }),
    { numRuns: 150 },
  )
})

test('whichever assertion is taken out, it is found', () => {
  fc.assert(
    fc.property(PATHS, CASES, fc.nat(), (path, cases, chosen) => {
      const source = cases.map(([name, own]) => STYLES[path](name, own)).join('\n')
      const lines = source.split('\n')
      const asserting = lines.flatMap((line, index) => (/assert|expect/.test(line) ? [index] : []))
      const gone = asserting[chosen % asserting.length]
      const after = lines.filter((_, index) => index !== gone).join('\n')
      assert.notDeepEqual(errors({ [path]: source }, { [path]: after }), [], after)
    }),
    { numRuns: 200 },
  )
})

test('whichever case is taken out, or skipped, it is found', () => {
  fc.assert(
    fc.property(PATHS, CASES, fc.nat(), (path, cases, chosen) => {
      const gone = chosen % cases.length
      const write = (all: typeof cases) => `// Tests.\n${all.map(([name, own]) => STYLES[path](name, own)).join('\n')}`
      assert.notDeepEqual(
        errors({ [path]: write(cases) }, { [path]: write(cases.filter((_, index) => index !== gone)) }),
        [],
      )
    }),
    { numRuns: 150 },
  )
})

test('the same files, or files in another place, are nothing to ask about', () => {
  fc.assert(
    fc.property(PATHS, CASES, (path, cases) => {
      const source = cases.map(([name, own]) => STYLES[path](name, own)).join('\n')
      assert.deepEqual(findWeakenings([{ path, before: source, after: source }]), [])
      assert.deepEqual(errors({ [path]: source }, { [`tests/${path}`]: source }), [])
      const turned = cases
        .toReversed()
        .map(([name, own]) => STYLES[path](name, own))
        .join('\n')
      assert.deepEqual(errors({ [path]: source }, { [path]: turned }), [])
    }),
    { numRuns: 100 },
  )
})

const ANY_PATH = fc.constantFrom(
  'a.test.js',
  'test_a.py',
  'a_test.go',
  'src/a.rs',
  'ATest.java',
  'a_spec.rb',
  'ATest.php',
  'package.json',
  'tsconfig.json',
  'pytest.ini',
  'conftest.py',
  '.github/workflows/ci.yml',
  'Makefile',
  'a.snap',
  'vitest.config.ts',
)
const WORDS = fc.constantFrom(
  'test(',
  'it("',
  "'",
  '"',
  '`',
  '${',
  '}',
  '{',
  ')',
  '(',
  '\n',
  ' ',
  'assert ',
  'assert.equal(',
  'expect(',
  ').toBe(',
  'def test_a():',
  '    ',
  '#[test]',
  'fn a() ',
  '/*',
  '*/',
  '//',
  '#',
  '"""',
  'try',
  'catch',
  'return',
  'if (',
  '/',
  '\\',
  'x',
  '1',
  'describe(',
  '.skip',
  '.only',
  'end',
  '\u0000',
  '🙂',
)
const ANY_TEXT = fc.oneof(
  fc.string(),
  fc.array(WORDS, { maxLength: 60 }).map((words) => words.join('')),
)

test('whatever the files hold, it answers, the same each time, with places in the text', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ANY_PATH, fc.option(ANY_TEXT), fc.option(ANY_TEXT)), { maxLength: 4 }), (files) => {
      const given = files.map(([path, before, after]) => ({ path, before, after }))
      const found = findWeakenings(given)
      assert.deepEqual(findWeakenings(given), found)
      for (const { line, before, after } of found) assert.ok(line >= 1 && before.length <= 400 && after.length <= 400)
    }),
    { numRuns: 400 },
  )
})

test('long and hostile texts take no time that anybody would notice', () => {
  const parts = [
    '(',
    'it(',
    'it.a',
    'a.expect(',
    'assert ',
    '`${',
    "'",
    '/[',
    ' '.repeat(50),
    'if (',
    'x.skip',
    '@Test\n',
    '.catch(',
    'return ',
    'except',
    '"a": ',
    'expect(a).b',
  ]
  for (const path of [
    'a.test.js',
    'test_a.py',
    'ATest.java',
    'a_test.go',
    'src/a.rs',
    'a_spec.rb',
    'package.json',
    'Makefile',
  ])
    for (const part of parts) {
      const text = part.repeat(Math.ceil(20_000 / part.length))
      findWeakenings([{ path, before: text, after: `${text}\n1` }])
    }
})
