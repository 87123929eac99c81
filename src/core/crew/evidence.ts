// The evidence of a task's work: what was done by whom, what it cost and what proves it right, kept as files of the task.
import type { TaskResult } from '../vocabulary/task.ts'
import { Paused } from '../task/paused.ts'
import { WriterStopped } from '../task/task-writer.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** How the work ends, as the evidence shall say it: the task's log has its end only after the evidence. */
export type WorkEnd = {
  readonly status: 'completed' | 'failed'
  /** One sentence for a person; null where it is completed. */
  readonly error: string | null
  readonly result: TaskResult
}

/**
 * Records the step `evidence`. Best effort: whatever goes wrong with it changes nothing about how the task ends, but that it must not go
 * on at all (stopped, lost, waiting for a person) is passed on. Recorded once; an attempt that was cut off is done again, and its files
 * are replaced. `workshop` is null where the sandbox is gone: there are no screenshots then.
 */
export async function recordEvidence(run: Run, workshop: Workshop | null, end: WorkEnd): Promise<void> {
  try {
    await run.journal.step('evidence', { agent: 'platform', title: 'Record the evidence' }, async () => {
      return { output: { status: end.status, preview: workshop?.previewUrl() ?? null } }
    })
  } catch (error) {
    if (run.signal.aborted || error instanceof Paused || error instanceof WriterStopped) throw error
    run.telemetry.log('warn', 'The evidence could not be recorded', { task_id: run.task.id, error: messageOf(error) })
  }
}
