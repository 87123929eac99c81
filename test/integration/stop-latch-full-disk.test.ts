// The latch of a panic on a disk that is full: a tiny one, of a process of its own.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ADAPTER = fileURLToPath(new URL('../../src/adapters/sandbox/stop-latch.ts', import.meta.url))

const scriptOn = (disk: string) => `
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createStopLatch } from ${JSON.stringify(ADAPTER)}
const disk = ${JSON.stringify(disk)}
const latch = createStopLatch(disk)
const fill = () => { try { writeFileSync(disk + '/fill', 'x'.repeat(200_000)) } catch {} }
const on = { by: 'ada', at: new Date(5_000), recorded: false }
const told = { before: await latch.get() }
fill()
await latch.set(on)
told.full = await latch.get()
await latch.set({ ...on, recorded: true })
rmSync(disk + '/fill')
await latch.set({ ...on, recorded: true })
told.room = await latch.get()
fill()
await latch.set({ ...on, recorded: false })
told.kept = await latch.get()
told.left = readdirSync(disk).toSorted()
await latch.set(null)
told.off = await latch.get()
console.log(JSON.stringify(told))
`

test('on a full disk a panic still holds, and nothing is left lying about', async (t) => {
  const disk = await mkdtemp(join(tmpdir(), 'small-disk-'))
  t.after(() => rm(disk, { recursive: true, force: true }))
  const command = ['--dev-bind', '/', '/', '--size', String(128 * 1024), '--tmpfs', disk]
  const probe = spawnSync('bwrap', [...command, 'true'], { encoding: 'utf8' })
  if (probe.status !== 0) return t.skip('there is no bubblewrap to make a small disk with')
  const node = [process.execPath, '--input-type=module', '--eval', scriptOn(disk)]
  const { status, stdout, stderr } = spawnSync('bwrap', [...command, ...node], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const whole = { by: 'ada', at: new Date(5_000).toISOString(), recorded: true }
  assert.deepEqual(JSON.parse(stdout), {
    before: null,
    full: { by: 'platform', at: new Date(0).toISOString(), recorded: false },
    room: whole,
    kept: whole,
    left: ['fill', 'panic.json'],
    off: null,
  })
})
