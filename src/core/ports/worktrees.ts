// Branches of a task's files, on which several agents work at the same time, and the way back into the task's own files.
// Implemented beside Workspaces, over the same files and histories; every implementation passes test/contract/worktrees.ts.
import type { CommitId, TaskId, WorktreeId } from '../vocabulary/ids.ts'

export type Merge = {
  /** The commit that the task's own files are at. */
  readonly ours: CommitId
  /** The branch's commit that is to become part of them. */
  readonly theirs: CommitId
  readonly branch: string
  /** Of the commit that is made. */
  readonly message: string
}

export type MergeOutcome =
  /** The task's own files are as both sides want them. */
  | { readonly type: 'merged'; readonly commit: CommitId }
  /**
   * Both sides changed the same. The task's own files are at `commit`, which holds what could be merged; where both sides are text, both
   * stand in the file between lines that begin with `<<<<<<< ours`, `=======` and `>>>>>>> theirs`. `files` are those that need a decision.
   */
  | { readonly type: 'conflicts'; readonly commit: CommitId; readonly files: readonly string[] }
  /** The files would be larger than a workspace may be; what lies in them now is to be reset. */
  | TooLarge

export type TooLarge = { readonly type: 'too_large'; readonly bytes: number; readonly limit: number }

export type RecordedCommit = {
  readonly commit: CommitId
  readonly message: string
  /** What it changed; of a merge only what differs from both sides. */
  readonly files: readonly string[]
}

/**
 * The calls of one worktree must not overlap, and `merge` and `takeDependencies` work on the task's own; those of different worktrees may.
 * Branches go with Workspaces.remove. Throws where the file system fails, or where there is no such task, branch or commit.
 */
export interface Worktrees {
  /** Why this machine can't merge, in one sentence for whoever runs it; null where it can. */
  problem(): Promise<string | null>
  /**
   * Files of their own for a branch, as they were at the commit: one of the task's own, or the newest of another branch. Dependency folders
   * (node_modules, .venv) come along from where the commit is of. Starts over if there is one of that name.
   */
  branch(taskId: TaskId, branch: string, from: CommitId): Promise<WorktreeId | TooLarge>
  /**
   * Three-way, from the newest commit that both sides have in common. Same commits, same files, however often it is done. What is not
   * recorded of the task's own files is lost, as in a reset; dependency folders stay.
   */
  merge(taskId: TaskId, merge: Merge): Promise<MergeOutcome>
  /**
   * Brings dependency folders from a branch: those that the task's own files have not, and into those beside which the branch changed
   * the list of dependencies what it has more or otherwise. Returns their paths. Doing it twice is doing it once.
   */
  takeDependencies(taskId: TaskId, branch: string): Promise<readonly string[] | TooLarge>
  /** What was recorded after `from` up to `to`, in the task's own files: older before newer, branches after what they began with. */
  commits(taskId: TaskId, from: CommitId, to: CommitId): Promise<readonly RecordedCommit[]>
  /** A file as a commit has it that became part of the task's own files; null where there is none, or one of more than `maxBytes`. */
  readAt(taskId: TaskId, commit: CommitId, path: string, maxBytes: number): Promise<Uint8Array | null>
}
