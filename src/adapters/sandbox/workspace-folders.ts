// Where a task's files and their history lie on the host.
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/

/** Throws when the id could name anything but a folder of its own. */
export function workspaceFolder(dataDir: string, taskId: string): string {
  if (!ID.test(taskId)) throw new Error(`not the id of a task: ${JSON.stringify(taskId)}`)
  return join(dataDir, 'workspaces', taskId)
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
