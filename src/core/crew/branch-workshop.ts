// Where one subtask is done beside others: a branch of the task's files and a sandbox of its own over it. Nothing is served there.
import type { Sandbox } from '../ports/sandbox.ts'
import type { TooLarge } from '../ports/worktrees.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import { branchWorktree } from '../vocabulary/worktree.ts'
import { createTaskEgress } from './egress.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/**
 * Makes the branch from `from`, or puts it back to its last recorded snapshot; then opens a sandbox over it. `run` is the branch's: its
 * journal and its signal are of the branch. Close it on every way out.
 */
export async function openBranch(run: Run, branch: string, from: CommitId): Promise<Workshop> {
  const step = `branch/${branch}`
  const isFresh = !run.journal.has(step)
  await run.journal.step(step, { agent: 'platform', title: 'Branch off' }, async () => {
    const made = await run.worktrees.branch(run.task.id, branch, from)
    if (typeof made !== 'string') throw tooLargeFailure(made)
    return { output: { commit: from }, commit: from }
  })
  const worktree = branchWorktree(run.task.id, branch)
  const egress = await createTaskEgress(run, run.isReplay)
  // First the sandbox, which ends any older one over these files: a worker that was frozen may have left one running.
  const sandbox = await run.sandboxes.open(worktree, run.limits.sandbox, egress)
  let newest = run.journal.lastCommit() ?? from
  const workshop: Workshop = {
    sandbox,
    egress,
    baseline: from,
    copied: null,
    copiedFrom: from,
    newest: () => newest,
    snapshot: async (message) => {
      newest = await run.workspaces.snapshot(worktree, message)
      return newest
    },
    standsAt: (commit) => {
      newest = commit
    },
    publish: async () => {
      throw new Error('Nothing is served from a branch: who serves works in the task’s own files')
    },
    servedPorts: () => [],
    previewUrl: () => null,
    refreshServers: async () => new Map(),
    close: async () => {
      egress.close()
      await sandbox.close()
    },
  }
  try {
    if (!isFresh) await run.workspaces.reset(worktree, newest)
  } catch (error) {
    await closeAfter(run, sandbox, error)
  }
  return workshop
}

export function tooLargeFailure({ bytes, limit }: TooLarge): TaskFailure {
  const inMb = (size: number): number => Math.ceil(size / 1_000_000)
  return new TaskFailure(`The project would hold ${inMb(bytes)} MB, and at most ${inMb(limit)} MB are allowed.`)
}

/** What broke first is what is told. */
async function closeAfter(run: Run, sandbox: Sandbox, error: unknown): Promise<never> {
  await sandbox.close().catch((second: unknown) => {
    run.telemetry.log('error', 'A sandbox could not be closed', { task_id: run.task.id, error: String(second) })
  })
  throw error
}
