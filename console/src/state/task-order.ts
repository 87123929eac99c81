// In which order the counts of tasks are read: what waits for somebody first.
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'

export const TASK_ORDER: readonly TaskStatus[] = [
  'needs_approval',
  'pending',
  'routing',
  'queued',
  'running',
  'aborting',
  'completed',
  'failed',
  'aborted',
]
