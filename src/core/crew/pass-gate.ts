// The way from written to right: checks, healing of what fails, review, repair of what the reviewer blocks on; all within bounded rounds.
import { quote } from '../context/quote.ts'
import { roundsOf, triedInShort, whyStop } from '../healing/escalation.ts'
import type { HealingLimits } from '../healing/escalation.ts'
import { isPassed } from '../quality/gate.ts'
import { TaskFailure } from '../task/task-failure.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { checkWork } from './check-work.ts'
import { repairWith } from './heal-agent.ts'
import { healRound } from './heal-round.ts'
import type { HealingState } from './heal-round.ts'
import { reviewWork } from './review-work.ts'
import type { Run } from './run.ts'
import { askAboutWeakenedTests } from './weakened-tests.ts'
import type { Workshop } from './workshop.ts'

/** The checks that the work passed in the end: all of them, on its last files. Throws TaskFailure with the last ones as evidence. */
export async function passTheGate(run: Run, workshop: Workshop, plan: Plan): Promise<readonly CheckReport[]> {
  const { repairRounds, healMs, healTokens } = run.limits
  const limits: HealingLimits = { rounds: repairRounds, ms: healMs, tokens: healTokens }
  let gates = 0
  const checkAll = async () => {
    gates += 1
    const key = `gate/${gates}`
    return { key, checks: await checkWork(run, workshop, key) }
  }
  let healing: HealingState = { plan, rounds: [], past: [] }
  for (let reviews = 1; ; reviews += 1) {
    let checks = askAboutWeakenedTests(run, (await checkAll()).checks)
    while (!isPassed(checks)) {
      const why = whyStop(healing.past, limits)
      if (why !== null) throw notHealed(checks, healing, why)
      const round = await healRound(run, workshop, healing, limits, checks, checkAll).catch((error: unknown) => {
        throw error instanceof TaskFailure ? withEvidence(error, checks, healing) : error
      })
      healing = round.state
      if (round.type === 'stop') throw notHealed(checks, healing, round.why)
      checks = askAboutWeakenedTests(run, round.checks)
    }
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
    const about = { key: `review-fix/${reviews}`, subject: 'review-fix', title: 'Answer the review' }
    await repairWith(run, workshop, { ...about, problem: quote('findings', findings) })
  }
}

function notHealed(checks: readonly CheckReport[], { rounds, past }: HealingState, why: string): TaskFailure {
  const names = checks.filter((check) => !isPassed([check])).map(({ check }) => check)
  const count = roundsOf(past)
  const summary = `After ${count} round${count === 1 ? '' : 's'} of repair these checks still fail: ${names.join(', ')}.`
  return new TaskFailure([`${summary} It was stopped because ${why}.`, ...triedInShort(rounds)].join('\n'), { checks })
}

function withEvidence(error: TaskFailure, checks: readonly CheckReport[], { rounds }: HealingState): TaskFailure {
  return new TaskFailure([error.message, ...triedInShort(rounds)].join('\n'), { checks, ...error.evidence })
}
