// As whom PostgreSQL runs: it refuses root, so for root it gets a user namespace in which root's own user id is
// called something else. No user is made and no file changes hands; where namespaces are forbidden, `nobody` has to do.
import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import type { SpawnOptions } from 'node:child_process'

export type RunAs = {
  /** Put before the program's own command line. */
  readonly prefix: readonly string[]
  readonly spawnAs: Pick<SpawnOptions, 'uid' | 'gid'>
  /** Hands the folder over to whoever the server runs as, where it is somebody else's. Throws when that one can't get at it. */
  readonly own: (folder: string) => Promise<void>
}

const NOBODY = 65_534
const NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--']
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export async function chooseRunAs(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return { prefix: [], spawnAs: {}, own: async () => undefined }
  if ((await exitCode([...NAMESPACE, 'true'], {})) === 0) {
    return { prefix: NAMESPACE, spawnAs: {}, own: (folder) => changeOwner(folder, 0) }
  }
  const spawnAs = { uid: NOBODY, gid: NOBODY }
  return {
    prefix: [],
    spawnAs,
    own: async (folder) => {
      await changeOwner(folder, NOBODY)
      if ((await exitCode(['test', '-w', folder], spawnAs)) === 0) return
      throw new Error(
        `PostgreSQL refuses to run as root, this machine allows no user namespaces, and the user "nobody" can't reach ${folder}: run as an ordinary user, or set DATA_DIR to a folder below one that everybody may enter, or set DATABASE_URL.`,
      )
    },
  }
}

async function changeOwner(folder: string, uid: number): Promise<void> {
  if ((await stat(folder)).uid === uid) return
  const code = await exitCode(['chown', '-R', `${uid}:${uid}`, folder], {})
  if (code !== 0) throw new Error(`${folder} belongs to another user and could not be taken over.`)
}

function exitCode([program = '', ...args]: readonly string[], spawnAs: RunAs['spawnAs']): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { ...spawnAs, stdio: 'ignore', cwd: '/', env: { PATH: SYSTEM_PATH } })
    child.on('error', () => resolve(null))
    child.on('close', resolve)
  })
}
