// The embedded server in the situations it has to survive. Every test has a data directory, and so a server, of its own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { chmod, chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { startEmbedded } from '../../src/adapters/postgres/embedded/embedded.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { acceptSample, append, said } from '../contract/sample-task.ts'
import { withoutPostgres } from '../support/postgres.ts'

const USER = fileURLToPath(new URL('postgres-embedded-user.ts', import.meta.url))
const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const options = { skip: withoutPostgres }

type Said = {
  readonly type: 'up' | 'stopped' | 'failed'
  readonly connection?: { readonly directory: string }
  readonly began?: string
  readonly stopped?: boolean
  readonly message?: string
}

type User = {
  readonly next: () => Promise<Said>
  readonly stop: (how?: 'stop' | 'stop!') => Promise<boolean | undefined>
  readonly kill: () => Promise<void>
}

/** Starts processes that use a server in `dataDir`, and at the end leaves neither them nor it behind. */
async function place(t: TestContext, under?: string) {
  const folder = await mkdtemp(join(under ?? tmpdir(), 'embedded-'))
  const dataDir = join(folder, 'data')
  const children = new Set<ChildProcess>()

  function start(directory = dataDir, as: Pick<SpawnOptions, 'uid' | 'gid'> = {}): User {
    const child = spawn(process.execPath, [USER, directory], { ...as, stdio: ['pipe', 'pipe', 'inherit'], cwd: '/' })
    children.add(child)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<Said> => {
      const line = await lines.next()
      assert.ok(line.done !== true, 'the process ended without a word')
      return JSON.parse(line.value)
    }
    return {
      next,
      stop: async (how = 'stop') => {
        child.stdin.write(`${how}\n`)
        return (await next()).stopped
      },
      kill: async () => {
        const gone = new Promise((resolve) => child.once('close', resolve))
        child.kill('SIGKILL')
        await gone
      },
    }
  }

  t.after(async () => {
    for (const child of children) child.kill('SIGKILL')
    const pid = await postmasterPid(dataDir)
    if (pid !== null) await endProcess(pid)
    await rm(folder, { recursive: true, force: true })
  })
  return { folder, dataDir, start }
}

async function postmasterPid(dataDir: string): Promise<number | null> {
  const text = await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  if (!(pid > 1)) return null
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return command.includes(dataDir) ? pid : null
}

/** Ends it at once, as the kernel would; resolves when it and its children are gone. */
async function endProcess(pid: number): Promise<void> {
  const isAlive = async () => (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== ''
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
  while (await isAlive()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a server outlives the process that started it, and the next one uses it', options, async (t) => {
  const { start } = await place(t)
  const first = start()
  const up = await first.next()
  assert.equal(up.type, 'up', up.message)
  await first.kill()
  const second = start()
  assert.deepEqual(await second.next(), up)
  assert.equal(await second.stop(), true)
})

test('processes that start at once end up with one server, and the last one out stops it', options, async (t) => {
  const { dataDir, start } = await place(t)
  const users = Array.from({ length: 4 }, () => start())
  const ups = await Promise.all(users.map((user) => user.next()))
  for (const up of ups) assert.equal(up.type, 'up', up.message)
  assert.equal(new Set(ups.map(({ began }) => began)).size, 1)
  const [last, ...others] = users
  for (const user of others) assert.equal(await user.stop(), false)
  assert.notEqual(await postmasterPid(dataDir), null)
  assert.equal(await last?.stop(), true)
  assert.equal(await postmasterPid(dataDir), null)
})

test('one that starts while another stops gets a server that stays', options, async (t) => {
  const { start } = await place(t)
  for (let round = 0; round < 3; round += 1) {
    const leaving = start()
    assert.equal((await leaving.next()).type, 'up')
    const coming = start()
    const [, up] = await Promise.all([leaving.stop(), coming.next()])
    assert.equal(up.type, 'up', up.message)
    assert.equal(await coming.stop(), true)
  }
})

test('the data is there after the server was killed, whatever number is in its file', options, async (t) => {
  if (process.platform !== 'linux') return t.skip('looks at /proc')
  const { dataDir, start } = await place(t)
  const first = start()
  await first.next()
  await first.kill()
  const pid = await postmasterPid(dataDir)
  assert.ok(pid)
  const pidFile = join(dataDir, 'cluster', 'postmaster.pid')
  const record = await readFile(pidFile, 'utf8')
  await endProcess(pid)
  // As after a power cut: by now the number is somebody else's, here this very process's.
  await writeFile(pidFile, record.replace(String(pid), String(process.pid)))
  const second = start()
  const up = await second.next()
  assert.equal(up.type, 'up', up.message)
  assert.equal(await second.stop(), true)
})

test('a server that dies under a living process comes back', options, async (t) => {
  if (process.platform !== 'linux') return t.skip('looks at /proc')
  const { dataDir, start } = await place(t)
  const user = start()
  await user.next()
  const pid = await postmasterPid(dataDir)
  assert.ok(pid)
  await endProcess(pid)
  let back: number | null = null
  for (let tries = 0; back === null && tries < 400; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    const found = await postmasterPid(dataDir)
    if (found !== pid) back = found
  }
  assert.ok(back)
  assert.equal(await user.stop('stop!'), true)
})

test(
  'what was acknowledged is there after the server was killed under load',
  { ...options, timeout: 120_000 },
  async (t) => {
    if (process.platform !== 'linux') return t.skip('looks at /proc')
    const { dataDir } = await place(t)
    const server = await startEmbedded({ dataDir, log: () => undefined })
    const stores = await connectPostgres({ connection: server.connection, log: () => undefined })
    const acknowledged = new Map<TaskId, number>()
    let stopping = false
    const write = async () => {
      while (!stopping) {
        try {
          let task = await acceptSample(stores.store)
          acknowledged.set(task.id, task.lastSeq)
          for (let round = 0; round < 3; round += 1) {
            task = await append(stores.store, task, [said(`${round}`)])
            acknowledged.set(task.id, task.lastSeq)
          }
        } catch {
          // The server is away: whoever asked was told, and asks again.
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
      }
    }
    try {
      const writers = Promise.all(Array.from({ length: 10 }, write))
      for (let kills = 0; kills < 2; kills += 1) {
        const before = acknowledged.size
        while (acknowledged.size < before + 50) await new Promise((resolve) => setTimeout(resolve, 5))
        const pid = await postmasterPid(dataDir)
        assert.ok(pid)
        await endProcess(pid)
      }
      const before = acknowledged.size
      while (acknowledged.size < before + 50) await new Promise((resolve) => setTimeout(resolve, 5))
      stopping = true
      await writers
      for (const [id, length] of acknowledged) {
        const log = await stores.store.events(id, 0, 100)
        const task = await stores.store.get(id)
        assert.ok(log.length >= length, `${id} had ${length} events and has ${log.length}`)
        assert.equal(task?.lastSeq, log.length)
      }
    } finally {
      stopping = true
      await stores.close()
      await server.stop()
    }
  },
)

test('a data directory may be as deep as the file system allows; its socket is then elsewhere', options, async (t) => {
  const { folder, start } = await place(t)
  const deep = join(folder, 'd'.repeat(100), 'e'.repeat(100))
  const user = start(deep)
  const up = await user.next()
  assert.equal(up.type, 'up', up.message)
  const sockets = up.connection?.directory ?? ''
  assert.ok(sockets.length < 90)
  assert.equal((await stat(sockets)).mode & 0o777, 0o700)
  assert.equal(await user.stop(), true)
  await rm(sockets, { recursive: true })
})

test('everything it makes is for its owner alone', options, async (t) => {
  const { dataDir, start } = await place(t)
  const user = start()
  const up = await user.next()
  for (const path of [dataDir, join(dataDir, 'cluster'), up.connection?.directory ?? '']) {
    assert.equal((await stat(path)).mode & 0o077, 0, path)
  }
  assert.equal((await stat(join(dataDir, 'server.log'))).mode & 0o077, 0)
  assert.equal(await user.stop(), true)
})

test('root needs no other user, even below a folder that only root may enter', options, async (t) => {
  if (!isRoot) return t.skip('not root')
  const { folder, dataDir, start } = await place(t)
  await chmod(folder, 0o700)
  const user = start()
  const up = await user.next()
  assert.equal(up.type, 'up', up.message)
  assert.equal((await stat(join(dataDir, 'cluster'))).uid, 0)
  assert.equal(await user.stop(), true)
})

test('an ordinary user runs it as well', options, async (t) => {
  if (!isRoot) return t.skip("this run is an ordinary user's already")
  if (!(await canRun(NOBODY))) return t.skip("the project's folder can't be read by another user here")
  const { folder, start } = await place(t)
  await chown(folder, NOBODY, NOBODY)
  const user = start(undefined, { uid: NOBODY, gid: NOBODY })
  const up = await user.next()
  assert.equal(up.type, 'up', up.message)
  assert.equal(await user.stop(), true)
})

test('a damaged or foreign data directory is one clear sentence', options, async (t) => {
  const { folder, start } = await place(t)
  const damaged = join(folder, 'damaged')
  const user = start(damaged)
  await user.next()
  await user.stop()
  await writeFile(join(damaged, 'cluster', 'PG_VERSION'), '12\n')
  await expectFailure(start(damaged), /made by another version of PostgreSQL/)
  await writeFile(join(damaged, 'cluster', 'PG_VERSION'), '18\n')
  await rm(join(damaged, 'cluster', 'global', 'pg_control'))
  await expectFailure(start(damaged), /is damaged: restore a backup/)
  await rm(join(damaged, 'cluster', 'postgresql.conf'))
  await expectFailure(start(damaged), /is damaged: restore a backup/)

  await writeFile(join(folder, 'file'), '')
  await expectFailure(start(join(folder, 'file', 'data')), /file/)
})

async function expectFailure(user: User, sentence: RegExp): Promise<void> {
  const said = await user.next()
  assert.equal(said.type, 'failed')
  assert.match(said.message ?? '', sentence)
  assert.ok(!said.message?.includes('\n'))
}

function canRun(uid: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--check', USER], { uid, gid: uid, stdio: 'ignore', cwd: '/' })
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
}
