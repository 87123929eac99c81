// Ports that are taken: by a fixed number where any would do, or by what was left running.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { portTaken } from './port-taken.ts'
import { answersAnything, mendedBy, viewOf } from '../../../../test/support/rule-view.ts'

const SAID = 'Error: listen EADDRINUSE: address already in use :::4173\n'

test('any free port where the file asks for the one it got', async () => {
  const files = { 'a.test.js': 'server.listen(4173)\nconst { port } = server.address()\n' }
  const mended = mendedBy(await portTaken.diagnose(viewOf(files, SAID)), files)
  assert.equal(mended?.['a.test.js'], 'server.listen(0)\nconst { port } = server.address()\n')
})

test('else what listens there is ended, but for what the platform itself has running', async () => {
  const files = { 'a.test.js': 'server.listen(4173)\nfetch("http://localhost:4173")\n' }
  const remedy = await portTaken.diagnose(viewOf(files, SAID))
  assert.deepEqual([remedy?.fixes, remedy?.commands.length], [[], 1])
  assert.equal(await portTaken.diagnose(viewOf(files, SAID, [4173])), null)
  assert.equal(await portTaken.diagnose(viewOf({}, SAID.replace('4173', '3128'))), null, 'the way out')
  for (const said of ['', 'EADDRINUSE', 'EADDRINUSE :::0', 'EADDRINUSE :::99999', 'address already in use'])
    assert.equal(await portTaken.diagnose(viewOf(files, said)), null, said)
})

test('whatever is printed is answered', () =>
  answersAnything(portTaken, [SAID, 'listen(4173)', '.address()', ':::4173;id']))
