// The names of worktrees: a task's own files bear the task's id, a branch's bear it with the branch's name behind.
import type { TaskId, WorktreeId } from './ids.ts'

const SEPARATOR = '--'

/** `branch` is a subtask's id, or another kebab-case name of up to 61 characters that is unique in the task. */
export function branchWorktree(taskId: TaskId, branch: string): WorktreeId {
  return `${taskId}${SEPARATOR}${branch}` as WorktreeId
}

/** The task whose files these are. */
export function taskOfWorktree(worktree: WorktreeId): TaskId {
  // Ids of tasks have single dashes only.
  return worktree.split(SEPARATOR, 1)[0] as TaskId
}

/** Null for a task's own files. */
export function branchOfWorktree(worktree: WorktreeId): string | null {
  const at = worktree.indexOf(SEPARATOR)
  return at === -1 ? null : worktree.slice(at + SEPARATOR.length)
}
