// Listening sockets on the host for the ports of one sandbox. They are made before the sandbox starts and handed down as
// open descriptors: the sandbox accepts on them without ever seeing the folder that they lie in.
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type PortSockets = {
  /** To be inherited by the sandbox. */
  readonly descriptors: readonly number[]
  readonly paths: readonly string[]
  /** Where they lie: outside of anything that a sandbox can write to, and gone with them. */
  readonly folder: string
  /** Closes our own ends, so that only the sandbox accepts. Call once it has started. */
  readonly handOver: () => Promise<void>
  readonly remove: () => Promise<void>
}

const PREFIX = 'factotum-ports-'
// The kernel takes 108 bytes, and the name of the socket has to fit too.
const LONGEST_FOLDER = 80

/** Makes `count` sockets in a folder that only we can enter. */
export async function openPortSockets(count: number): Promise<PortSockets> {
  const base = tmpdir().length < LONGEST_FOLDER - 40 ? tmpdir() : '/tmp'
  const folder = await mkdtemp(join(base, `${PREFIX}${process.pid}-`))
  await chmod(folder, 0o700)
  const made = await Promise.all(Array.from({ length: count }, (_, slot) => listenAt(join(folder, String(slot)))))
  return {
    descriptors: made.map(({ descriptor }) => descriptor),
    paths: made.map(({ path }) => path),
    folder,
    handOver: async () => {
      await Promise.all(made.map(({ server }) => new Promise((resolve) => server.close(resolve))))
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Removes what processes that were killed left behind. */
export async function sweepPortSockets(): Promise<void> {
  for (const base of new Set([tmpdir(), '/tmp'])) {
    for (const name of readdirSync(base)) {
      const owner = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : undefined
      if (owner === undefined || existsSync(`/proc/${owner}`)) continue
      await rm(join(base, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

async function listenAt(path: string): Promise<{ server: net.Server; descriptor: number; path: string }> {
  const first = `${path}.new`
  // Nobody knows the path yet; should somebody connect all the same, it is not ours to answer.
  const server = net.createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(first, resolve))
  // Closing our end removes the name it was made under, so it lives on under another.
  await rename(first, path)
  return { server, descriptor: descriptorOf(server), path }
}

function descriptorOf(server: net.Server): number {
  const handle: unknown = Reflect.get(server, '_handle')
  const descriptor: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'fd') : null
  if (typeof descriptor !== 'number' || descriptor < 0) throw new Error('a listening socket has no descriptor')
  return descriptor
}
