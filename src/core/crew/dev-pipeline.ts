// Software from a request: plan, write, run, test, check by the platform, repair, review. It ends only when the
// platform's own checks pass on the last diff; otherwise it fails and says with what.
import type { TaskResult } from '../vocabulary/task.ts'
import { recordChanges } from './changes.ts'
import { doSubtasks } from './do-subtasks.ts'
import { passTheGate } from './pass-gate.ts'
import { makePlan } from './plan-work.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** Throws TaskFailure with the last checks as evidence. */
export async function runDevPipeline(run: Run, workshop: Workshop): Promise<TaskResult> {
  const plan = await makePlan(run, workshop)
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
