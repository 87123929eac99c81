// Where a worktree's files and their history lie on the host: those of branches within the folder of their task.
import { readdirSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskId, WorktreeId } from '../../core/vocabulary/ids.ts'
import { branchOfWorktree, branchWorktree, taskOfWorktree } from '../../core/vocabulary/worktree.ts'

const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/
const BRANCHES = 'branches'

/** Throws when the id could name anything but a folder of its own. */
export function workspaceFolder(dataDir: string, worktree: WorktreeId): string {
  const [task, branch] = [taskOfWorktree(worktree), branchOfWorktree(worktree)]
  for (const name of [task, ...(branch === null ? [] : [branch])])
    if (!ID.test(name)) throw new Error(`not the id of a task or branch: ${JSON.stringify(worktree)}`)
  const folder = join(dataDir, 'workspaces', task)
  return branch === null ? folder : join(folder, BRANCHES, branch)
}

/** Seen by the sandbox as /workspace. */
export function filesFolder(dataDir: string, worktree: WorktreeId): string {
  return join(workspaceFolder(dataDir, worktree), 'files')
}

/** What runs in a sandbox can lock everybody out of its /workspace, ourselves too. No link can stand in for the folder: it is mounted. */
export async function unlockFiles(dataDir: string, worktree: WorktreeId): Promise<void> {
  await chmod(filesFolder(dataDir, worktree), 0o755)
}

/** The snapshots: no sandbox of an agent ever sees it. */
export function historyFolder(dataDir: string, worktree: WorktreeId): string {
  return join(workspaceFolder(dataDir, worktree), 'history.git')
}

/** In the order of their names. */
export function branchesOf(dataDir: string, taskId: TaskId): readonly WorktreeId[] {
  try {
    const names = readdirSync(join(workspaceFolder(dataDir, taskId), BRANCHES))
    return names.toSorted().map((name) => branchWorktree(taskId, name))
  } catch {
    return []
  }
}
