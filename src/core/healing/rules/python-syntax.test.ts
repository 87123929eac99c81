// Colons, brackets and tabs that Python names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pythonSyntax } from './python-syntax.ts'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'

const said = (line: number, problem: string) => `  File "/workspace/a.py", line ${line}\n    code\n    ^\n${problem}\n`
const COLON = "SyntaxError: expected ':'"
const NEVER = "SyntaxError: '(' was never closed"
const TABS = 'TabError: inconsistent use of tabs and spaces in indentation'
const mended = async (text: string, line: number, problem: string) => {
  const files = { 'a.py': text }
  return mendedBy(await pythonSyntax.diagnose(viewOf(files, said(line, problem))), files)?.['a.py'] ?? null
}

test('a colon, a bracket, tabs among spaces', async () => {
  assert.equal(await mended('def f(a)  # f\n    return a\n', 1, COLON), 'def f(a):  # f\n    return a\n')
  assert.equal(await mended('print(f(1)\nx = 1\n', 1, NEVER), 'print(f(1))\nx = 1\n')
  assert.equal(await mended('if a:\n    b()\n\tc()\n', 3, TABS), 'if a:\n    b()\n    c()\n')
})

test('where it is not certain, nothing is', async () => {
  assert.equal(await mended('x = 1\n', 1, COLON), null, 'no block begins there')
  assert.equal(await mended('if f(a\n    b()\n', 1, COLON), null, 'a bracket is open')
  assert.equal(await mended('print(\n    1\n', 1, NEVER), null, 'the statement goes on')
  assert.equal(await mended('if a:\n  b()\n\tc()\n', 3, TABS), null, 'how deep a tab is can not be told')
  assert.equal(await mended('x = (\n', 9, NEVER), null, 'there is no such line')
  assert.equal(await pythonSyntax.diagnose(viewOf({}, said(1, COLON))), null, 'there is no such file')
})

test('whatever is printed is answered', () =>
  answersAnything(pythonSyntax, [said(1, COLON), said(1, NEVER), said(2, TABS), 'def f(a)', '\tx']))
