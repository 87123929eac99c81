// Takes away what a crash left of files that were being read: the workspaces that a reading had for itself.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workspaces } from '../core/ports/workspaces.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'

const PREFIX = 'reading-'
/** No reading takes as long; a younger one may be another process's that is at work. */
const OLD_MS = 60 * 60_000

export function readingWorkspace(id: string): TaskId {
  return `${PREFIX}${id}` as TaskId
}

/** Returns how many were removed. What can't be removed stays for the next time. */
export async function sweepReadings(
  dataDir: string,
  workspaces: Pick<Workspaces, 'remove'>,
  now: Date,
): Promise<number> {
  const folder = join(dataDir, 'workspaces')
  const names = await readdir(folder).catch(() => [])
  let removed = 0
  for (const name of names.filter((it) => it.startsWith(PREFIX))) {
    try {
      const { mtimeMs } = await stat(join(folder, name))
      if (now.getTime() - mtimeMs < OLD_MS) continue
      await workspaces.remove(name as TaskId)
      removed += 1
    } catch {
      continue
    }
  }
  return removed
}
