// One server process: starting it, finding the one that runs, telling it from a stranger with the same number, stopping it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterDeps } from './cluster.ts'
import { PORT } from './layout.ts'
import { SYSTEM_PATH } from './run-as.ts'

export type Postmaster = {
  readonly pid: number
  readonly socketFolder: string
  readonly port: number
  /** `ready` once it takes connections; `starting`, `standby` and `stopping` else. */
  readonly status: string
  /** As it stood in the file, to tell one server from the next. */
  readonly record: string
}

const LOG_BYTES = 8_000_000
const STOP_MS = 20_000

/** What postmaster.pid says; null when there is none, or it is being written. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const record = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  // Lines: pid, data directory, start time, port, socket folder, listen address, shared memory, status.
  const lines = record.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  if (!Number.isSafeInteger(pid) || pid <= 1) return null
  return { pid, port: Number(lines[3]), socketFolder: lines[4] ?? '', status: lines[7] ?? '', record }
}

/** Whose number that is: a server of this cluster, nobody's, or after a power cut anybody else's. */
export function whoRuns(pid: number, cluster: string): 'server' | 'nobody' | 'stranger' {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return 'nobody'
  }
  // No /proc there: being alive has to do, and the connection settles it.
  if (process.platform !== 'linux') return 'server'
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(cluster) ? 'server' : 'stranger'
  } catch {
    return 'nobody'
  }
}

/** PostgreSQL clears a dead server's file by itself, but takes a stranger with the same number for that server. */
export async function discardStale(cluster: string, stale: Postmaster): Promise<void> {
  const path = join(cluster, 'postmaster.pid')
  const aside = `${path}.stale-${process.pid}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  // Another process may have cleared it and started a server in between: that one's file goes back.
  if ((await readFile(aside, 'utf8')) === stale.record) await rm(aside, { force: true })
  else await rename(aside, path)
}

/**
 * Starts a server that outlives this process. `exited` resolves with what it wrote if it ends; `forget` lets go of it
 * once it serves.
 */
export async function spawnPostmaster(deps: ClusterDeps) {
  const { layout, binaries, runAs } = deps
  const log = await openLog(layout.log)
  const begin = (await log.stat()).size
  const [program = '', ...args] = [
    ...runAs.prefix,
    binaries.postgres,
    '-D',
    layout.cluster,
    ...settings(layout.sockets, deps.durable).flatMap((setting) => ['-c', setting]),
  ]
  let child: ChildProcess
  let exited: Promise<string>
  try {
    child = spawn(program, args, {
      ...runAs.spawnAs,
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      // Not ours: it holds secrets, and variables that PostgreSQL would listen to.
      env: { PATH: SYSTEM_PATH, LC_ALL: 'C', TZ: 'UTC', ...binaries.environment },
    })
    // Before anything is waited for: one that ends at once says so once.
    exited = new Promise((resolve) => {
      child.once('error', (error) => resolve(`FATAL: ${error.message}`))
      child.once('exit', () => void readFrom(layout.log, begin).then(resolve))
    })
  } finally {
    await log.close()
  }
  return {
    exited,
    forget: () => {
      child.unref()
    },
  }
}

/** Tuned for a small machine: about 70 MB at rest. A page's checksum tells a damaged disk. */
function settings(sockets: string, durable: boolean): readonly string[] {
  return [
    `unix_socket_directories=${sockets}`,
    'unix_socket_permissions=0700',
    'listen_addresses=',
    `port=${PORT}`,
    'max_connections=60',
    'superuser_reserved_connections=1',
    'shared_buffers=48MB',
    'work_mem=8MB',
    'maintenance_work_mem=32MB',
    'effective_cache_size=512MB',
    'random_page_cost=1.1',
    'max_wal_size=512MB',
    'min_wal_size=64MB',
    'wal_compression=on',
    'io_method=sync',
    'jit=off',
    'max_worker_processes=2',
    'max_parallel_workers=0',
    'max_logical_replication_workers=0',
    'autovacuum_max_workers=2',
    'autovacuum_naptime=20s',
    'log_min_messages=warning',
    'log_checkpoints=off',
    'timezone=UTC',
    'log_timezone=UTC',
    // The last word counts: whoever gives up what lasts has many installations on one server, as tests do.
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=400']),
  ]
}

/** Asks it to stop at once but cleanly, ending what its clients do; resolves when it is gone. */
export async function stopPostmaster(cluster: string): Promise<void> {
  const running = await readPostmaster(cluster)
  if (running === null || whoRuns(running.pid, cluster) !== 'server') return
  signal(running.pid, 'SIGINT')
  const patience = Date.now() + STOP_MS
  let urged = false
  while (whoRuns(running.pid, cluster) === 'server') {
    if (!urged && Date.now() > patience) {
      // It recovers from its log at the next start.
      signal(running.pid, 'SIGQUIT')
      urged = true
    }
    if (Date.now() > patience + STOP_MS) throw new Error(`The database server (process ${running.pid}) does not stop.`)
    await sleep(5)
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

async function openLog(path: string) {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > LOG_BYTES) await rename(path, `${path}.1`)
  return open(path, 'a', 0o600)
}

async function readFrom(path: string, begin: number): Promise<string> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  return bytes.subarray(begin).toString()
}
