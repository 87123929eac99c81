// Whom a sandbox runs as on the host: ourselves when we are an ordinary user, otherwise a user of the worktree's own that
// owns nothing else, so that not even a hole in the sandbox leads to root.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type SandboxUser = {
  readonly uid: number
  readonly gid: number
  /** We are root and the sandbox is not. */
  readonly dedicated: boolean
}

// Above what distributions, containers and systemd hand out, below the highest that every tool can read.
const FIRST = 1_900_000_000
const SPREAD = 1 << 20
const FEW_FIRST = 60_001
const FEW_SPREAD = 512
const NOBODY = 65_534

/** The same worktree always gets the same user, also after a restart; no two of a task share one, bar chance. */
export function sandboxUser(worktree: string): SandboxUser {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? uid, dedicated: false }
  const spread = createHash('sha256').update(worktree).digest().readUInt32BE(0)
  const candidates = [FIRST + (spread % SPREAD), FEW_FIRST + (spread % FEW_SPREAD), NOBODY]
  const map = readFileSync('/proc/self/uid_map', 'latin1')
  const dedicated = candidates.find((candidate) => isMapped(candidate, map)) ?? NOBODY
  return { uid: dedicated, gid: dedicated, dedicated: true }
}

/** In a container with a user namespace only some numbers exist. */
function isMapped(uid: number, map: string): boolean {
  return map
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([first = NaN, , count = 0]) => uid >= first && uid < first + count)
}
