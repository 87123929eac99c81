// Packages that are imported and not there; names that nobody knows are never fetched.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingDependency } from './missing-dependency.ts'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'
import type { Files } from '../../../../test/support/rule-view.ts'

const node = (name: string) =>
  `Error [ERR_MODULE_NOT_FOUND]: Cannot find package '${name}' imported from /workspace/a.js`
const python = (name: string) => `ModuleNotFoundError: No module named '${name}'`
const remedy = (files: Files, said: string) => missingDependency.diagnose(viewOf(files, said))
const commands = async (files: Files, said: string) =>
  (await remedy(files, said))?.commands.map(({ command }) => command)

test('what is declared is installed; what everybody knows is added', async () => {
  const declared = { 'package.json': '{ "dependencies": { "own": "file:own" } }' }
  assert.deepEqual(await commands(declared, node('own')), [
    'npm install --no-audit --no-fund --ignore-scripts --prefer-offline',
  ])
  assert.match((await commands({ 'package.json': '{}' }, node('express')))?.[0] ?? '', / express$/)
  const files = { 'requirements.txt': 'flask\n' }
  const added = await remedy(files, python('yaml'))
  assert.equal(mendedBy(added, files)?.['requirements.txt'], 'flask\nPyYAML\n')
  assert.match(added?.commands[0]?.command ?? '', /pip install .*-r requirements\.txt$/)
  assert.deepEqual((await remedy(files, python('flask')))?.fixes, [])
})

test('where it is not certain, nothing is', async () => {
  const manifest = { 'package.json': '{}' }
  for (const name of ['expres', 'left-padder', 'a; rm -rf /', '../x', 'node:fs', '$(id)', '--global'])
    assert.equal(await remedy(manifest, node(name)), null, name)
  assert.equal(await remedy({ ...manifest, 'src/express.js': '' }, node('express')), null, 'a file of their own')
  assert.equal(await remedy({}, node('express')), null, 'there is no manifest')
  assert.equal(await remedy({ 'package.json': '{' }, node('express')), null, 'it can not be read')
  assert.equal(await remedy({ 'requirements.txt': 'flask\n' }, python('nobody_knows')), null)
})

test('whatever is printed is answered', () =>
  answersAnything(missingDependency, [node('express'), python('yaml'), '{ "dependencies": { "x": "1" } }', 'flask']))
