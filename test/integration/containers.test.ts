// Building images with an engine of the machine: a fake one that shows what it is told, and a real one where it is there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createEngineImageBuilder } from '../../src/adapters/containers/engine-image-builder.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'

const REAL = 'buildah'
const TASK = 'task' as TaskId
const NEVER = new AbortController().signal

function ground(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'images-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const workspaces = {
    exportTo: async (_: unknown, target: string) => {
      writeFileSync(join(target, 'Dockerfile'), 'FROM scratch\nCOPY hello /hello\n')
      writeFileSync(join(target, 'hello'), 'hello\n')
    },
  }
  return { folder, copies: join(folder, 'copies'), workspaces, now: () => performance.now() }
}

/** Notes how it was called; its name decides what it does. */
function fakeEngine(folder: string, script: string): string {
  const program = join(folder, 'engine')
  writeFileSync(program, `#!/bin/sh\necho "$@" >> ${folder}/calls\n${script}\n`, { mode: 0o755 })
  return program
}

test('a build gets no network, fetches nothing, and leaves neither image nor copy', async (t) => {
  const { folder, copies, workspaces, now } = ground(t)
  const program = fakeEngine(
    folder,
    `case "$1" in --version) echo "buildah version 9.8.7";; build) printf '\\033[31mdone\\033[0m\\n';; esac`,
  )
  const builder = createEngineImageBuilder({ engine: 'buildah', workspaces, folder: copies, now, program })
  assert.deepEqual(await builder.available(), { type: 'available', name: 'buildah 9.8.7' })
  const built = await builder.build(TASK, { dockerfile: 'Dockerfile', context: '.', images: ['node:24'] }, NEVER)
  assert.deepEqual(
    { type: built.type, output: built.output, reason: built.reason },
    { type: 'built', output: 'done\n', reason: null },
  )
  const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
  assert.equal(calls[1], 'inspect --type image node:24')
  assert.match(
    calls[2] ?? '',
    /^build --pull-never --network none --no-cache --force-rm --tag factotum-check-\S+ --file \S+\/Dockerfile \S+$/,
  )
  const name = /--tag (\S+)/.exec(calls[2] ?? '')?.[1]
  assert.equal(calls[3], `rmi --force ${name}`)
  assert.deepEqual(readdirSync(copies), [])
})

test('an image that is not there is not fetched, and what fails says how it ended', async (t) => {
  const { folder, copies, workspaces, now } = ground(t)
  const program = fakeEngine(folder, 'case "$1" in image) exit 1;; build) echo broken >&2; exit 7;; esac')
  const builder = createEngineImageBuilder({ engine: 'docker', workspaces, folder: copies, now, program })
  const target = { dockerfile: 'Dockerfile', context: '.' }
  const refused = await builder.build(TASK, { ...target, images: ['evil.example/x'] }, NEVER)
  assert.equal(refused.type, 'refused')
  assert.match(refused.reason ?? '', /evil\.example\/x is not on this machine/)
  assert.ok(!existsSync(copies), 'nothing was copied for it')
  const failed = await builder.build(TASK, { ...target, images: [] }, NEVER)
  assert.deepEqual(
    [failed.type, failed.exitCode, failed.output, failed.reason],
    ['failed', 7, 'broken\n', 'It ended with exit code 7.'],
  )
})

test('a stopped build is over with everything that it started; one that takes too long as well', async (t) => {
  const { folder, copies, workspaces, now } = ground(t)
  const program = fakeEngine(folder, `case "$1" in build) sleep 300 & echo $! > ${folder}/child; wait;; esac`)
  const options = { engine: 'podman', workspaces, folder: copies, now, program } as const
  const stop = new AbortController()
  const target = { dockerfile: 'Dockerfile', context: '.', images: [] }
  const building = createEngineImageBuilder(options).build(TASK, target, stop.signal)
  while (!existsSync(join(folder, 'child'))) await new Promise((resolve) => setImmediate(resolve))
  stop.abort()
  assert.equal((await building).reason, 'The work was stopped.')
  const late = await createEngineImageBuilder({ ...options, timeoutMs: 50 }).build(TASK, target, NEVER)
  assert.equal(late.reason, 'It was still running after 0.05 seconds.')
  assert.deepEqual(readdirSync(copies), [])
})

test('an engine that is not there is said so', async (t) => {
  const { copies, folder, workspaces, now } = ground(t)
  const builder = createEngineImageBuilder({
    engine: 'podman',
    workspaces,
    folder: copies,
    now,
    program: join(folder, 'nothing'),
  })
  assert.deepEqual(await builder.available(), {
    type: 'unavailable',
    reason: 'podman is not installed on this machine.',
  })
})

test('a real engine builds from scratch, and has no image afterwards', async (t) => {
  if (spawnSync(REAL, ['--version']).status !== 0) return t.skip('buildah is not installed')
  const { copies, folder, workspaces, now } = ground(t)
  // A store of its own: nothing of the machine's is touched.
  const env = {
    STORAGE_DRIVER: 'vfs',
    BUILDAH_ISOLATION: 'chroot',
    HOME: folder,
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  }
  writeFileSync(
    env.CONTAINERS_STORAGE_CONF,
    `[storage]\ndriver = "vfs"\nrunroot = "${folder}/run"\ngraphroot = "${folder}/graph"\n`,
  )
  const images = () =>
    spawnSync(REAL, ['images', '--quiet'], { env: { PATH: process.env['PATH'], ...env }, encoding: 'utf8' })
  if (images().status !== 0) return t.skip('buildah can’t keep images here')
  const builder = createEngineImageBuilder({ engine: 'buildah', workspaces, folder: copies, now, env })
  const built = await builder.build(TASK, { dockerfile: 'Dockerfile', context: '.', images: [] }, NEVER)
  assert.equal(built.type, 'built', built.output)
  assert.equal(images().stdout.trim(), '')
  const missing = {
    exportTo: async (_: unknown, target: string) =>
      writeFileSync(join(target, 'Dockerfile'), 'FROM scratch\nCOPY gone /gone\n'),
  }
  const failed = await createEngineImageBuilder({
    engine: 'buildah',
    workspaces: missing,
    folder: copies,
    now,
    env,
  }).build(TASK, { dockerfile: 'Dockerfile', context: '.', images: [] }, NEVER)
  assert.equal(failed.type, 'failed')
  assert.match(failed.output, /gone/)
})
