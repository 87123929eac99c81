// The tools of an agent, on a sandbox in memory: what each does, and how each says no.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemorySandboxProvider } from '../../../adapters/memory/sandbox.ts'
import type { MemorySandboxScript } from '../../../adapters/memory/sandbox.ts'
import type { TaskId } from '../../vocabulary/ids.ts'
import { TOOLS } from './registry.ts'
import type { Served, ToolName } from './tool.ts'

const id = 't1' as TaskId
const LIMITS = { memoryBytes: 1e9, processes: 100, diskBytes: 1e9 }

async function bench(script: Partial<MemorySandboxScript> = {}) {
  const files = new Map([[id, new Map<string, Uint8Array>()]])
  const sandbox = await createMemorySandboxProvider({ files, script }).open(id, LIMITS)
  const published: Served[] = []
  const context = {
    sandbox,
    signal: new AbortController().signal,
    onOutput: () => undefined,
    publish: async (served: Served) => {
      published.push(served)
      return 'http://preview/'
    },
    skills: [{ name: 'knots', says: 'Knots', text: 'Knots\n\nTie them well.' }],
    limits: { commandMs: 10_000, sandbox: { memoryBytes: 1_000_000 } },
  }
  return {
    published,
    use: async (name: ToolName, input: unknown) => {
      const tool = TOOLS.find((one) => one.name === name)
      assert.ok(tool !== undefined)
      return tool.run(input, context)
    },
    put: (path: string, bytes: Uint8Array) => sandbox.writeFile(path, bytes),
    get: (path: string) => sandbox.readFile(path, 1_000_000),
  }
}
const bytes = (text: string) => new TextEncoder().encode(text)

test('what is written can be listed, read and edited', async () => {
  const { use } = await bench()
  assert.equal((await use('write', { path: 'src/a.txt', content: 'one two' })).touched, true)
  assert.match((await use('list', {})).output, /src\/a\.txt \(7 bytes\)/)
  assert.equal((await use('edit', { path: 'src/a.txt', old: 'two', new: '$& three' })).ok, true)
  assert.equal((await use('read', { path: 'src/a.txt' })).output, 'one $& three')
})

test('an edit is refused where the old text is missing or there twice, and nothing is changed', async () => {
  const { use, get } = await bench()
  await use('write', { path: 'a', content: 'x x' })
  for (const [old, times] of [
    ['x', 2],
    ['y', 0],
  ] as const) {
    const outcome = await use('edit', { path: 'a', old, new: 'z' })
    assert.deepEqual([outcome.ok, outcome.touched], [false, false])
    assert.match(outcome.output, new RegExp(`occurs ${times} times`))
  }
  assert.deepEqual(await get('a'), bytes('x x'))
})

test('an edit changes no byte but those it was asked to change', async () => {
  const { use, put, get } = await bench()
  await put('bom', bytes('\ufeffold\r\n'))
  assert.equal((await use('edit', { path: 'bom', old: 'old', new: 'new' })).ok, true)
  assert.deepEqual(await get('bom'), bytes('\ufeffnew\r\n'))
  const latin = new Uint8Array([0x6f, 0x6c, 0x64, 0xe9])
  await put('latin', latin)
  assert.match((await use('edit', { path: 'latin', old: 'old', new: 'new' })).output, /not text in UTF-8/)
  assert.deepEqual(await get('latin'), latin)
})

test('input that does not fit, a file that is not there and a way out of the workspace are refused in words', async () => {
  const { use } = await bench()
  assert.match((await use('read', { file: 'a' })).output, /The input does not fit: path/)
  assert.match((await use('read', { path: 'a' })).output, /a: there is no such file/)
  assert.match((await use('write', { path: '../a', content: '' })).output, /outside of the workspace/)
})

test('a command tells its exit code, its output, and when its time was up', async () => {
  const { use } = await bench({
    exec: async ({ command }) =>
      command === 'slow' ? { exitCode: null, timedOut: true } : { exitCode: 3, stdout: 'said', stderr: 'moaned' },
  })
  assert.deepEqual(await use('shell', { command: 'x' }), {
    ok: false,
    output: 'exit code 3\nsaid\nmoaned',
    touched: true,
  })
  assert.match((await use('shell', { command: 'slow', timeout_seconds: 5 })).output, /timed out after 5 seconds/)
  assert.match((await use('shell', { command: 'slow', timeout_seconds: 99 })).output, /timed out after 10 seconds/)
})

test('a search that was cut off does not say that nothing is there', async () => {
  const found = await bench({ exec: async () => ({ stdout: 'a:1:x\n' }) })
  assert.equal((await found.use('search', { pattern: 'x' })).output, 'a:1:x\n')
  const nothing = await bench({ exec: async () => ({ exitCode: 0 }) })
  assert.equal((await nothing.use('search', { pattern: 'x' })).output, 'Nothing found.')
  const cut = await bench({ exec: async () => ({ exitCode: null, timedOut: true }) })
  assert.match((await cut.use('search', { pattern: 'x' })).output, /took too long/)
})

test('what listens is published under its port, what does not is refused with what it printed', async () => {
  const listening = await bench()
  const outcome = await listening.use('serve', { command: 'node server.js', port: 8_000 })
  assert.deepEqual(listening.published, [{ port: 8_000, command: 'node server.js', cwd: '.' }])
  assert.deepEqual(outcome.served, listening.published[0])
  const dead = await bench({
    serve: async () => ({ type: 'failed', exitCode: 1, output: 'no such module', reason: 'it ended' }),
  })
  const refused = await dead.use('serve', { command: 'node server.js', port: 8_000 })
  assert.deepEqual([refused.ok, refused.output, dead.published], [false, 'it ended\nno such module', []])
})

test('a skill is read by its name, and a name that is none says which there are', async () => {
  const { use } = await bench()
  assert.equal((await use('skill', { name: 'knots' })).output, 'Knots\n\nTie them well.')
  assert.deepEqual(await use('skill', { name: '../rules' }), {
    ok: false,
    output: 'There is no skill "../rules". There are: knots.',
    touched: false,
  })
})
