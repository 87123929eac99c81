// Puts a task's result together from what the run knows.
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
