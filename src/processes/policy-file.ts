// The policy in force: the operator's file as it stands now, or the built-in one where there is none.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { defaultPolicy } from '../core/policy/default-policy.ts'
import { parsePolicyFile } from '../core/policy/policy-file.ts'
import type { Policy } from '../core/vocabulary/policy.ts'
import { ConfigError } from '../config.ts'

const LARGEST_BYTES = 1_000_000
const OTHERS_MAY_WRITE = 0o022

type Known = { readonly stamp: string; readonly policy: Policy }

const known = new Map<string, Known>()

export function policyPath(dataDir: string): string {
  return join(dataDir, 'policy.json')
}

/** As `readPolicyAt`, of the file in the data directory; where none is there, the built-in policy. Cheap: call it for every decision. */
export async function readPolicy(dataDir: string): Promise<Policy> {
  return { ...((await readPolicyAt(policyPath(dataDir))) ?? defaultPolicy()), guarded: [resolve(dataDir)] }
}

/**
 * Null where there is no file. A file with a mistake, or that others may write, throws a ConfigError that says what is wrong and
 * where: what can't be read never counts as the built-in policy. Read again only once the file has changed.
 */
export async function readPolicyAt(path: string): Promise<Policy | null> {
  // Whoever opens a pipe waits for its other end, and so would everything else that reads files.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && !(await isThere(path))) return null
      throw new ConfigError(`${path} can't be read: ${error.message}`)
    },
  )
  if (file === null) return null
  try {
    const stat = await file.stat({ bigint: true })
    const { mode, mtimeNs, ctimeNs, ino, size, uid } = stat
    if (!stat.isFile()) throw new ConfigError(`${path} is no file.`)
    if (process.getuid !== undefined && ![0, process.getuid()].includes(Number(uid)))
      throw new ConfigError(
        `${path} belongs to another user, who can change it: run \`chown ${process.getuid()} ${path}\`.`,
      )
    if (process.platform !== 'win32' && (Number(mode) & OTHERS_MAY_WRITE) !== 0)
      throw new ConfigError(`${path} can be written by others: run \`chmod go-w ${path}\`.`)
    if (size > LARGEST_BYTES) throw new ConfigError(`${path} is larger than ${LARGEST_BYTES} bytes.`)
    const stamp = [ino, mtimeNs, ctimeNs, size].join(' ')
    const before = known.get(path)
    if (before?.stamp === stamp) return before.policy
    const text = await file.readFile('utf8')
    const read = parsePolicyFile(text, createHash('sha256').update(text).digest('hex'))
    if (read.type === 'mistakes') throw new ConfigError([`${path} holds no policy:`, ...read.mistakes].join('\n  '))
    known.set(path, { stamp, policy: read.policy })
    return read.policy
  } finally {
    await file.close()
  }
}

/** A link that leads nowhere stands for a file that is missed: nothing opens because of that. */
async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
