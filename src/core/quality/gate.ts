// The quality gate: the platform runs the checks itself, in the sandbox, and believes nobody's word for it.
import type { CheckReport } from '../vocabulary/check.ts'
import type { Sandbox } from '../ports/sandbox.ts'
import type { CheckPlan, Detected } from './check-plan.ts'
import { detectChecks } from './detect-checks.ts'
import { lookAtWorkshop } from './look-at-workshop.ts'
import { planPreviews } from './preview-checks.ts'
import { runChecks } from './run-checks.ts'
import { skippedCheck } from './skipped-check.ts'

export type GateOptions = {
  /** What the task's servers listen on: each is asked for its page. */
  readonly servedPorts: readonly number[]
  /** Only the checks of these names; all of them where it is left out. */
  readonly only?: ReadonlySet<string>
  /** Runs the checks that ask nobody for what they can't reach; without it they run as all others. */
  readonly quietly?: <T>(work: () => Promise<T>) => Promise<T>
  /** Called as each check ends. */
  readonly report: (check: CheckReport) => void
}

/** Which checks the workspace calls for now. */
async function planChecks(sandbox: Sandbox, servedPorts: readonly number[], signal: AbortSignal): Promise<Detected> {
  const { run, skipped } = detectChecks(await lookAtWorkshop(sandbox, signal))
  return { run: [...run, ...planPreviews(servedPorts)], skipped }
}

function isQuiet(plan: CheckPlan): boolean {
  return plan.type === 'command' && plan.isQuiet === true
}

/** Runs every check that the workspace calls for; those that ran first, then those that were skipped. */
export async function runGate(
  sandbox: Sandbox,
  { servedPorts, only, report, quietly = (work) => work() }: GateOptions,
  signal: AbortSignal,
): Promise<readonly CheckReport[]> {
  const planned = await planChecks(sandbox, servedPorts, signal)
  const isWanted = ({ check }: Pick<CheckPlan, 'check'>) => only === undefined || only.has(check)
  const skipped = planned.skipped.filter(isWanted)
  for (const one of skipped) report(one)
  const wanted = planned.run.filter(isWanted)
  const [quiet, others] = [wanted.filter(isQuiet), wanted.filter((plan) => !isQuiet(plan))]
  const loud = await runChecks(sandbox, others, signal, report)
  const ran = quiet.length === 0 ? loud : [...loud, ...(await quietly(() => runChecks(sandbox, quiet, signal, report)))]
  if (planned.run.length > 0 || only !== undefined) return [...ran, ...skipped]
  const none = skippedCheck('none', 'platform', 'No check of the platform applies to these files.')
  report(none)
  return [...ran, ...skipped, none]
}

/** The verdict: nothing failed but what failed in the very same way before the work began and need not be mended. */
export function isPassed(checks: readonly CheckReport[]): boolean {
  return checks.every((check) => check.status !== 'failed' || check.failed_before === true)
}
