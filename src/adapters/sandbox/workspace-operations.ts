// How the platform itself touches the files of worktrees and their histories: each time in a short-lived sandbox, as the worktree's own
// user, so that nothing of the host follows a link that an agent made.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { CommitId, WorktreeId } from '../../core/vocabulary/ids.ts'
import { obtainBubblewrap, obtainGit } from './obtain-programs.ts'
import { runOperation } from './operation.ts'
import type { Mount, Operation, OperationResult } from './operation.ts'
import { runningSandboxes } from './running.ts'
import { SEARCH_PATH } from './run-program.ts'
import { sandboxUser } from './sandbox-user.ts'
import { seccompFilter } from './seccomp-filter.ts'
import { filesFolder, historyFolder, unlockFiles, workspaceFolder } from './workspace-folders.ts'
import { GIT_ATTRIBUTES, GIT_CONFIG } from './workspace-scripts.ts'

export type WorkspaceOptions = {
  readonly dataDir: string
  /** Of what a task may start from, and of what a branch or a merge may come to. */
  readonly limits: { readonly diskBytes: number }
  /** Told in one line what is done to the machine: installing or unpacking bubblewrap. */
  readonly say: (line: string) => void
  readonly searchPath?: readonly string[]
}

export type ScriptToRun = Partial<Operation> & Pick<Operation, 'script'>

export type WorkspaceOperations = {
  readonly home: string
  readonly run: (worktree: WorktreeId, operation: ScriptToRun) => Promise<OperationResult>
  /** The worktree's files at /workspace, its history at /history, and read-only the histories that it goes on from. Throws where there is none. */
  readonly mountsOf: (worktree: WorktreeId, goesOnFrom?: readonly WorktreeId[]) => Promise<readonly Mount[]>
  /** Empty ones, where there are none. */
  readonly makeFolders: (worktree: WorktreeId) => Promise<void>
  /** Runs what prints a commit. */
  readonly commitFrom: (worktree: WorktreeId, operation: ScriptToRun, what: string) => Promise<CommitId>
}

const SMALL_OUTPUT_BYTES = 64 * 1024

/** Nothing is looked at, obtained or written before the first call. */
export function createWorkspaceOperations({
  dataDir,
  say,
  searchPath = SEARCH_PATH,
}: WorkspaceOptions): WorkspaceOperations {
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

  async function run(worktree: WorktreeId, operation: ScriptToRun): Promise<OperationResult> {
    const { bubblewrap, seccomp } = await laid()
    const whole = { env: {}, mounts: [], privileged: false, maxOutputBytes: SMALL_OUTPUT_BYTES, ...operation }
    const note = (pid: number) => running.note(worktree, 'operation', pid)
    return runOperation({ bubblewrap, seccomp, user: sandboxUser(worktree), note }, whole)
  }

  async function mountsOf(worktree: WorktreeId, goesOnFrom: readonly WorktreeId[] = []): Promise<readonly Mount[]> {
    const { settings } = await laid()
    const [files, history] = [filesFolder(home, worktree), historyFolder(home, worktree)]
    if (!existsSync(history)) throw new Error(`there is no workspace for task ${worktree}`)
    await unlockFiles(home, worktree)
    return [
      { source: files, target: '/workspace', writable: true },
      { source: history, target: '/history', writable: true },
      // What steers git is ours alone, even if somebody found a way to write to the history.
      { source: join(settings, 'config'), target: '/history/config', writable: false },
      { source: join(settings, 'info'), target: '/history/info', writable: false },
      ...goesOnFrom.map((one, index) => ({
        source: join(historyFolder(home, one), 'objects'),
        target: `/other-${index}`,
        writable: false,
      })),
    ]
  }

  async function makeFolders(worktree: WorktreeId): Promise<void> {
    const user = sandboxUser(worktree)
    await mkdir(workspaceFolder(home, worktree), { recursive: true, mode: 0o700 })
    for (const folder of [filesFolder(home, worktree), historyFolder(home, worktree)]) {
      await mkdir(folder, { recursive: true, mode: 0o755 })
      // Branches are another user's, and read what they go on from.
      await chmod(folder, 0o755)
      if (user.dedicated) await chown(folder, user.uid, user.gid)
    }
  }

  async function commitFrom(worktree: WorktreeId, operation: ScriptToRun, what: string): Promise<CommitId> {
    const { exitCode, stdout, stderr } = await run(worktree, operation)
    if (exitCode === 3) throw new Error(`${what} of task ${worktree} failed: there is no such commit`)
    const commit = stdout.toString('latin1').trim()
    if (exitCode !== 0 || !isCommit(commit)) throw new Error(`${what} of task ${worktree} failed: ${stderr}`)
    return commit
  }

  return { home, run, mountsOf, makeFolders, commitFrom }
}

export function isCommit(text: string): text is CommitId {
  return /^[0-9a-f]{40}$/.test(text)
}

/** Commits reach a shell's environment and git's command line, where a name could start with a dash. */
export function checked(commit: CommitId): CommitId {
  if (!isCommit(commit)) throw new Error(`not a commit: ${JSON.stringify(commit)}`)
  return commit
}

async function writeSettings(home: string): Promise<string> {
  const digest = createHash('sha256').update(GIT_CONFIG).update(GIT_ATTRIBUTES).digest('hex')
  const folder = join(home, 'tools', `git-${digest.slice(0, 16)}`)
  if (existsSync(folder)) return folder
  await mkdir(join(home, 'tools'), { recursive: true })
  const temporary = await mkdtemp(`${folder}-`)
  await mkdir(join(temporary, 'info'))
  await writeFile(join(temporary, 'config'), GIT_CONFIG, { mode: 0o644 })
  await writeFile(join(temporary, 'info', 'attributes'), GIT_ATTRIBUTES, { mode: 0o644 })
  for (const made of [temporary, join(temporary, 'info')]) await chmod(made, 0o755)
  await rename(temporary, folder).catch(async (error: unknown) => {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
  return folder
}
