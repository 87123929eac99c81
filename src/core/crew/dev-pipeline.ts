// Software from a request: plan, write, run, test, check by the platform, repair, review, and the evidence of all that.
// It ends only when the platform's own checks pass on the last diff; otherwise it fails and says with what.
import { Paused } from '../task/paused.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { WriterStopped } from '../task/task-writer.ts'
import type { TaskResult } from '../vocabulary/task.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { assemble } from './assembly.ts'
import { recordChanges } from './changes.ts'
import { checkBaseline } from './check-baseline.ts'
import { doSubtasks } from './do-subtasks.ts'
import { recordEvidence } from './evidence.ts'
import { layPlannedTemplate } from './lay-planned.ts'
import { passTheGate } from './pass-gate.ts'
import { makePlan } from './plan-work.ts'
import { repositoryArtifacts } from './repository-artifacts.ts'
import { failedResult, resultOf } from './result.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** Throws TaskFailure with the last checks as evidence. Either way what was done is recorded as evidence before it ends. */
export async function runDevPipeline(run: Run, workshop: Workshop): Promise<TaskResult> {
  try {
    const result = await doTheWork(run, workshop)
    await pack(run, workshop)
    await recordEvidence(run, workshop, { status: 'completed', error: null, result })
    return result
  } catch (error) {
    if (error instanceof TaskFailure) await recordFailure(run, workshop, error)
    throw error
  }
}

/** The finished project as files to take away. Best effort, as all evidence. */
async function pack(run: Run, workshop: Workshop): Promise<void> {
  try {
    await assemble(run, workshop)
    await repositoryArtifacts(run, workshop)
  } catch (error) {
    if (run.signal.aborted || error instanceof WriterStopped || error instanceof Paused) throw error
    run.telemetry.log('warn', 'The work could not be packed', { task_id: run.task.id, error: messageOf(error) })
  }
}

/** What there is of it is recorded like work that was finished; nothing of that hides why it failed. */
async function recordFailure(run: Run, workshop: Workshop, failure: TaskFailure): Promise<void> {
  if (failure.met !== null) await run.writer.append({ type: 'budget.exhausted', data: failure.met })
  try {
    await recordChanges(run, workshop)
  } catch (error) {
    if (run.signal.aborted || error instanceof WriterStopped) throw error
    run.telemetry.log('warn', 'What changed could not be recorded', { task_id: run.task.id, error: messageOf(error) })
  }
  const result = failedResult(run, failure)
  await recordEvidence(run, workshop, { status: 'failed', error: failure.message, result })
}

/** The stages, in their order; each is journaled by itself, so a resumed task comes to where it was. */
async function doTheWork(run: Run, workshop: Workshop): Promise<TaskResult> {
  // What the workspace holds before any model is asked: the source's files, and which checks fail on them already.
  await checkBaseline(run, workshop)
  const plan = await makePlan(run, workshop)
  await layPlannedTemplate(run, workshop, plan)
  const reports = await doSubtasks(run, workshop, plan)
  const checks = await passTheGate(run, workshop, plan)
  const diff = await recordChanges(run, workshop)
  return resultOf(run, {
    summary: [...new Set([plan.summary, ...reports.map((report) => report.summary)])].join('\n'),
    preview_url: workshop.previewUrl(),
    changed_files: diff.files.map((file) => file.path),
    checks,
  })
}
