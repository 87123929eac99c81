// Where the embedded server keeps its things: all below its data directory, but for a socket whose path would be too long.
import { createHash } from 'node:crypto'
import { lstat, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'

export type Layout = {
  readonly root: string
  /** PGDATA. */
  readonly cluster: string
  readonly log: string
  readonly sockets: string
  readonly libraries: string
}

export const PORT = 5432
/** A socket's path has room for 107 bytes (sun_path) and ends in `/.s.PGSQL.5432.lock` for the lock beside it. */
const MAX_FOLDER_BYTES = 107 - `/.s.PGSQL.${PORT}.lock`.length

/** Makes the folders, for their owner alone. Throws when a folder for the socket is there and somebody else's. */
export async function prepareLayout(dataDir: string): Promise<Layout> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  // With links resolved, so that one folder has one name, whoever names it.
  const root = await realpath(dataDir)
  const sockets = socketFolder(root)
  await makePrivate(sockets)
  return {
    root,
    cluster: join(root, 'cluster'),
    log: join(root, 'server.log'),
    sockets,
    libraries: join(root, 'libraries'),
  }
}

/** The same for the same data directory, so that a second process finds the first one's socket. */
function socketFolder(root: string): string {
  const inside = join(root, 'run')
  if (Buffer.byteLength(inside) <= MAX_FOLDER_BYTES) return inside
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  return `/tmp/factotum-${process.getuid?.() ?? 0}-${name}`
}

async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const mine = found.uid === process.getuid?.() || process.getuid?.() === 0
  if (!found.isDirectory() || !mine || (found.mode & 0o077) !== 0) {
    throw new Error(`${folder} is not a private folder of ours, so no database socket can be put there: remove it.`)
  }
}
