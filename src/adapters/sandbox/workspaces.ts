// The files of each task under the data directory, with their snapshots in a git repository that no sandbox of an agent
// ever sees. Every operation runs in a short-lived sandbox: nothing of the host follows a link that an agent made.
import { randomUUID } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { readFile, rmdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { FileChange, WorkspaceDiff, Workspaces } from '../../core/ports/workspaces.ts'
import type { Worktrees } from '../../core/ports/worktrees.ts'
import type { CommitId, TaskId, WorktreeId } from '../../core/vocabulary/ids.ts'
import type { WorkspaceSource } from '../../core/vocabulary/task.ts'
import { parseChanged } from './changed-contents.ts'
import { sandboxUser } from './sandbox-user.ts'
import { filesFolder, historyFolder, workspaceFolder } from './workspace-folders.ts'
import { checked, createWorkspaceOperations } from './workspace-operations.ts'
import type { WorkspaceOptions } from './workspace-operations.ts'
import * as scripts from './workspace-scripts.ts'
import { createWorktrees, originsOf } from './worktrees.ts'

const LIST_BYTES = 16 * 1024 ** 2
const MESSAGE_CHARACTERS = 2_000

/** Nothing is looked at, obtained or written before the first call. */
export function createWorkspaces(options: WorkspaceOptions): Workspaces & Worktrees {
  const { limits } = options
  const operations = createWorkspaceOperations(options)
  const { home, run, makeFolders, commitFrom } = operations

  const mountsOf = async (worktree: WorktreeId) => operations.mountsOf(worktree, await originsOf(home, worktree))

  async function copyIn(taskId: TaskId, path: string): Promise<void> {
    const source = existingFolder(path)
    const user = sandboxUser(taskId)
    const within = relative(source, home)
    // Our own data may lie in the folder that is copied, and other tasks' files with it.
    const hidden = within !== '' && !within.startsWith('..') && existsSync(home) ? within : ''
    if (within === '') throw new Error(`${path} is the data directory itself: a task can't start from it.`)
    const { exitCode, stdout, stderr } = await run(taskId, {
      script: scripts.COPY_IN,
      env: { LIMIT: String(limits.diskBytes), HIDDEN: hidden, OWNER: user.dedicated ? `${user.uid}:${user.gid}` : '' },
      mounts: [
        { source, target: '/source', writable: false },
        ...(hidden === '' ? [] : [{ source: null, target: join('/source', hidden), writable: false }]),
        { source: filesFolder(home, taskId), target: '/workspace', writable: true },
      ],
      privileged: true,
    })
    if (exitCode === 4) {
      throw new Error(
        `${path} holds ${stdout.toString().trim()} bytes; a workspace may hold at most ${limits.diskBytes}.`,
      )
    }
    if (exitCode !== 0) throw new Error(`${path} could not be copied into the workspace: ${stderr}`)
  }

  async function remove(taskId: TaskId): Promise<void> {
    const folder = workspaceFolder(home, taskId)
    if (!existsSync(folder)) return
    const { exitCode, stderr } = await run(taskId, {
      script: scripts.REMOVE,
      mounts: [{ source: folder, target: '/task', writable: true }],
      privileged: true,
    })
    if (exitCode !== 0) throw new Error(`the workspace of task ${taskId} could not be removed: ${stderr}`)
    await rmdir(folder)
  }

  async function digestOfFiles(worktree: WorktreeId): Promise<string> {
    const { exitCode, stdout, stderr } = await run(worktree, {
      script: scripts.FINGERPRINT,
      mounts: [{ source: filesFolder(home, worktree), target: '/workspace', writable: true }],
      privileged: true,
    })
    const digest = stdout.toString('latin1').trim()
    if (exitCode !== 0 || !/^[0-9a-f]{64}$/.test(digest)) throw new Error(`the files can't be looked at: ${stderr}`)
    return `files:${digest}`
  }

  /** Of a copy, made in the very way in which a task gets its own: what is compared is what will be worked on. */
  async function digestOfFolder(path: string): Promise<string> {
    const passing = `fingerprint-${randomUUID()}` as TaskId
    try {
      await makeFolders(passing)
      await copyIn(passing, path)
      return await digestOfFiles(passing)
    } finally {
      await remove(passing)
    }
  }

  async function newestOf(taskId: TaskId): Promise<CommitId> {
    const last = await readFile(join(historyFolder(home, taskId), 'last'), 'latin1').catch((error: unknown) => {
      throw new Error(`there is no workspace for task ${taskId} to start from`, { cause: error })
    })
    return checked(last.slice(0, 40) as CommitId)
  }

  return {
    prepare: async (taskId, source) => {
      await remove(taskId)
      await makeFolders(taskId)
      if (source.type === 'directory') await copyIn(taskId, source.path)
      const mounts = await mountsOf(taskId)
      if (source.type === 'task') {
        const origin = historyFolder(home, source.task_id)
        if (!existsSync(origin)) throw new Error(`there is no workspace for task ${source.task_id} to start from`)
        return commitFrom(
          taskId,
          {
            script: scripts.CONTINUE,
            env: { COMMIT: source.commit === null ? '' : checked(source.commit) },
            mounts: [...mounts, { source: origin, target: '/origin', writable: false }],
          },
          'preparing the workspace',
        )
      }
      const env = { MESSAGE: firstMessage(source) }
      return commitFrom(taskId, { script: scripts.BEGIN, env, mounts }, 'preparing the workspace')
    },

    snapshot: async (worktree, message) => {
      const env = { MESSAGE: message.replaceAll('\0', ' ').slice(0, MESSAGE_CHARACTERS) }
      const mounts = await mountsOf(worktree)
      return commitFrom(worktree, { script: scripts.SNAPSHOT, env, mounts }, 'the snapshot')
    },

    reset: async (worktree, commit) => {
      const mounts = await mountsOf(worktree)
      const { exitCode, stderr } = await run(worktree, {
        script: scripts.RESET,
        env: { COMMIT: checked(commit) },
        mounts,
      })
      if (exitCode !== 0) throw new Error(`resetting the workspace of task ${worktree} to ${commit} failed: ${stderr}`)
    },

    diff: async (worktree, from, to, maxBytes) => {
      const { exitCode, stdout, stderr } = await run(worktree, {
        script: scripts.DIFF,
        env: { FROM: checked(from), TO: checked(to), MAX_BYTES: String(Math.max(0, Math.floor(maxBytes))) },
        mounts: await mountsOf(worktree),
        maxOutputBytes: LIST_BYTES + maxBytes,
      })
      if (exitCode !== 0) throw new Error(`the diff of task ${worktree} failed: ${stderr}`)
      return parseDiff(stdout, maxBytes)
    },

    changed: async (worktree, from, to, { fileBytes, totalBytes }) => {
      const { exitCode, stdout, stderr } = await run(worktree, {
        script: scripts.CHANGED,
        env: {
          FROM: checked(from),
          TO: checked(to),
          FILE_BYTES: String(Math.floor(fileBytes)),
          TOTAL_BYTES: String(Math.floor(totalBytes)),
        },
        mounts: await mountsOf(worktree),
        maxOutputBytes: LIST_BYTES + 2 * totalBytes,
      })
      if (exitCode !== 0) throw new Error(`the changes of task ${worktree} could not be read: ${stderr}`)
      return parseChanged(stdout)
    },

    patch: async (worktree, from, to, maxBytes) => {
      const most = Math.max(0, Math.floor(maxBytes))
      const { exitCode, stdout, stderr } = await run(worktree, {
        script: scripts.PATCH,
        env: { FROM: checked(from), TO: checked(to), MAX_BYTES: String(most) },
        mounts: await mountsOf(worktree),
        maxOutputBytes: most + 1,
      })
      if (exitCode !== 0) throw new Error(`the patch of task ${worktree} failed: ${stderr}`)
      return stdout.length > most ? null : stdout
    },

    exportTo: async (worktree, directory) => {
      const target = existingFolder(directory)
      const { uid, gid } = statSync(target)
      const { exitCode, stderr } = await run(worktree, {
        script: scripts.COPY_OUT,
        env: { OWNER: sandboxUser(worktree).dedicated ? `${uid}:${gid}` : '' },
        mounts: [
          { source: filesFolder(home, worktree), target: '/workspace', writable: true },
          { source: target, target: '/target', writable: true },
        ],
        privileged: true,
      })
      if (exitCode === 5)
        throw new Error(`${directory} is not empty: the workspace is written to an empty folder only.`)
      if (exitCode !== 0) throw new Error(`the workspace could not be written to ${directory}: ${stderr}`)
    },

    fingerprint: async (source) => {
      if (source.type === 'empty') return null
      if (source.type === 'directory') return digestOfFolder(source.path)
      if (source.type !== 'task') throw new Error(`files from ${source.type} have no name before they are fetched`)
      return source.commit === null ? newestOf(source.task_id) : checked(source.commit)
    },

    filesDigest: (worktree) => {
      if (!existsSync(historyFolder(home, worktree))) throw new Error(`there is no workspace for task ${worktree}`)
      return digestOfFiles(worktree)
    },

    remove,
    ...createWorktrees(operations, limits),
  }
}

function firstMessage(source: WorkspaceSource): string {
  return source.type === 'directory' ? 'The folder as it was given' : 'An empty workspace'
}

function existingFolder(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) throw new Error(`there is no folder ${path}`)
  return realpathSync(path)
}

function parseDiff(output: Buffer, maxBytes: number): WorkspaceDiff {
  const newline = output.indexOf(10)
  const length = Number(output.subarray(0, newline).toString('latin1').trim())
  const list = output.subarray(newline + 1, newline + 1 + length).toString('utf8')
  const patch = output.subarray(newline + 1 + length)
  return {
    files: parseChanges(list.split('\0')),
    patch: patch.subarray(0, maxBytes).toString('utf8'),
    truncated: patch.length > maxBytes,
  }
}

/** Raw lines (`:mode mode object object status`, then the path) come first, numstat lines (`added\tdeleted\tpath`) after. */
function parseChanges(fields: readonly string[]): readonly FileChange[] {
  const changes = new Map<string, FileChange['change']>()
  const files: FileChange[] = []
  for (let at = 0; at < fields.length; at += 1) {
    const field = fields[at] ?? ''
    if (field.startsWith(':')) {
      const path = fields[at + 1] ?? ''
      const status = field.slice(field.lastIndexOf(' ') + 1)
      changes.set(path, status === 'A' ? 'added' : status === 'D' ? 'deleted' : 'modified')
      at += 1
      continue
    }
    const [, additions, deletions, path] = /^(\d+|-)\t(\d+|-)\t([^]*)$/.exec(field) ?? []
    if (path === undefined) continue
    const lines = (text: string | undefined): number => (text === '-' ? 0 : Number(text))
    const change = changes.get(path) ?? 'modified'
    files.push({ path, change, additions: lines(additions), deletions: lines(deletions) })
  }
  return files
}
