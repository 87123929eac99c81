// Keeps a worker that stood still past its lease (a paused machine, a process out of memory) away from files and previews
// that somebody else works on by now. The log refuses stale writes by their token; files know no tokens, so before each
// touch comes a look at the clock.
import type { Previews } from '../ports/previews.ts'
import type { SandboxProvider } from '../ports/sandbox.ts'
import type { Workspaces } from '../ports/workspaces.ts'
import type { Worktrees } from '../ports/worktrees.ts'
import { WriterStopped } from '../task/task-writer.ts'

type Touching = {
  readonly workspaces: Workspaces
  readonly worktrees: Worktrees
  readonly sandboxes: SandboxProvider
  readonly previews: Previews
}

/** The same deps; what would touch the task's files or previews throws WriterStopped once `isHeld` says no. */
export function onlyWhileHeld<Deps extends Touching>(deps: Deps, isHeld: () => boolean): Deps {
  const { workspaces, worktrees, sandboxes, previews } = deps
  function held<Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) {
    return async (...args: Args): Promise<T> => {
      if (!isHeld()) throw new WriterStopped('lost_lease')
      return call(...args)
    }
  }
  return {
    ...deps,
    workspaces: {
      ...workspaces,
      prepare: held(workspaces.prepare),
      snapshot: held(workspaces.snapshot),
      reset: held(workspaces.reset),
    },
    worktrees: {
      ...worktrees,
      branch: held(worktrees.branch),
      merge: held(worktrees.merge),
      takeDependencies: held(worktrees.takeDependencies),
    },
    sandboxes: { ...sandboxes, open: held(sandboxes.open) },
    previews: { ...previews, open: held(previews.open), close: held(previews.close) },
  }
}
