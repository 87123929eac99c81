// Changes the files of a real workspace from outside, as its sandbox would have left them.
import { chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'

export type WorkspaceFiles = {
  readonly folder: (taskId: TaskId) => string
  readonly write: (taskId: TaskId, path: string, text: string | Buffer) => void
  readonly remove: (taskId: TaskId, path: string) => void
  readonly read: (taskId: TaskId) => Readonly<Record<string, string>>
}

export function workspaceFiles(dataDir: string): WorkspaceFiles {
  const folder = (taskId: TaskId): string => join(dataDir, 'workspaces', taskId, 'files')
  return {
    folder,
    write: (taskId, path, text) => {
      const target = join(folder(taskId), path)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, text)
      giveAway(folder(taskId), target)
    },
    remove: (taskId, path) => rmSync(join(folder(taskId), path), { recursive: true }),
    read: (taskId) => filesIn(folder(taskId)),
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
