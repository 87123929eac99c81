// Tasks that start from an archive: what people send, and what they send to break out.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { zipSync } from 'fflate'
import type { ArtifactId } from '../../src/core/vocabulary/ids.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { gitStage } from './git-world.ts'

type Stage = NonNullable<Awaited<ReturnType<typeof gitStage>>>
const text = (words: string): Uint8Array => new TextEncoder().encode(words)

async function start(stage: Stage, name: string, bytes: Uint8Array): Promise<Task> {
  const id = stage.base.ids.next<ArtifactId>()
  const objectKey = `artifacts/given/${id}`
  await stage.base.objects.put(objectKey, bytes)
  const about = { taskId: null, messageId: null, kind: 'file', mediaType: 'application/zip', content: null } as const
  await stage.base.artifacts.add({ id, name, bytes: bytes.length, objectKey, createdAt: new Date(), ...about })
  const { id: taskId } = await stage.ask({ taskType: 'dev_pipeline', source: { type: 'archive', artifact_id: id } })
  return stage.work(taskId)
}

const pathIn = (stage: Stage, task: Task, path: string): string =>
  join(stage.dataDir, 'workspaces', task.id, 'files', path)

/** Made by tar itself, of a folder that `make` fills. */
function tarOf(t: TestContext, make: (folder: string) => void, ...options: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-tar-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  mkdirSync(join(folder, 'in'))
  make(join(folder, 'in'))
  const { status, stderr } = spawnSync('tar', ['-czf', join(folder, 'out.tgz'), '-C', join(folder, 'in'), ...options])
  assert.equal(status, 0, stderr.toString())
  return readFileSync(join(folder, 'out.tgz'))
}

test('a zip: its one folder is left out, programs stay programs, what leads elsewhere is left out and said', async (t) => {
  const stage = await gitStage(t, { limits: { sandbox: { memoryBytes: 2e9, processes: 200, diskBytes: 20_000_000 } } })
  if (stage === null) return
  const plain = await start(
    stage,
    'shop.zip',
    zipSync({ 'shop/a.txt': text('a\n'), 'shop/bin/go': [text('#!/bin/sh\n'), { os: 3, attrs: 0o100_755 << 16 }] }),
  )
  assert.equal(plain.status, 'completed', plain.error ?? '')
  assert.equal(readFileSync(pathIn(stage, plain, 'a.txt'), 'utf8'), 'a\n')
  assert.ok((statSync(pathIn(stage, plain, 'bin/go')).mode & 0o100) !== 0)
  const slip = await start(
    stage,
    'slip.zip',
    zipSync({
      '../../out.txt': text('x'),
      '/etc/x': text('x'),
      'ok.txt': text('ok'),
      '.git/hooks/post-commit': text('x'),
    }),
  )
  assert.equal(slip.status, 'completed', slip.error ?? '')
  assert.ok(existsSync(pathIn(stage, slip, 'ok.txt')))
  assert.ok(!existsSync(pathIn(stage, slip, '.git')) && !existsSync(pathIn(stage, slip, '../../out.txt')))
  const step = (await stage.told(slip.id, 'step.completed')).find((one) => one.step === 'workspace/source')
  assert.match(JSON.stringify(step?.output), /2 files whose names lead elsewhere/)
  const bomb = await start(stage, 'bomb.zip', zipSync({ bomb: new Uint8Array(20_000_000) }, { level: 1 }))
  assert.match(bomb.error ?? '', /too large/)
  assert.match((await start(stage, 'no.zip', text('not a zip'))).error ?? '', /no \.zip/)
  assert.match((await start(stage, 'none.zip', zipSync({}))).error ?? '', /no files|no \.zip/)
})

test('a tar: unpacked by tar in the sandbox, without links that lead out', async (t) => {
  const stage = await gitStage(t, {})
  if (stage === null) return
  const bytes = tarOf(
    t,
    (folder) => {
      mkdirSync(join(folder, 'shop/.git/hooks'), { recursive: true })
      writeFileSync(join(folder, 'shop/.git/hooks/post-commit'), 'x')
      writeFileSync(join(folder, 'shop/a.txt'), 'a\n')
      symlinkSync('a.txt', join(folder, 'shop/inside'))
      symlinkSync('/etc/passwd', join(folder, 'shop/outside'))
      symlinkSync('../../../../etc', join(folder, 'shop/up'))
    },
    'shop',
  )
  const task = await start(stage, 'shop.tar.gz', bytes)
  assert.equal(task.status, 'completed', task.error ?? '')
  assert.equal(readFileSync(pathIn(stage, task, 'inside'), 'utf8'), 'a\n')
  for (const gone of ['outside', 'up', '.git', '.factotum-packed', '.factotum-unpacked', 'shop'])
    assert.equal(statSync(pathIn(stage, task, gone), { throwIfNoEntry: false }), undefined, gone)
  assert.match((await start(stage, 'broken.tgz', bytes.subarray(0, 60))).error ?? '', /broken/)
})
