import assert from 'node:assert/strict'
import { pbkdf2 } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { spawnPostmaster } from './postmaster.ts'

test('a server that ends at once is seen to end, however busy the machine is', { timeout: 30_000 }, async (t) => {
  if (process.platform === 'win32') return t.skip('there is no embedded server on Windows')
  const root = await mkdtemp(join(tmpdir(), 'postmaster-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  let busy = true
  const work = promisify(pbkdf2)
  const keepBusy = async (): Promise<void> => {
    while (busy) await work('word', 'salt', 40_000, 32, 'sha256')
  }
  // More than Node has threads for files, so that every file operation waits for its turn.
  const workers = Array.from({ length: 16 }, keepBusy)
  try {
    const server = await spawnPostmaster({
      layout: { root, cluster: root, log: join(root, 'log'), sockets: root, libraries: root },
      binaries: { postgres: 'true', initdb: 'true', environment: {} },
      runAs: { prefix: [], spawnAs: {}, own: async () => undefined },
      durable: false,
    })
    assert.equal(await server.exited, '')
  } finally {
    busy = false
    await Promise.all(workers)
  }
})
