// The checks of the files that the work begins with: what failed there already is none of the work's doing.
import { isRepair } from '../quality/failed-before.ts'
import { runGate } from '../quality/gate.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { redactedChecks } from './redaction.ts'
import { checksOf, recorded } from './recorded-checks.ts'
import type { Run } from './run.ts'
import { rewrittenAtFirst } from './steady-files.ts'
import type { Workshop } from './workshop.ts'

const STEP = 'gate/baseline'
const PLAN = 'plan'

/** Runs the gate once, where the workspace came with files. Recorded: a resumed or replayed task reads what it gave. */
export async function checkBaseline(run: Run, workshop: Workshop): Promise<void> {
  const { type } = run.task.routing?.source ?? run.task.source
  if (type === 'empty' || type === 'template') return
  // A task that had begun to work before it had a baseline has none.
  if (run.journal.has(PLAN) && !run.journal.has(STEP)) return
  await run.journal.step(STEP, { agent: 'platform', title: 'Run the checks before the work' }, async () => {
    const say = (message: string) =>
      run.writer.note({ type: 'step.progress', data: { step: STEP, agent: 'platform', message } })
    const report = ({ check, status }: CheckReport) => {
      if (status === 'failed') say(`${check}: failed before the work began`)
    }
    const ran = await runGate(
      workshop.sandbox,
      { servedPorts: [], report, quietly: workshop.egress.quietly },
      run.signal,
    )
    run.signal.throwIfAborted()
    const commit = await workshop.snapshot('checks')
    const checks = await redactedChecks(run, [...ran, ...(await rewrittenAtFirst(run, workshop, commit))])
    const failed = checks.filter(({ status }) => status === 'failed').map(({ check }) => check)
    say(failed.length === 0 ? 'No check fails before the work.' : `Failed before the work: ${failed.join(', ')}`)
    return { output: { checks }, commit }
  })
}

/** What the gate found before the work; nothing where it did not look. */
export function failedAtFirst(run: Pick<Run, 'journal'>): readonly CheckReport[] {
  return checksOf(run, STEP)
}

/** Whether the work is there to mend what is broken: then what failed before has to pass as well. */
export function mustMendAll(run: Pick<Run, 'journal' | 'task'>): boolean {
  const kind = recorded(run, PLAN)?.['kind'] as Plan['kind']
  return isRepair(kind, run.task.inputText)
}
