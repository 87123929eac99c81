// The commands with which known patterns are mended, in a real sandbox: a left-over listener is ended, a declared package is installed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingDependency } from '../../src/core/healing/rules/missing-dependency.ts'
import { portTaken } from '../../src/core/healing/rules/port-taken.ts'
import { viewOf } from '../support/rule-view.ts'
import type { Sandbox } from '../../src/core/ports/sandbox.ts'
import { prepareGround } from '../hostile/ground.ts'

const ground = prepareGround()

async function run(sandbox: Sandbox, command: string) {
  const limits = { cwd: '.', env: { CI: 'true' }, timeoutMs: 60_000, maxOutputBytes: 8_000 }
  const { exitCode, stdout, stderr } = await sandbox.exec({ command, ...limits }, AbortSignal.timeout(60_000))
  return { exitCode, said: `${stdout}${stderr}` }
}

async function put(sandbox: Sandbox, path: string, text: string): Promise<void> {
  await sandbox.writeFile(path, new TextEncoder().encode(text))
}

test('what was left listening in the sandbox is ended, and the port is free', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const listens = "require('node:net').createServer().listen(4173, () => require('node:fs').writeFileSync('up', ''))"
  await put(sandbox, 'listens.cjs', `${listens}\n`)
  const served = await sandbox.serve(
    { command: 'node listens.cjs', cwd: '.', env: {}, port: 4173, readyTimeoutMs: 30_000 },
    AbortSignal.timeout(60_000),
  )
  assert.equal(served.type, 'listening')
  const tries = `node -e "require('node:net').createServer().on('error', (e) => { console.log(e.message); process.exit(1) }).listen(4173, () => process.exit(0))"`
  const taken = await run(sandbox, tries)
  assert.match(taken.said, /EADDRINUSE[^\n]*:4173/)
  const remedy = await portTaken.diagnose(viewOf({}, taken.said))
  const command = remedy?.commands[0]?.command ?? 'false'
  assert.equal((await run(sandbox, command)).exitCode, 0)
  assert.equal((await run(sandbox, tries)).exitCode, 0, 'it is free')
  assert.equal((await run(sandbox, command)).exitCode, 1, 'nobody listens there any more')
})

test('a declared package that lies in the workspace is installed without any network', async (t) => {
  const sandbox = await ground.open(t)
  if (sandbox === null) return
  const manifest = '{ "type": "module", "dependencies": { "own": "file:./packages/own" } }\n'
  await put(sandbox, 'package.json', manifest)
  await put(sandbox, 'a.js', "import own from 'own'\nconsole.log(own)\n")
  await put(sandbox, 'packages/own/package.json', '{ "name": "own", "version": "1.0.0", "main": "main.js" }\n')
  await put(sandbox, 'packages/own/main.js', "module.exports = 'it is here'\n")
  const missing = await run(sandbox, 'node a.js')
  assert.match(missing.said, /Cannot find package 'own'/)
  const remedy = await missingDependency.diagnose(viewOf({ 'package.json': manifest, 'a.js': '' }, missing.said))
  const installed = await run(sandbox, remedy?.commands[0]?.command ?? 'false')
  assert.equal(installed.exitCode, 0, installed.said)
  assert.deepEqual(await run(sandbox, 'node a.js'), { exitCode: 0, said: 'it is here\n' })
})
