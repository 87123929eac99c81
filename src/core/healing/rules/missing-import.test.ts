// Modules of the standard library that are used and not imported.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingImport } from './missing-import.ts'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'
import type { Files } from '../../../../test/support/rule-view.ts'

const PYTHON = '  File "/workspace/a.py", line 2\nNameError: name \'os\' is not defined\n'
const NODE = 'ReferenceError: readFileSync is not defined\n    at /workspace/a.js:1:1\n'
const mended = async (files: Files, said: string) => mendedBy(await missingImport.diagnose(viewOf(files, said)), files)

test('the import is put above the code', async () => {
  assert.equal((await mended({ 'a.py': 'print(os.sep)\n' }, PYTHON))?.['a.py'], 'import os\nprint(os.sep)\n')
  const node = { 'package.json': '{ "type": "module" }', 'a.js': "readFileSync('a')\n" }
  assert.equal((await mended(node, NODE))?.['a.js'], "import { readFileSync } from 'node:fs'\nreadFileSync('a')\n")
})

test('where it is not certain, nothing is', async () => {
  assert.equal(await mended({ 'a.py': 'import os\nprint(os.sep)\n' }, PYTHON), null, 'it is imported')
  assert.equal(await mended({ 'a.py': 'def f(os):\n    return os.a\n' }, PYTHON), null, 'it is a name of their own')
  assert.equal(await mended({ 'a.py': 'print(total.a)\n' }, PYTHON.replace("'os'", "'total'")), null, 'no such module')
  assert.equal(await mended({ 'a.js': 'const readFileSync = 1\nreadFileSync()\n' }, NODE), null, 'it is declared')
  assert.equal(await mended({ 'b.js': "readFileSync('a')\n" }, NODE), null, 'another file was named')
})

test('whatever is printed is answered', () =>
  answersAnything(missingImport, [PYTHON, NODE, 'os.path', 'readFileSync(1)']))
