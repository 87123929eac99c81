// Real sandboxes and workspaces for the tests: one data directory for each test file, on a machine that can have them.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { TestContext } from 'node:test'
import { createSandboxProvider } from '../../src/adapters/sandbox/bubblewrap-provider.ts'
import { createWorkspaces } from '../../src/adapters/sandbox/workspaces.ts'
import type { Sandbox, SandboxLimits, SandboxProvider } from '../../src/core/ports/sandbox.ts'
import type { Workspaces } from '../../src/core/ports/workspaces.ts'
import type { Worktrees } from '../../src/core/ports/worktrees.ts'
import type { TaskId, WorktreeId } from '../../src/core/vocabulary/ids.ts'

export const LIMITS: SandboxLimits = { memoryBytes: 512 * 1024 ** 2, processes: 128, diskBytes: 512 * 1024 ** 2 }

export type Ground = {
  readonly dataDir: string
  readonly provider: SandboxProvider
  readonly workspaces: Workspaces & Worktrees
  /** A task that no other test uses. */
  readonly newTask: () => TaskId
  /** Closed after the test. Null when the test was skipped, because this machine has no sandbox. */
  readonly open: (t: TestContext, limits?: Partial<SandboxLimits>, worktree?: WorktreeId) => Promise<Sandbox | null>
  /** Skips the test where there is no sandbox; true when it may go on. */
  readonly isUsable: (t: TestContext) => Promise<boolean>
}

/** Call at the top of a test file: the data directory goes when the file's tests are done. */
export function prepareGround(): Ground {
  const dataDir = mkdtempSync(join(tmpdir(), 'factotum-ground-'))
  const silent = (): void => undefined
  const provider = createSandboxProvider({ dataDir, log: silent, say: silent })
  const workspaces = createWorkspaces({ dataDir, limits: LIMITS, say: silent })
  after(() => {
    // Tests leave folders behind that not even their owner may enter.
    execFileSync('chmod', ['-R', 'u+rwX', dataDir], { stdio: 'ignore' })
    rmSync(dataDir, { recursive: true, force: true })
  })
  let tasks = 0

  async function isUsable(t: TestContext): Promise<boolean> {
    const { level, findings } = await provider.probe()
    if (level === 'L1') return true
    t.skip(findings.find(({ ok }) => !ok)?.detail ?? 'this machine has no sandbox')
    return false
  }

  const newTask = (): TaskId => {
    tasks += 1
    return `task-${process.pid}-${tasks}` as TaskId
  }

  return {
    dataDir,
    provider,
    workspaces,
    newTask,
    isUsable,
    open: async (t, limits = {}, worktree: WorktreeId = newTask()) => {
      if (!(await isUsable(t))) return null
      const sandbox = await provider.open(worktree, { ...LIMITS, ...limits })
      t.after(() => sandbox.close())
      return sandbox
    },
  }
}
