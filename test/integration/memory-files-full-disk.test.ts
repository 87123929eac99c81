// Memory files on a disk that is full: a tiny one, of a process of its own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ADAPTER = fileURLToPath(new URL('../../src/adapters/memory-files/directory.ts', import.meta.url))
const BYTES = 128 * 1024

const scriptOn = (disk: string) => `
import { readdir } from 'node:fs/promises'
import { createDirectoryMemoryFiles } from ${JSON.stringify(ADAPTER)}
const files = createDirectoryMemoryFiles(${JSON.stringify(join(disk, 'memory'))})
const attempt = (work) => work.then(() => 'done', (error) => error.message)
const write = (scope, letter) => attempt(files.write({ scope, name: 'MEMORY.md', text: letter.repeat(40_000) }))
const told = { first: await write('shared', 'a'), others: [] }
for (const id of ['ada', 'ben', 'cleo', 'dora']) told.others.push(await write('person:' + id, 'b'))
told.again = await write('shared', 'c')
told.line = await attempt(files.append('shared', 'MEMORY.md', 'd'.repeat(20_000)))
told.kept = (await files.read('shared', 'MEMORY.md')).text
told.left = await readdir(${JSON.stringify(join(disk, 'memory', 'shared'))})
console.log(JSON.stringify(told))
`

test('on a full disk what was there stays whole, and the reason is said', async (t) => {
  const disk = await mkdtemp(join(tmpdir(), 'small-disk-'))
  t.after(() => rm(disk, { recursive: true, force: true }))
  const command = ['--dev-bind', '/', '/', '--size', String(BYTES), '--tmpfs', disk]
  const probe = spawnSync('bwrap', [...command, 'true'], { encoding: 'utf8' })
  if (probe.status !== 0) return t.skip('there is no bubblewrap to make a small disk with')
  const node = [process.execPath, '--input-type=module', '--eval', scriptOn(disk)]
  const { status, stdout, stderr } = spawnSync('bwrap', [...command, ...node], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const told = JSON.parse(stdout) as Record<'first' | 'again' | 'line' | 'kept', string> &
    Record<'others' | 'left', string[]>
  assert.equal(told.first, 'done')
  assert.ok(
    told.others.some((said) => said.endsWith('could not be written: the disk is full.')),
    stdout,
  )
  for (const said of [told.again, told.line])
    assert.match(said, /shared\/MEMORY\.md could not be written: the disk is full\.$/)
  assert.equal(told.kept, 'a'.repeat(40_000))
  assert.deepEqual(told.left, ['MEMORY.md'])
})
