// A fix is made where its expected code stands, or not at all; everything beside it stays, byte for byte.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FixSuggestion } from '../vocabulary/healing.ts'
import { applyFixes } from './apply-fixes.ts'
import { fixPath } from './fix-path.ts'

function fix(file: string, line: number, current: string, fixed: string): FixSuggestion {
  return { file, line_number: line, current_code: current, fixed_code: fixed, explanation: 'why' }
}

function apply(files: Readonly<Record<string, string>>, ...fixes: readonly FixSuggestion[]) {
  const done = applyFixes(fixes, (path) =>
    Object.hasOwn(files, path) ? { text: files[path] ?? '' } : { problem: 'there is no such file' },
  )
  return {
    texts: { ...files, ...Object.fromEntries(done.changed) },
    applied: done.applied,
    refused: done.refused.map(({ reason }) => reason),
  }
}

const LOOP = 'let sum = 0\nfor (let i = 0; i <= n; i += 1) sum += i\nreturn sum\n'

test('a part of a line, a whole line and several lines', () => {
  assert.equal(apply({ a: LOOP }, fix('a', 2, 'i <= n', 'i < n')).texts['a'], LOOP.replace('<=', '<'))
  assert.equal(apply({ a: 'one\ntwo\nthree' }, fix('./a', 2, 'two', '2')).texts['a'], 'one\n2\nthree')
  assert.equal(apply({ a: 'one\ntwo\nthree\n' }, fix('a', 1, 'one\ntwo', '1\n1.5\n2')).texts['a'], '1\n1.5\n2\nthree\n')
  assert.equal(apply({ a: 'one\ntwo\nthree\n' }, fix('a', 2, 'two\n', '')).texts['a'], 'one\nthree\n')
})

test('what stands elsewhere exactly once is found there, and said so; what stands there twice is not', () => {
  const moved = apply({ a: LOOP }, fix('a', 1, 'i <= n', 'i < n'))
  assert.deepEqual([moved.applied[0]?.line, moved.applied[0]?.moved], [2, true])
  const twice = apply({ a: 'x = 1\ny = 2\nx = 1\n' }, fix('a', 2, 'x = 1', 'x = 3'))
  assert.match(twice.refused[0] ?? '', /2 other places/)
  assert.equal(apply({ a: 'x = 1\ny = 2\nx = 1\n' }, fix('a', 3, 'x = 1', 'x = 3')).texts['a'], 'x = 1\ny = 2\nx = 3\n')
  assert.match(apply({ a: 'f(x, x)\n' }, fix('a', 1, 'x', 'y')).refused[0] ?? '', /2 times on line 1/)
  assert.match(apply({ a: 'counter = 1\n' }, fix('a', 1, 'count', 'total')).refused[0] ?? '', /does not stand/)
})

test('line ends stay what they are, also where they are mixed', () => {
  const crlf = LOOP.replaceAll('\n', '\r\n')
  assert.equal(apply({ a: crlf }, fix('a', 2, 'i <= n', 'i < n')).texts['a'], crlf.replace('<=', '<'))
  assert.equal(apply({ a: 'a\r\nb\r\nc\r\n' }, fix('a', 1, 'a\nb', '1\n2\n3')).texts['a'], '1\r\n2\r\n3\r\nc\r\n')
  assert.equal(apply({ a: 'a\r\nb\nc\r\nd' }, fix('a', 3, 'c\r\nd', 'e')).texts['a'], 'a\r\nb\ne')
  assert.equal(apply({ a: '\uFEFFa\nb' }, fix('a', 1, 'a', 'x')).texts['a'], '\uFEFFx\nb')
})

test('other blanks are forgiven where one place alone can be meant, and the indentation of the file is kept', () => {
  const tabs = 'function f() {\n\tif (a) {\n\t\treturn 1\n\t}\n}\n'
  const fixed = apply({ a: tabs }, fix('a', 2, '    if (a) {\n        return 1', '    if (b) {\n        return 2'))
  assert.equal(fixed.texts['a'], 'function f() {\n\tif (b) {\n\t\treturn 2\n\t}\n}\n')
  const python = 'def f():\n    return 1\n'
  assert.equal(apply({ a: python }, fix('a', 2, 'return 1', 'return 2')).texts['a'], 'def f():\n    return 2\n')
  const inset = apply({ a: python }, fix('a', 2, 'return 1', 'x = 1\nif x:\n    return x'))
  assert.equal(inset.texts['a'], 'def f():\n    x = 1\n    if x:\n        return x\n')
  const twice = apply({ a: '\tx = 1 \n\ty\n  x = 1  \n' }, fix('a', 9, '    x = 1', '    x = 2'))
  assert.match(twice.refused[0] ?? '', /but for blanks .* 2 places/)
  const untold = apply({ a: 'if a:\n\tb()\n' }, fix('a', 2, '   b()', '   b()\n        c()\n'))
  assert.equal(untold.texts['a'], 'if a:\n\tb()\n')
})

test('several fixes in one file speak of its lines as they were; of overlapping ones the first counts', () => {
  const many = apply({ a: 'one\ntwo\nthree\n' }, fix('a', 1, 'one', '1\n1\n1'), fix('a', 3, 'three', '3'))
  assert.equal(many.texts['a'], '1\n1\n1\ntwo\n3\n')
  const overlap = apply({ a: 'one\ntwo\nthree\n' }, fix('a', 1, 'one\ntwo', '12'), fix('a', 2, 'two\nthree', '23'))
  assert.equal(overlap.texts['a'], '12\nthree\n')
  assert.deepEqual(overlap.refused, ['it overlaps with another fix'])
  assert.deepEqual(apply({ a: 'one\n' }, fix('a', 1, 'one', '1'), fix('a', 1, 'one', '1')).refused, [
    'it was proposed twice',
  ])
})

test('what names no place, changes nothing, empties a file or is too much is refused', () => {
  const files = { 'a.js': 'one\ntwo\n' }
  const refused = [
    fix('a.js', 1, '', 'x'),
    fix('a.js', 1, ' \n', 'x'),
    fix('a.js', 1, 'one', 'one'),
    fix('a.js', 1, 'one\r\ntwo', 'one\ntwo'),
    fix('a.js', 1, 'three', '3'),
    fix('a.js', 1, 'one\ntwo\n', ''),
    fix('a.js', 1, 'one', 'x\0'),
    fix('a.js', 1, 'one', 'x'.repeat(20_000)),
    fix('b.js', 1, 'one', '1'),
  ]
  for (const one of refused) {
    const done = apply(files, one)
    assert.deepEqual(done.texts, files, JSON.stringify(one).slice(0, 100))
    assert.equal(done.refused.length, 1)
  }
  const most = apply({ a: 'x\n'.repeat(30) }, ...Array.from({ length: 25 }, (_, at) => fix('a', at + 1, 'x', 'y')))
  assert.equal(most.applied.length, 20)
  assert.equal(most.refused.length, 5)
})

test('no path leads out of the project, or into what is none of its own', () => {
  const bad = [
    '../a',
    'a/../../b',
    '/etc/passwd',
    '/workspace/a.js',
    'C:\\a',
    'a\\b',
    '~/a',
    '',
    '.',
    './',
    'a//b',
    'a/./b',
    'a/',
    '.git/config',
    'sub/.git/hooks/pre-commit',
    '.GIT/config',
    'node_modules/x/index.js',
    '.venv/bin/python',
    'a\nb',
    'a\0b',
  ]
  for (const path of bad) assert.ok('problem' in fixPath(path), JSON.stringify(path))
  assert.deepEqual(fixPath('./src/a.js'), { path: 'src/a.js' })
  assert.deepEqual(fixPath('.gitignore'), { path: '.gitignore' })
})

test('any path: what is taken is relative, plain, and without a way up', () => {
  const part = fc.oneof(
    fc.constantFrom('..', '.', '', '.git', 'node_modules', 'a', '~', 'C:', '\\'),
    fc.string({ maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const named = fixPath(parts.join('/'))
      if (!('path' in named)) return
      assert.ok(!named.path.startsWith('/') && !named.path.includes('\\') && named.path !== '')
      for (const one of named.path.split('/')) assert.ok(!['', '.', '..', '.git', 'node_modules'].includes(one))
    }),
  )
})

const line = fc.constantFrom(
  'a = 1',
  'b = 2',
  '  a = 1',
  '\ta = 1',
  'a = 1  ',
  'c(a, b)',
  '',
  'if (a) {',
  '}',
  '😀 = 3',
)
const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n'))).map((lines) => lines.flat().join(''))
const code = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'))

test('any text and any fix: it is either the replacement of one occurrence, or the very same text', () => {
  fc.assert(
    fc.property(text, code, code, fc.integer({ min: 1, max: 20 }), (given, current, fixed, at) => {
      const done = apply({ a: given }, fix('a', at, current, fixed))
      const after = done.texts['a'] ?? ''
      if (done.applied.length === 0) {
        assert.equal(after, given)
        assert.equal(done.refused.length, 1)
        return
      }
      assert.notEqual(after, given)
      // What lies before and behind the place is untouched.
      const plain = given.replaceAll('\r\n', '\n')
      const exact = plain.indexOf(current) !== -1
      const [before, behind] = [commonStart(given, after), commonEnd(given, after)]
      assert.ok(given.length - before - behind <= current.length + current.split('\n').length + (exact ? 2 : 20))
    }),
    { numRuns: 500 },
  )
})

test('any two fixes: the same as one after the other where they do not overlap, whatever their order', () => {
  const numbered = fc
    .integer({ min: 2, max: 12 })
    .map((count) => Array.from({ length: count }, (_, at) => `line${at};`))
  fc.assert(
    fc.property(numbered, fc.nat(11), fc.nat(11), (lines, one, other) => {
      fc.pre(one !== other && one < lines.length && other < lines.length)
      const [first, second] = [one, other].map((at) => fix('a', at + 1, `line${at};`, `new${at}\nmore${at}`))
      assert.ok(first !== undefined && second !== undefined)
      const wanted = lines.map((text, at) => (at === one || at === other ? `new${at}\nmore${at}` : text)).join('\n')
      assert.equal(apply({ a: lines.join('\n') }, first, second).texts['a'], wanted)
      assert.equal(apply({ a: lines.join('\n') }, second, first).texts['a'], wanted)
    }),
  )
})

function commonStart(one: string, other: string): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at += 1
  return at
}

function commonEnd(one: string, other: string): number {
  let at = 0
  const most = Math.min(one.length, other.length) - commonStart(one, other)
  while (at < most && one.at(-1 - at) === other.at(-1 - at)) at += 1
  return at
}
