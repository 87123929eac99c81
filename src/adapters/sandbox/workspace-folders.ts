// Where a task's files and their history lie on the host.
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskId } from '../../core/vocabulary/ids.ts'

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/

/** Throws when the id could name anything but a folder of its own. */
export function workspaceFolder(dataDir: string, taskId: string): string {
  if (!ID.test(taskId)) throw new Error(`not the id of a task: ${JSON.stringify(taskId)}`)
  return join(dataDir, 'workspaces', taskId)
}

/** Every task that has files on this machine. */
export async function tasksWithFiles(dataDir: string): Promise<readonly TaskId[]> {
  const names = await readdir(join(dataDir, 'workspaces')).catch(() => [])
  return names.filter((name) => ID.test(name)).map((name) => name as TaskId)
}

/** Seen by the sandbox as /workspace. */
export function filesFolder(dataDir: string, taskId: string): string {
  return join(workspaceFolder(dataDir, taskId), 'files')
}

/** What runs in a sandbox can lock everybody out of its /workspace, ourselves too. No link can stand in for the folder: it is mounted. */
export async function unlockFiles(dataDir: string, taskId: string): Promise<void> {
  await chmod(filesFolder(dataDir, taskId), 0o755)
}

/** The snapshots: no sandbox of an agent ever sees it. */
export function historyFolder(dataDir: string, taskId: string): string {
  return join(workspaceFolder(dataDir, taskId), 'history.git')
}
