// One round of the platform's checks over the work, recorded as a step.
import { markFailedBefore } from '../quality/failed-before.ts'
import { isPassed, runGate } from '../quality/gate.ts'
import type { GateOptions } from '../quality/gate.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import { buildImages } from './build-images.ts'
import { failedAtFirst, mustMendAll } from './check-baseline.ts'
import { checkForSecrets, redactedChecks } from './redaction.ts'
import type { Run } from './run.ts'
import { runSteadily } from './steady-files.ts'
import { weakenedTests } from './weakened-tests.ts'
import type { Workshop } from './workshop.ts'

/**
 * The checks of the files as they are. With `only`, those of these names alone, beside what the platform always looks at: servers that
 * are down, and secrets. What failed in the same way before the work began says so, unless the work is there to mend it.
 */
export async function checkWork(
  run: Run,
  workshop: Workshop,
  step: string,
  { only }: Pick<GateOptions, 'only'> = {},
): Promise<readonly CheckReport[]> {
  const { checks } = await run.journal.step(step, { agent: 'platform', title: 'Run the checks' }, async () => {
    const dead = await workshop.refreshServers()
    const servedPorts = workshop.servedPorts().filter((port) => !dead.has(port))
    const report = progressOfChecks(run, step)
    const options = { servedPorts, report, quietly: workshop.egress.quietly, ...(only === undefined ? {} : { only }) }
    const { ran, commit } = await runSteadily(run, workshop, () => runGate(workshop.sandbox, options, run.signal))
    const secrets = await checkForSecrets(run, workshop.baseline, commit)
    const now = { checks: ran, isWhole: only === undefined }
    const integrity = [await weakenedTests(run, workshop, commit, now)].filter((check) => check !== null)
    const images = only === undefined ? await buildImages(run, workshop) : []
    const redacted = await redactedChecks(run, [...ran, ...images, ...dead.values()])
    const all = [
      ...(mustMendAll(run) ? redacted : markFailedBefore(redacted, failedAtFirst(run))),
      secrets,
      ...integrity,
    ]
    // Perhaps a check failed for want of a host that a person would allow.
    if (!isPassed(all)) workshop.egress.askForRefused()
    workshop.egress.flush()
    const events = all.map(
      (check) => ({ type: 'check.finished', data: { step, agent: 'platform', ...check } }) as const,
    )
    return { output: { checks: all }, commit, events }
  })
  return checks
}

/** Tells of each check as it ends. */
function progressOfChecks(run: Run, step: string): GateOptions['report'] {
  return (check) => {
    run.telemetry.count('checks_total', { status: check.status })
    run.writer.note({
      type: 'step.progress',
      data: { step, agent: 'platform', message: `${check.check}: ${check.status}` },
    })
  }
}
