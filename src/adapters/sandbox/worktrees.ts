// Branches of a task's files: folders, histories and users of their own, which share with the task's own only what its history holds.
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { RecordedCommit, TooLarge, Worktrees } from '../../core/ports/worktrees.ts'
import type { CommitId, TaskId, WorktreeId } from '../../core/vocabulary/ids.ts'
import { branchOfWorktree, branchWorktree } from '../../core/vocabulary/worktree.ts'
import { sandboxUser } from './sandbox-user.ts'
import { branchesOf, filesFolder, historyFolder, workspaceFolder } from './workspace-folders.ts'
import { checked, isCommit } from './workspace-operations.ts'
import type { WorkspaceOperations } from './workspace-operations.ts'
import { REMOVE } from './workspace-scripts.ts'
import * as scripts from './worktree-scripts.ts'

const ORIGINS = 'origins.json'
const ORIGINS_SCHEMA = z.array(z.string().transform((name) => name as WorktreeId))
const LIST_BYTES = 16 * 1024 ** 2
const MESSAGE_CHARACTERS = 2_000

/** Whose histories hold what this one began with, its task's own first. A task's own goes on from none. */
export async function originsOf(home: string, worktree: WorktreeId): Promise<readonly WorktreeId[]> {
  if (branchOfWorktree(worktree) === null) return []
  const text = await readFile(join(workspaceFolder(home, worktree), ORIGINS), 'utf8').catch((error: unknown) => {
    throw new Error(`there is no workspace for task ${worktree}`, { cause: error })
  })
  return ORIGINS_SCHEMA.parse(JSON.parse(text))
}

export function createWorktrees(operations: WorkspaceOperations, limits: { readonly diskBytes: number }): Worktrees {
  const { home, run, makeFolders, mountsOf } = operations
  const LIMIT = String(limits.diskBytes)

  function tooLarge(stdout: Buffer): TooLarge {
    return { type: 'too_large', bytes: Number(stdout.toString('latin1').trim()), limit: limits.diskBytes }
  }

  function ownerOf(worktree: WorktreeId): string {
    const user = sandboxUser(worktree)
    return user.dedicated ? `${user.uid}:${user.gid}` : ''
  }

  async function tipOf(worktree: WorktreeId): Promise<CommitId | null> {
    const last = await readFile(join(historyFolder(home, worktree), 'last'), 'latin1').catch(() => '')
    const commit = last.slice(0, 40)
    return isCommit(commit) ? commit : null
  }

  /** Where the commit is of. One of the task's own that is not its newest is the task's as well. */
  async function originOf(taskId: TaskId, branch: WorktreeId, from: CommitId): Promise<WorktreeId> {
    for (const worktree of [taskId, ...branchesOf(home, taskId)])
      if (worktree !== branch && (await tipOf(worktree)) === from) return worktree
    return taskId
  }

  async function clear(worktree: WorktreeId): Promise<void> {
    const folder = workspaceFolder(home, worktree)
    if (!existsSync(folder)) return
    const mounts = [{ source: folder, target: '/task', writable: true }]
    const { exitCode, stderr } = await run(worktree, { script: REMOVE, mounts, privileged: true })
    if (exitCode !== 0) throw new Error(`the branch ${worktree} could not be removed: ${stderr}`)
  }

  async function layOut(worktree: WorktreeId, from: CommitId): Promise<TooLarge | null> {
    const mounts = await mountsOf(worktree, await originsOf(home, worktree))
    const { exitCode, stdout, stderr } = await run(worktree, {
      script: scripts.BRANCH,
      env: { COMMIT: checked(from), LIMIT },
      mounts,
    })
    if (exitCode === 4) return tooLarge(stdout)
    if (exitCode === 3) throw new Error(`a branch can't begin at ${from}: there is no such commit`)
    if (exitCode !== 0) throw new Error(`the branch ${worktree} could not be made: ${stderr}`)
    return null
  }

  async function bringAlong(worktree: WorktreeId, origin: WorktreeId): Promise<TooLarge | null> {
    const { exitCode, stdout, stderr } = await run(worktree, {
      script: scripts.BRING_ALONG,
      env: { LIMIT, OWNER: ownerOf(worktree) },
      mounts: [
        { source: filesFolder(home, origin), target: '/source', writable: false },
        { source: filesFolder(home, worktree), target: '/workspace', writable: true },
      ],
      privileged: true,
    })
    if (exitCode === 4) return tooLarge(stdout)
    if (exitCode !== 0) throw new Error(`dependencies could not be copied to the branch ${worktree}: ${stderr}`)
    return null
  }

  return {
    problem: async () => {
      const probe = 'merge-probe' as TaskId
      const { exitCode, stdout, stderr } = await run(probe, { script: scripts.CAN_MERGE })
      if (exitCode === 0) return null
      const found = stdout.toString('utf8').trim()
      return exitCode === 7
        ? `Work of several agents is merged by git 2.38 or newer; this machine has ${found}.`
        : `git could not be asked for its version: ${stderr}`
    },

    branch: async (taskId, branch, from) => {
      const worktree = branchWorktree(taskId, branch)
      if (!existsSync(historyFolder(home, taskId))) throw new Error(`there is no workspace for task ${taskId}`)
      await clear(worktree)
      await makeFolders(worktree)
      const origin = await originOf(taskId, worktree, from)
      const origins = origin === taskId ? [taskId] : [...(await originsOf(home, origin)), origin]
      await writeFile(join(workspaceFolder(home, worktree), ORIGINS), JSON.stringify(origins), { mode: 0o600 })
      return (await layOut(worktree, from)) ?? (await bringAlong(worktree, origin)) ?? worktree
    },

    merge: async (taskId, { ours, theirs, branch, message }) => {
      const its = branchWorktree(taskId, branch)
      const mounts = await mountsOf(
        taskId,
        [its, ...(await originsOf(home, its))].filter((one) => one !== taskId),
      )
      const { exitCode, stdout, stderr } = await run(taskId, {
        script: scripts.MERGE,
        env: { OURS: checked(ours), THEIRS: checked(theirs), MESSAGE: messageOf(message), LIMIT },
        mounts,
        maxOutputBytes: LIST_BYTES,
      })
      if (exitCode === 4) return tooLarge(stdout)
      if (exitCode === 3) throw new Error(`the branch ${branch} can't be merged: there is no such commit`)
      const [commit = '', ...files] = fieldsOf(stdout)
      if (exitCode !== 0 || !isCommit(commit)) throw new Error(`the branch ${branch} could not be merged: ${stderr}`)
      return files.length === 0 ? { type: 'merged', commit } : { type: 'conflicts', commit, files }
    },

    takeDependencies: async (taskId, branch) => {
      const its = branchWorktree(taskId, branch)
      const mounts = await mountsOf(its, await originsOf(home, its))
      const listed = await run(its, { script: scripts.CHANGED_LISTS, mounts })
      if (listed.exitCode !== 0) throw new Error(`the branch ${branch} could not be looked at: ${listed.stderr}`)
      const { exitCode, stdout, stderr } = await run(taskId, {
        script: scripts.TAKE,
        env: { LIMIT, OWNER: ownerOf(taskId) },
        mounts: [
          { source: filesFolder(home, its), target: '/source', writable: false },
          { source: join(historyFolder(home, its), 'lists'), target: '/lists', writable: false },
          { source: filesFolder(home, taskId), target: '/workspace', writable: true },
        ],
        privileged: true,
        maxOutputBytes: LIST_BYTES,
      })
      if (exitCode === 4) return tooLarge(stdout)
      if (exitCode !== 0) throw new Error(`the dependencies of ${branch} could not be taken over: ${stderr}`)
      return fieldsOf(stdout)
    },

    commits: async (taskId, from, to) => {
      const { exitCode, stdout, stderr } = await run(taskId, {
        script: scripts.COMMITS,
        env: { FROM: checked(from), TO: checked(to) },
        mounts: await mountsOf(taskId),
        maxOutputBytes: LIST_BYTES,
      })
      if (exitCode !== 0) throw new Error(`the commits of task ${taskId} can't be listed: ${stderr}`)
      return parseCommits(stdout)
    },

    readAt: async (taskId, commit, path, maxBytes) => {
      const { exitCode, stdout, stderr } = await run(taskId, {
        script: scripts.READ_AT,
        env: {
          COMMIT: checked(commit),
          FILE: path.replaceAll('\0', ''),
          MAX_BYTES: String(Math.max(0, Math.floor(maxBytes))),
        },
        mounts: await mountsOf(taskId),
        maxOutputBytes: maxBytes + 1,
      })
      if (exitCode === 6) return null
      if (exitCode !== 0) throw new Error(`a file of task ${taskId} can't be read at ${commit}: ${stderr}`)
      return new Uint8Array(stdout)
    },
  }
}

function messageOf(text: string): string {
  return text.replaceAll('\0', ' ').slice(0, MESSAGE_CHARACTERS)
}

function fieldsOf(output: Buffer): readonly string[] {
  return output
    .toString('utf8')
    .split('\0')
    .filter((field) => field !== '')
}

/** Commits with their sizes come first, so that no message can pass for another; then for each its name and what it changed. */
function parseCommits(output: Buffer): readonly RecordedCommit[] {
  const begin = output.indexOf(10) + 1
  const end = begin + Number(output.subarray(0, begin).toString('latin1'))
  const found: { readonly commit: CommitId; readonly message: string }[] = []
  for (let at = begin; at < end;) {
    const line = output.indexOf(10, at)
    const [commit = '', , size = ''] = output.subarray(at, line).toString('latin1').split(' ')
    const text = output.subarray(line + 1, line + 1 + Number(size)).toString('utf8')
    at = line + 1 + Number(size) + 1
    if (isCommit(commit)) found.push({ commit, message: text.slice(text.indexOf('\n\n') + 2).trimEnd() })
  }
  const fields = fieldsOf(output.subarray(end))
  let next = 0
  return found.map(({ commit, message }, index) => {
    const files: string[] = []
    const after = found[index + 1]?.commit
    for (next += 1; next < fields.length && fields[next] !== after; next += 1) files.push(fields[next] ?? '')
    return { commit, message, files: [...new Set(files)].toSorted() }
  })
}
