// The files of each task, and of its branches (see Worktrees), with a snapshot (a git commit) after each step. The history is kept where the sandboxed
// processes can't reach it, and every file operation on a workspace happens inside a sandbox of its own.
import type { CommitId, TaskId, WorktreeId } from '../vocabulary/ids.ts'
import type { WorkspaceSource } from '../vocabulary/task.ts'

export type FileChange = {
  readonly path: string
  readonly change: 'added' | 'modified' | 'deleted'
  readonly additions: number
  readonly deletions: number
}
export type WorkspaceDiff = {
  readonly files: readonly FileChange[]
  /** Unified diff, cut at `maxBytes`. */
  readonly patch: string
  readonly truncated: boolean
}

/** `too_large`: beyond the limits of who asked. Null: there is no such file, or it is a link. */
export type FileContent = Uint8Array | 'too_large' | null
export type ChangedContent = { readonly path: string; readonly before: FileContent; readonly after: FileContent }

/** One worktree's calls must not overlap; different ones' may. Throws where the file system fails (disk full, missing source). */
export interface Workspaces {
  /**
   * Makes the workspace from its source and takes the first snapshot. Starts over if an earlier attempt was cut off.
   * Of a folder, files that by custom hold secrets stay behind: .env, .env.* (not *.example, *.sample, *.template), .netrc.
   */
  prepare(taskId: TaskId, source: WorkspaceSource): Promise<CommitId>
  /** Records the files as they are. The same files as the last snapshot give the same commit. `.git` and dependency folders (node_modules, .venv, caches) are not recorded. */
  snapshot(worktree: WorktreeId, message: string): Promise<CommitId>
  /** Puts the recorded files back exactly: what was added since is removed, dependency folders stay. */
  reset(worktree: WorktreeId, commit: CommitId): Promise<void>
  diff(worktree: WorktreeId, from: CommitId, to: CommitId, maxBytes: number): Promise<WorkspaceDiff>
  /** What changed, to the byte, as `git apply --binary` takes it. Null where that is larger than `maxBytes`. */
  patch(worktree: WorktreeId, from: CommitId, to: CommitId, maxBytes: number): Promise<Uint8Array | null>
  /** What the files held that differ between two snapshots, and what they hold, by path. Whatever goes beyond `totalBytes` is too large. */
  changed(
    worktree: WorktreeId,
    from: CommitId,
    to: CommitId,
    limits: { readonly fileBytes: number; readonly totalBytes: number },
  ): Promise<readonly ChangedContent[]>
  /** Copies the files into an existing, empty directory of the host, links as links. */
  exportTo(worktree: WorktreeId, directory: string): Promise<void>
  /**
   * Names the files that a task from this source starts with: the commit, for a task's; for a folder a digest of everything that is
   * copied (names, contents, links, permissions; dependency folders too); null for an empty one. Throws where there is no such source.
   */
  fingerprint(source: WorkspaceSource): Promise<CommitId | string | null>
  /** The files as they lie there now, named as `fingerprint` names those of a folder. */
  filesDigest(worktree: WorktreeId): Promise<string>
  /** With its branches. Removing what is not there changes nothing. */
  remove(taskId: TaskId): Promise<void>
}
