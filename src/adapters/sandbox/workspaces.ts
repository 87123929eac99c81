// The files of each task under the data directory, with their snapshots in a git repository that no sandbox of an agent
// ever sees. Every operation runs in a short-lived sandbox: nothing of the host follows a link that an agent made.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { FileChange, WorkspaceDiff, Workspaces } from '../../core/ports/workspaces.ts'
import type { CommitId, TaskId } from '../../core/vocabulary/ids.ts'
import type { WorkspaceSource } from '../../core/vocabulary/task.ts'
import { obtainBubblewrap, obtainGit } from './obtain-programs.ts'
import { runOperation } from './operation.ts'
import type { Mount, Operation, OperationResult } from './operation.ts'
import { runningSandboxes } from './running.ts'
import { SEARCH_PATH } from './run-program.ts'
import { sandboxUser } from './sandbox-user.ts'
import { seccompFilter } from './seccomp-filter.ts'
import { filesFolder, historyFolder, unlockFiles, workspaceFolder } from './workspace-folders.ts'
import * as scripts from './workspace-scripts.ts'

type Options = {
  readonly dataDir: string
  /** The largest folder that a task may start from. */
  readonly limits: { readonly diskBytes: number }
  /** Told in one line what is done to the machine: installing or unpacking bubblewrap. */
  readonly say: (line: string) => void
  readonly searchPath?: readonly string[]
}

const SMALL_OUTPUT_BYTES = 64 * 1024
const LIST_BYTES = 16 * 1024 ** 2
const MESSAGE_CHARACTERS = 2_000

/** Nothing is looked at, obtained or written before the first call. */
export function createWorkspaces({ dataDir, limits, say, searchPath = SEARCH_PATH }: Options): Workspaces {
  const home = resolve(dataDir)
  const running = runningSandboxes(home)
  let ground: ReturnType<typeof lay> | null = null

  async function lay() {
    const architecture = process.arch
    if (process.platform !== 'linux' || (architecture !== 'x64' && architecture !== 'arm64')) {
      throw new Error(
        `Workspaces need Linux on x64 or arm64: on ${process.platform} run Factotum in a Linux container.`,
      )
    }
    const git = await obtainGit({ say, searchPath })
    if ('missing' in git) throw new Error(git.missing)
    const bubblewrap = await obtainBubblewrap({ dataDir: home, say, searchPath })
    if (bubblewrap.type === 'missing') throw new Error(bubblewrap.reason)
    return { bubblewrap, seccomp: seccompFilter(architecture), settings: await writeSettings(home) }
  }

  async function laid() {
    ground ??= lay().catch((error: unknown) => {
      ground = null
      throw error
    })
    return ground
  }

  async function run(
    taskId: TaskId,
    operation: Partial<Operation> & Pick<Operation, 'script'>,
  ): Promise<OperationResult> {
    const { bubblewrap, seccomp } = await laid()
    const whole = { env: {}, mounts: [], privileged: false, maxOutputBytes: SMALL_OUTPUT_BYTES, ...operation }
    const note = (pid: number) => running.note(taskId, 'operation', pid)
    return runOperation({ bubblewrap, seccomp, user: sandboxUser(taskId), note }, whole)
  }

  async function mountsOf(taskId: TaskId): Promise<readonly Mount[]> {
    const { settings } = await laid()
    const [files, history] = [filesFolder(home, taskId), historyFolder(home, taskId)]
    if (!existsSync(history)) throw new Error(`there is no workspace for task ${taskId}`)
    await unlockFiles(home, taskId)
    return [
      { source: files, target: '/workspace', writable: true },
      { source: history, target: '/history', writable: true },
      // What steers git is ours alone, even if somebody found a way to write to the history.
      { source: join(settings, 'config'), target: '/history/config', writable: false },
      { source: join(settings, 'info'), target: '/history/info', writable: false },
    ]
  }

  async function makeFolders(taskId: TaskId): Promise<void> {
    const user = sandboxUser(taskId)
    await mkdir(workspaceFolder(home, taskId), { recursive: true, mode: 0o700 })
    for (const folder of [filesFolder(home, taskId), historyFolder(home, taskId)]) {
      await mkdir(folder, { recursive: true, mode: 0o755 })
      if (user.dedicated) await chown(folder, user.uid, user.gid)
    }
  }

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

  async function commitFrom(taskId: TaskId, operation: Parameters<typeof run>[1], what: string): Promise<CommitId> {
    const { exitCode, stdout, stderr } = await run(taskId, operation)
    if (exitCode === 3) throw new Error(`${what} of task ${taskId} failed: there is no such commit`)
    const commit = stdout.toString('latin1').trim()
    if (exitCode !== 0 || !isCommit(commit)) throw new Error(`${what} of task ${taskId} failed: ${stderr}`)
    return commit
  }

  async function digestOfFiles(taskId: TaskId): Promise<string> {
    const { exitCode, stdout, stderr } = await run(taskId, {
      script: scripts.FINGERPRINT,
      mounts: [{ source: filesFolder(home, taskId), target: '/workspace', writable: true }],
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

    snapshot: async (taskId, message) => {
      const env = { MESSAGE: message.replaceAll('\0', ' ').slice(0, MESSAGE_CHARACTERS) }
      const mounts = await mountsOf(taskId)
      return commitFrom(taskId, { script: scripts.SNAPSHOT, env, mounts }, 'the snapshot')
    },

    reset: async (taskId, commit) => {
      const mounts = await mountsOf(taskId)
      const { exitCode, stderr } = await run(taskId, {
        script: scripts.RESET,
        env: { COMMIT: checked(commit) },
        mounts,
      })
      if (exitCode !== 0) throw new Error(`resetting the workspace of task ${taskId} to ${commit} failed: ${stderr}`)
    },

    diff: async (taskId, from, to, maxBytes) => {
      const { exitCode, stdout, stderr } = await run(taskId, {
        script: scripts.DIFF,
        env: { FROM: checked(from), TO: checked(to), MAX_BYTES: String(Math.max(0, Math.floor(maxBytes))) },
        mounts: await mountsOf(taskId),
        maxOutputBytes: LIST_BYTES + maxBytes,
      })
      if (exitCode !== 0) throw new Error(`the diff of task ${taskId} failed: ${stderr}`)
      return parseDiff(stdout, maxBytes)
    },

    exportTo: async (taskId, directory) => {
      const target = existingFolder(directory)
      const { uid, gid } = statSync(target)
      const { exitCode, stderr } = await run(taskId, {
        script: scripts.COPY_OUT,
        env: { OWNER: sandboxUser(taskId).dedicated ? `${uid}:${gid}` : '' },
        mounts: [
          { source: filesFolder(home, taskId), target: '/workspace', writable: true },
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

    filesDigest: (taskId) => {
      if (!existsSync(historyFolder(home, taskId))) throw new Error(`there is no workspace for task ${taskId}`)
      return digestOfFiles(taskId)
    },

    remove,
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

function isCommit(text: string): text is CommitId {
  return /^[0-9a-f]{40}$/.test(text)
}

/** Commits reach a shell's environment and git's command line, where a name could start with a dash. */
function checked(commit: CommitId): CommitId {
  if (!isCommit(commit)) throw new Error(`not a commit: ${JSON.stringify(commit)}`)
  return commit
}

async function writeSettings(home: string): Promise<string> {
  const digest = createHash('sha256').update(scripts.GIT_CONFIG).update(scripts.GIT_ATTRIBUTES).digest('hex')
  const folder = join(home, 'tools', `git-${digest.slice(0, 16)}`)
  if (existsSync(folder)) return folder
  await mkdir(join(home, 'tools'), { recursive: true })
  const temporary = await mkdtemp(`${folder}-`)
  await mkdir(join(temporary, 'info'))
  await writeFile(join(temporary, 'config'), scripts.GIT_CONFIG, { mode: 0o644 })
  await writeFile(join(temporary, 'info', 'attributes'), scripts.GIT_ATTRIBUTES, { mode: 0o644 })
  for (const made of [temporary, join(temporary, 'info')]) await chmod(made, 0o755)
  await rename(temporary, folder).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
  return folder
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
