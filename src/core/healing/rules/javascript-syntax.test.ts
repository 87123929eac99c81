// A bracket that is not closed on the line that Node shows.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { javascriptSyntax } from './javascript-syntax.ts'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'

const said = (line: string) =>
  `/workspace/a.js:1\n${line}\n${' '.repeat(4)}^\n\nSyntaxError: missing ) after argument list\n`
const mended = async (line: string) => {
  const files = { 'a.js': `${line}\n` }
  return mendedBy(await javascriptSyntax.diagnose(viewOf(files, said(line))), files)?.['a.js'] ?? null
}

test('the bracket is closed at the end of the statement', async () => {
  assert.equal(await mended('console.log(sum(1, 2)'), 'console.log(sum(1, 2))\n')
  assert.equal(await mended('console.log("a (", 2;'), 'console.log("a (", 2);\n')
})

test('where it is not certain, nothing is', async () => {
  for (const line of ['f(a, (b', 'f(a,', 'f(`(`', 'f(a // (', 'f({ a: 1', 'f(a))', "f('a"])
    assert.equal(await mended(line), null, line)
  const other = viewOf({ 'a.js': 'f(1)\n' }, said('f(1'))
  assert.equal(await javascriptSyntax.diagnose(other), null, 'another line stands there')
  assert.equal(await javascriptSyntax.diagnose(viewOf({}, said('f(1'))), null, 'there is no such file')
})

test('whatever is printed is answered', () => answersAnything(javascriptSyntax, [said('f(1'), 'a.js:1']))
