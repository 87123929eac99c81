// The honest end of a task that can't be done: thrown anywhere in its work, caught once where the task is ended.
import type { TaskResult } from '../vocabulary/task.ts'

/** `message` is for the person who asked: what went wrong and, where there is one, the way out. `evidence` is what there is to show. */
export class TaskFailure extends Error {
  readonly evidence: Partial<TaskResult>
  constructor(message: string, evidence: Partial<TaskResult> = {}) {
    super(message)
    this.name = 'TaskFailure'
    this.evidence = evidence
  }
}
