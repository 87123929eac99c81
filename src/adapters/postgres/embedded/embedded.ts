// The project's own PostgreSQL: made, started, found again and stopped without anybody noticing.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Telemetry } from '../../../core/ports/telemetry.ts'
import type { Connection } from '../pool.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster, SUPERUSER } from './cluster.ts'
import type { ClusterDeps } from './cluster.ts'
import { PORT, prepareLayout } from './layout.ts'
import { discardStale, readPostmaster, spawnPostmaster, stopPostmaster, whoRuns } from './postmaster.ts'
import { bePresent, isLast } from './presence.ts'
import type { Presence } from './presence.ts'
import { chooseRunAs } from './run-as.ts'
import { isPassing, serverFailure } from './server-failure.ts'

export type EmbeddedDeps = {
  /** A folder of its own; made if missing. Any length. */
  readonly dataDir: string
  readonly log: Telemetry['log']
  /** False only where the data may be lost with the machine's power, as in tests. */
  readonly durable?: boolean
}

export type Embedded = {
  readonly connection: Exclude<Connection, string>
  /**
   * Lets go of the server and stops it; with `ifUnused` only when no other process uses it. Resolves to whether it was
   * stopped. Later calls change nothing.
   */
  readonly stop: (options?: { readonly ifUnused?: boolean }) => Promise<boolean>
}

// Recovery after a power cut may take its time; everything else takes less than a second.
const START_MS = 120_000
const LOOK_MS = 3
const AGAIN_MS = 50
const RESTART_MIN_MS = 100
const RESTART_MAX_MS = 5_000

/**
 * Resolves when the server takes connections, whether it was started now or found running; processes that start at the
 * same moment end up with one server. It outlives this process if that is killed, and is started again if it dies
 * itself while this process lives. Throws Error with one sentence that says what to do.
 */
export async function startEmbedded({ dataDir, log, durable = true }: EmbeddedDeps): Promise<Embedded> {
  if (process.platform === 'win32') {
    throw new Error('There is no PostgreSQL of our own on Windows yet: set DATABASE_URL to a server.')
  }
  const layout = await prepareLayout(dataDir)
  const deps: ClusterDeps = {
    layout,
    binaries: await findBinaries(layout.libraries),
    runAs: await chooseRunAs(),
    durable,
  }
  await deps.runAs.own(layout.root)
  await deps.runAs.own(layout.sockets)
  let presence = await attach(deps)
  let stopping = false
  const watching = watch()

  async function watch(): Promise<void> {
    let delay = RESTART_MIN_MS
    while (!stopping) {
      await presence.ended
      if (stopping) return
      log('warn', 'The database server went away; starting it again')
      try {
        presence = await attach(deps)
        delay = RESTART_MIN_MS
      } catch (error) {
        log('error', 'The database server does not come back', { error: String(error) })
        await sleep(delay)
        delay = Math.min(RESTART_MAX_MS, delay * 2)
      }
    }
  }

  async function stop(ifUnused: boolean): Promise<boolean> {
    stopping = true
    try {
      if (ifUnused && !(await isLast(presence).catch(() => false))) return false
      await stopPostmaster(layout.cluster)
      return true
    } finally {
      await presence.client.end().catch(() => undefined)
      await watching
      // It may have come back in the meantime, on a connection of its own.
      await presence.client.end().catch(() => undefined)
    }
  }

  let stopped: Promise<boolean> | null = null
  return {
    connection: socketOf(layout.sockets, PORT),
    stop: (options) => {
      stopped ??= stop(options?.ifUnused === true)
      return stopped
    },
  }
}

function socketOf(directory: string, port: number): Embedded['connection'] {
  return { type: 'socket', directory, port, user: SUPERUSER, database: 'postgres' }
}

/** Finds the server or starts it, and connects to it. */
async function attach(deps: ClusterDeps): Promise<Presence> {
  const { cluster, root } = deps.layout
  const deadline = Date.now() + START_MS
  await ensureCluster(deps)
  while (Date.now() < deadline) {
    const running = await joinRunning(cluster, deadline)
    if (running !== null) return running
    const server = await spawnPostmaster(deps)
    let said: string | null = null
    const exited = server.exited.then((output) => {
      said = output
    })
    const present = await waitUntilServing(cluster, deadline, () => said !== null)
    server.forget()
    if (present !== null) return present
    if (said === null) break
    await exited
    if (!isPassing(said)) throw serverFailure(said, root)
    await sleep(AGAIN_MS)
  }
  throw new Error(`The database in ${root} did not answer within ${START_MS / 1_000} seconds: see ${deps.layout.log}.`)
}

/** Null when no server runs. Waits for one that is starting or stopping. */
async function joinRunning(cluster: string, deadline: number): Promise<Presence | null> {
  while (Date.now() < deadline) {
    const found = await readPostmaster(cluster)
    if (found === null) return null
    const who = whoRuns(found.pid, cluster)
    if (who === 'stranger') await discardStale(cluster, found)
    if (who !== 'server') return null
    const present = found.status === 'ready' ? await bePresent(socketOf(found.socketFolder, found.port), cluster) : null
    if (present !== null) return present
    await sleep(LOOK_MS)
  }
  return null
}

/** Null when the server that was started ended, as one does that finds another in its place. */
async function waitUntilServing(cluster: string, deadline: number, isOver: () => boolean): Promise<Presence | null> {
  while (Date.now() < deadline && !isOver()) {
    const present = await joinRunning(cluster, deadline)
    if (present !== null) return present
    await sleep(LOOK_MS)
  }
  return null
}
