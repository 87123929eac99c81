// Trailing commas and comments in JSON.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonSyntax } from './json-syntax.ts'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'

const SAID = 'SyntaxError: Unexpected token } in JSON at position 9'
const mended = async (text: string, path = 'a.json', said = SAID) => {
  const files = { [path]: text }
  return mendedBy(await jsonSyntax.diagnose(viewOf(files, said)), files)?.[path] ?? null
}

test('commas before a closing bracket and comments go, and nothing else', async () => {
  assert.equal(await mended('{\n  "a": [1, 2,],\n  "b": "x, }",\n}\n'), '{\n  "a": [1, 2],\n  "b": "x, }"\n}\n')
  assert.equal(await mended('{\n  "a": "http://b" // why\n}\n'), '{\n  "a": "http://b"\n}\n')
})

test('where it is not certain, nothing is', async () => {
  for (const text of ['{ "a": 1 }', '{ "a": }', "{ 'a': 1, }", '{ "a": "b', '{ /* a', ''])
    assert.equal(await mended(text), null, text)
  assert.equal(await mended('{ "a": 1, }', 'tsconfig.json'), null, 'it may have comments')
  assert.equal(await mended('{ "a": 1, }', 'a.json', 'AssertionError: 1 !== 2'), null, 'nobody spoke of JSON')
})

test('whatever is printed is answered', () => answersAnything(jsonSyntax, [SAID, '{ "a": 1, }', '// a', '/*', '"']))
