// Files that are named where they do not stand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'
import type { Files } from '../../../../test/support/rule-view.ts'
import { wrongPath } from './wrong-path.ts'

const ESM = "Cannot find module '/workspace/src/sum.js' imported from /workspace/a.js\n"
const OPEN = "Error: ENOENT: no such file or directory, open 'words.txt'\n"
const mended = async (files: Files, said: string) => mendedBy(await wrongPath.diagnose(viewOf(files, said)), files)

test('an import, a file that is opened, a module of Python', async () => {
  const files = { 'a.js': "import { sum } from './src/sum.js'\n", 'lib/sum.js': '' }
  assert.equal((await mended(files, ESM))?.['a.js'], "import { sum } from './lib/sum.js'\n")
  const opened = { 'a.js': "open('words.txt')\n", 'data/words.txt': '' }
  assert.equal((await mended(opened, OPEN))?.['a.js'], "open('data/words.txt')\n")
})

test('where it is not certain, nothing is', async () => {
  const a = "import { sum } from './src/sum.js'\n"
  assert.equal(await mended({ 'a.js': a }, ESM), null, 'it stands nowhere')
  assert.equal(await mended({ 'a.js': a, 'b/sum.js': '', 'c/sum.js': '' }, ESM), null, 'it stands twice')
  assert.equal(await mended({ 'a.js': 'other()\n', 'b/sum.js': '' }, ESM), null, 'nobody names it')
  assert.equal(await mended({ 'a.js': a, 'b/sum.js': '' }, ESM.replaceAll('/workspace/src', '/etc')), null)
})

test('whatever is printed is answered', () => answersAnything(wrongPath, [ESM, OPEN, "import './src/sum.js'"]))
