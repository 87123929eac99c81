// One round of the platform's checks over the work, recorded as a step.
import { isPassed, runGate } from '../quality/gate.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import { checkForSecrets, redactedChecks } from './redaction.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

export async function checkWork(run: Run, workshop: Workshop, step: string): Promise<readonly CheckReport[]> {
  const { checks } = await run.journal.step(step, { agent: 'platform', title: 'Run the checks' }, async () => {
    const dead = await workshop.refreshServers()
    const live = workshop.servedPorts().filter((port) => !dead.has(port))
    const ran = await runGate(workshop.sandbox, live, run.signal, (check) => {
      run.telemetry.count('checks_total', { status: check.status })
      run.writer.note({
        type: 'step.progress',
        data: { step, agent: 'platform', message: `${check.check}: ${check.status}` },
      })
    })
    run.signal.throwIfAborted()
    // Checks may leave files behind (caches, reports): they are part of the state that goes on.
    const commit = await workshop.snapshot('checks')
    const secrets = await checkForSecrets(run, workshop.baseline, commit)
    const all = [...(await redactedChecks(run, [...ran, ...dead.values()])), secrets]
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
