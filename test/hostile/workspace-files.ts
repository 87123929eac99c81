// Changes the files of a real workspace from outside, as its sandbox would have left them.
import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { WorktreeId } from '../../src/core/vocabulary/ids.ts'
import { branchOfWorktree, taskOfWorktree } from '../../src/core/vocabulary/worktree.ts'

export type WorkspaceFiles = {
  readonly folder: (worktree: WorktreeId) => string
  readonly write: (worktree: WorktreeId, path: string, text: string | Buffer) => void
  readonly remove: (worktree: WorktreeId, path: string) => void
  readonly read: (worktree: WorktreeId) => Readonly<Record<string, string>>
}

export function workspaceFiles(dataDir: string): WorkspaceFiles {
  const folder = (worktree: WorktreeId): string => {
    const branch = branchOfWorktree(worktree)
    return join(
      dataDir,
      'workspaces',
      taskOfWorktree(worktree),
      ...(branch === null ? [] : ['branches', branch]),
      'files',
    )
  }
  return {
    folder,
    write: (worktree, path, text) => {
      const target = join(folder(worktree), path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, text)
      giveAway(folder(worktree), target)
    },
    remove: (worktree, path) => rmSync(join(folder(worktree), path), { recursive: true }),
    read: (worktree) => filesIn(folder(worktree)),
  }
}

/** Every regular file below a folder, by its path. */
export function filesIn(folder: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (lstatSync(path).isFile()) found[path.slice(folder.length + 1)] = readFileSync(path, 'utf8')
  }
  return found
}

/** To whoever owns the workspace: as root that is the task's own user. */
export function giveAway(workspace: string, path: string): void {
  const { uid, gid } = statSync(workspace)
  for (let at = path; at.length > workspace.length; at = dirname(at)) chownSync(at, uid, gid)
}
