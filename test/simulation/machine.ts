// The machine that the simulated workers share: workspaces on its disk, sandboxes over them. A workspace is a list of
// changes that only ever grows by one, so that a change applied twice or lost shows.
import type {
  CommandResult,
  Sandbox,
  SandboxCommand,
  SandboxEnd,
  SandboxProvider,
  SandboxReport,
} from '../../src/core/ports/sandbox.ts'
import { SandboxGone } from '../../src/core/ports/sandbox.ts'
import type { Workspaces } from '../../src/core/ports/workspaces.ts'
import type { Worktrees } from '../../src/core/ports/worktrees.ts'
import type { CommitId, TaskId, WorktreeId } from '../../src/core/vocabulary/ids.ts'
import { branchWorktree, taskOfWorktree } from '../../src/core/vocabulary/worktree.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type OpenSandbox = {
  readonly worktree: WorktreeId
  readonly owner: Process
  readonly end: (end: SandboxEnd) => void
}

export type Machine = {
  readonly sandboxes: ReadonlySet<OpenSandbox>
  /** The changes that a recorded snapshot holds. */
  readonly contentOf: (commit: CommitId) => readonly string[] | null
  readonly workspacesFor: (process: Process) => Workspaces & Worktrees
  readonly sandboxesFor: (process: Process) => SandboxProvider
}

export type MachineSettings = {
  /** Opening a sandbox ends every older one over the same workspace. */
  readonly fencing: boolean
  readonly resetWorks: boolean
  readonly sandboxDeathRate: number
  readonly wellFrom: number
  /** Called with every command that runs, before it does. */
  readonly onCommand: (taskId: TaskId, command: string) => void
}

/** Of what is merged. */
const CONFLICTS_ONE_IN = 3
const REPORT: SandboxReport = { level: 'L1', backend: 'simulated', findings: [] }
/** The platform's checks run commands that the simulation knows by what they hold. */
const IS_CHECK = /^PATH="\$PWD\/node_modules/

export function createMachine(scheduler: Scheduler, random: Random, settings: MachineSettings): Machine {
  const disk = new Map<WorktreeId, string[]>()
  const commits = new Map<string, CommitId>()
  const contents = new Map<CommitId, readonly string[]>()
  const sandboxes = new Set<OpenSandbox>()
  const endOf = new Map<Sandbox | null, OpenSandbox['end']>()

  function record(changes: readonly string[]): CommitId {
    const key = changes.join('\n')
    const known = commits.get(key)
    if (known !== undefined) return known
    const commit = String(commits.size + 1).padStart(40, '0') as CommitId
    commits.set(key, commit)
    contents.set(commit, [...changes])
    return commit
  }
  function workspace(worktree: WorktreeId): string[] {
    const changes = disk.get(worktree)
    if (changes === undefined) throw new Error(`There is no workspace of ${worktree}`)
    return changes
  }
  function restore(worktree: WorktreeId, commit: CommitId): void {
    disk.set(worktree, [...changesAt(commit)])
  }
  function changesAt(commit: CommitId): readonly string[] {
    const changes = contents.get(commit)
    if (changes === undefined) throw new Error(`There is no snapshot ${commit}`)
    return changes
  }
  /** Over a task's own files also those over its branches. */
  function endOlder(worktree: WorktreeId): void {
    if (!settings.fencing) return
    for (const open of [...sandboxes]) {
      if (open.worktree === worktree || taskOfWorktree(open.worktree) === worktree)
        open.end({ reason: 'closed', detail: 'a newer one took its place' })
    }
  }

  function workspacesFor(process: Process): Workspaces & Worktrees {
    return {
      prepare: (taskId, source) =>
        process.local(async () => {
          disk.set(taskId, [])
          if (source.type === 'task' && source.commit !== null) restore(taskId, source.commit)
          return record(workspace(taskId))
        }),
      snapshot: (taskId) => process.local(async () => record(workspace(taskId))),
      reset: (taskId, commit) =>
        process.local(async () => {
          if (settings.resetWorks) restore(taskId, commit)
        }),
      diff: (_taskId, from, to) =>
        process.local(async () => {
          const added = (contents.get(to)?.length ?? 0) - (contents.get(from)?.length ?? 0)
          const files =
            from === to ? [] : [{ path: 'index.js', change: 'modified' as const, additions: added, deletions: 0 }]
          return { files, patch: `+${added}`, truncated: false }
        }),
      patch: async () => new Uint8Array(),
      changed: async () => [],
      exportTo: async () => undefined,
      fingerprint: async (source) => (source.type === 'task' ? (source.commit ?? record([])) : null),
      filesDigest: async (taskId) => `files:${workspace(taskId).join()}`,
      remove: async (taskId) => {
        for (const worktree of disk.keys()) if (taskOfWorktree(worktree) === taskId) disk.delete(worktree)
      },
      problem: async () => null,
      branch: (taskId, branch, from) =>
        process.local(async () => {
          const worktree = branchWorktree(taskId, branch)
          restore(worktree, from)
          return worktree
        }),
      merge: (taskId, { ours, theirs }) =>
        process.local(async () => {
          const [mine, its] = [changesAt(ours), changesAt(theirs)]
          const commit = record([...mine, ...its.filter((change) => !mine.includes(change))])
          restore(taskId, commit)
          return Number(theirs) % CONFLICTS_ONE_IN === 0
            ? { type: 'conflicts', commit, files: ['index.js'] }
            : { type: 'merged', commit }
        }),
      takeDependencies: async () => [],
      commits: async () => [],
      readAt: async (_taskId, commit) => new TextEncoder().encode(changesAt(commit).join('\n')),
    }
  }

  function sandboxesFor(process: Process): SandboxProvider {
    return {
      probe: async () => REPORT,
      kill: async (taskIds) => {
        const killed = [...sandboxes].filter(
          ({ worktree }) => taskIds === 'all' || taskIds.includes(taskOfWorktree(worktree)),
        )
        for (const open of killed) open.end({ reason: 'closed', detail: 'it was killed' })
        return [...new Set(killed.map(({ worktree }) => taskOfWorktree(worktree)))]
      },
      open: async (worktree) => {
        let opened: Sandbox | null = null
        try {
          return await process.local(async () => {
            endOlder(worktree)
            opened = openSandbox(process, worktree)
            return opened
          })
        } catch (error) {
          // A provider that fails to open leaves nothing open.
          endOf.get(opened)?.({ reason: 'closed', detail: 'it could not be opened' })
          throw error
        }
      },
    }
  }

  function openSandbox(process: Process, worktree: WorktreeId): Sandbox {
    let over: SandboxEnd | null = null
    let tell: (end: SandboxEnd) => void = () => undefined
    const ended = new Promise<SandboxEnd>((resolve) => {
      tell = resolve
    })
    const open: OpenSandbox = {
      worktree,
      owner: process,
      end: (end) => {
        if (over !== null) return
        over = end
        sandboxes.delete(open)
        tell(end)
      },
    }
    sandboxes.add(open)
    process.onDeath(() => open.end({ reason: 'closed', detail: 'its worker died' }))
    if (scheduler.now() < settings.wellFrom && random.chance(settings.sandboxDeathRate)) {
      const reason = random.pick<SandboxEnd['reason']>(['memory', 'disk', 'crashed', 'crashed', 'escape'])
      scheduler.after(random.spread(5_000), () => open.end({ reason, detail: 'simulated' }))
    }
    const alive = () => {
      if (over !== null) throw new SandboxGone(over)
    }

    /** The command runs beside its worker, frozen or not, until it is done, killed, or its sandbox ends. */
    async function run(command: SandboxCommand, signal: AbortSignal): Promise<CommandResult> {
      alive()
      settings.onCommand(taskOfWorktree(worktree), command.command)
      const half = random.spread(random.pick([50, 50, 50, 50, 50, 50, 50, 15_000]))
      await scheduler.wait(half)
      alive()
      if (signal.aborted) return killed()
      const result = carryOut(worktree, command.command)
      await process.pass(random.spread(200))
      alive()
      return signal.aborted ? killed() : result
    }

    const sandbox: Sandbox = {
      level: 'L1',
      ended,
      exec: (command, signal, onOutput) => {
        onOutput?.('simulated\n')
        return run(command, signal)
      },
      serve: async (command) => {
        alive()
        await process.pass(random.spread(300))
        alive()
        if (random.chance(0.1))
          return { type: 'failed', exitCode: 1, output: '', reason: 'It ended before it listened.' }
        return { type: 'listening', processId: 'p', port: command.port, output: '' }
      },
      readFile: async (path) => {
        await process.pass(1)
        alive()
        if (path !== 'index.js') return { type: 'refused', reason: 'not_found' }
        return new TextEncoder().encode(workspace(worktree).join('\n'))
      },
      writeFile: async (path, bytes) => {
        alive()
        if (path !== 'index.js') return { type: 'refused', reason: 'denied' }
        workspace(worktree).push(new TextDecoder().decode(bytes))
        await process.pass(1)
        return { type: 'written' }
      },
      list: async () => {
        await process.pass(1)
        alive()
        return [{ path: 'index.js', type: 'file', bytes: 1 }]
      },
      openPort: async (port) => {
        await process.pass(1)
        alive()
        return `/sockets/${worktree}/${port}`
      },
      close: async () => {
        open.end({ reason: 'closed', detail: 'its worker closed it' })
        await process.pass(5)
      },
    }
    endOf.set(sandbox, open.end)
    return sandbox
  }

  function carryOut(worktree: WorktreeId, command: string): CommandResult {
    const change = /^change (\S+)$/.exec(command)?.[1]
    if (change !== undefined) workspace(worktree).push(change)
    const failed = command.startsWith('fail') || (IS_CHECK.test(command) && random.chance(0.25))
    return done(failed ? 1 : 0)
  }

  return {
    sandboxes,
    contentOf: (commit) => contents.get(commit) ?? null,
    workspacesFor,
    sandboxesFor,
  }
}

function done(exitCode: number): CommandResult {
  return { exitCode, signal: null, timedOut: false, stdout: 'node\n', stderr: '', truncatedBytes: 0, durationMs: 1 }
}
function killed(): CommandResult {
  return { ...done(0), exitCode: null, signal: 'SIGKILL' }
}
