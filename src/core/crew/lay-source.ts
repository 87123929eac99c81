// Files that a task starts with and that are not on this machine as a folder: a repository's, an archive's. Laid inside the task's own sandbox.
import type { Sandbox } from '../ports/sandbox.ts'
import type { WorkspaceSource } from '../vocabulary/task.ts'
import { layArchive } from './archive-source.ts'
import type { TaskEgress } from './egress.ts'
import { layRepository } from './git-source.ts'
import type { Run } from './run.ts'

export type Laid = {
  /** Of a repository. */
  readonly repository: LaidRepository | null
  readonly files: number
  /** What a person should know of what is not there: one sentence each. */
  readonly notes: readonly string[]
}

export type LaidRepository = {
  readonly url: string
  /** Null where a tag or a commit was asked for. */
  readonly branch: string | null
  /** The commit that its files are of, 40 or 64 hex digits. */
  readonly head: string
  /** Null: all of it. */
  readonly paths: readonly string[] | null
}

export type LaidSource = Extract<WorkspaceSource, { type: 'git' | 'archive' }>

export const SOURCE_STEP = 'workspace/source'

export function isLaid(source: WorkspaceSource): source is LaidSource {
  return source.type === 'git' || source.type === 'archive'
}

/**
 * Takes away whatever lies in the workspace, a repository of an earlier attempt with it, and lays the source. Safe to be cut off anywhere
 * and to be repeated. Throws TaskFailure with one sentence where it can't be had, NeedsApproval where a person has to say yes to a secret.
 */
export function laySource(run: Run, sandbox: Sandbox, egress: TaskEgress, source: LaidSource): Promise<Laid> {
  return source.type === 'git' ? layRepository(run, sandbox, egress, source) : layArchive(run, sandbox, source)
}
