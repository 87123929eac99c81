// Puts a task's result together from what the run knows.
import type { TaskResult } from '../vocabulary/task.ts'
import type { Run } from './run.ts'

export function resultOf(run: Run, found: Partial<TaskResult>): TaskResult {
  return {
    summary: '',
    answer: null,
    exit_code: null,
    output: null,
    preview_url: null,
    commit: run.journal.lastCommit(),
    changed_files: [],
    checks: [],
    sources: [],
    ...found,
    usage: run.meter.totals(),
    offline: run.meter.offline(),
  }
}
