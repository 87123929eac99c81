// Puts a task's result together from what the run knows.
import type { TaskFailure } from '../task/task-failure.ts'
import { NO_RESULT } from '../vocabulary/task.ts'
import type { TaskResult } from '../vocabulary/task.ts'
import type { Run } from './run.ts'

export function resultOf(run: Run, found: Partial<TaskResult>): TaskResult {
  return {
    ...NO_RESULT,
    commit: run.journal.lastCommit(),
    ...found,
    usage: run.meter.totals(),
    offline: run.meter.offline(),
  }
}

/** What there is to show of work that failed. */
export function failedResult(run: Run, failure: TaskFailure): TaskResult {
  return resultOf(run, { summary: failure.message, ...failure.evidence })
}
