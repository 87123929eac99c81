// The honest end of a task that can't be done: thrown anywhere in its work, caught once where the task is ended.
import type { MetLimit } from '../vocabulary/limit.ts'
import type { TaskResult } from '../vocabulary/task.ts'

/**
 * `message` is for the person who asked: what went wrong and, where there is one, the way out. `evidence` is what there is to show; `met`
 * the limit that ended it, where one did and the log does not tell of it yet.
 */
export class TaskFailure extends Error {
  readonly evidence: Partial<TaskResult>
  readonly met: MetLimit | null
  constructor(message: string, evidence: Partial<TaskResult> = {}, met: MetLimit | null = null) {
    super(message)
    this.name = 'TaskFailure'
    this.evidence = evidence
    this.met = met
  }
}
