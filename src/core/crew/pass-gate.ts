// The way from written to right: checks, repair of what fails, review, repair of what the reviewer blocks on; all within bounded rounds.
import { quote } from '../context/quote.ts'
import { isPassed } from '../quality/gate.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { runAgent } from './agent.ts'
import { briefOf } from './brief.ts'
import { checkWork } from './check-work.ts'
import { reviewWork } from './review-work.ts'
import type { Run } from './run.ts'
import type { Workshop } from './workshop.ts'

/** The checks that the work passed in the end. Throws TaskFailure with the last ones as evidence. */
export async function passTheGate(run: Run, workshop: Workshop, plan: Plan): Promise<readonly CheckReport[]> {
  let repairs = 0
  let reviews = 0
  for (let round = 1; ; round += 1) {
    const checks = await checkWork(run, workshop, `gate/${round}`)
    if (!isPassed(checks)) {
      const failed = checks.filter((check) => check.status === 'failed')
      repairs += 1
      if (repairs > run.limits.repairRounds) {
        const names = failed.map((check) => check.check).join(', ')
        throw new TaskFailure(
          `After ${run.limits.repairRounds} round${run.limits.repairRounds === 1 ? '' : 's'} of repair these checks still fail: ${names}.`,
          {
            checks,
          },
        )
      }
      await repair(
        run,
        workshop,
        `repair/${repairs}`,
        'repair',
        'Repair the failed checks',
        failed.map(describeCheck).join('\n\n'),
      )
      continue
    }
    reviews += 1
    const review = await reviewWork(run, workshop, `review/${reviews}`, plan)
    const blocking = review.findings.filter((finding) => finding.blocking)
    // What a reviewer blocks on counts, whatever else they say; what they do not block on is taste.
    if (blocking.length === 0) return checks
    const findings = blocking
      .map((finding, index) => `${index + 1}. ${finding.file ?? 'in general'}: ${finding.problem}`)
      .join('\n')
    if (reviews >= run.limits.reviewRounds) {
      throw new TaskFailure(`The reviewer did not approve the work:\n${findings}`, { checks })
    }
    await repair(run, workshop, `review-fix/${reviews}`, 'review-fix', 'Answer the review', quote('findings', findings))
  }
}

async function repair(
  run: Run,
  workshop: Workshop,
  key: string,
  subject: string,
  title: string,
  problem: string,
): Promise<void> {
  await run.journal.step(key, { agent: 'coder', title }, async () => {
    const brief = await briefOf(
      run,
      workshop,
      key,
      'coder',
      `${title}. Mend the cause; never weaken or delete a test.\n\n${problem}`,
    )
    return { output: await runAgent(run, workshop, { key, subject, title, role: 'coder', brief }) }
  })
}

function describeCheck(check: CheckReport): string {
  return `${check.check} failed. ${check.reason ?? ''}\n${quote('output', check.output)}`
}
