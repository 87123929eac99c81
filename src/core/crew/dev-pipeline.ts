// Software from a request: plan, write, run, test, check by the platform, repair, review. It ends only when the
// platform's own checks pass on the last diff; otherwise it fails and says with what.
import type { CheckReport } from '../vocabulary/check.ts'
import type { Plan, Review, Subtask, SubtaskRole } from '../vocabulary/plan.ts'
import type { TaskResult } from '../vocabulary/task.ts'
import { isPassed, runGate } from '../quality/gate.ts'
import { TaskFailure } from '../task/task-failure.ts'
import { runAgent } from './agent.ts'
import type { AgentReport } from './agent.ts'
import { askForObject } from './ask.ts'
import { diffBetween, recordChanges } from './changes.ts'
import { orderSubtasks } from './plan-order.ts'
import { quote } from '../context/quote.ts'
import { taskPackOf } from './context.ts'
import { checkForSecrets, redactedChecks } from './redaction.ts'
import { resultOf } from './result.ts'
import { splitParts } from './split-off.ts'
import type { Run } from './run.ts'
import { PLAN_SCHEMA, REVIEW_SCHEMA } from './schemas.ts'
import { fullPrompt, narrowPrompt } from './task-pack.ts'
import type { Workshop } from './workshop.ts'

const REVIEW_BYTES = 200_000
const BRIEF_FILES = 300

/** Throws TaskFailure with the last checks as evidence. */
export async function runDevPipeline(run: Run, workshop: Workshop): Promise<TaskResult> {
  const plan = await makePlan(run, workshop)
  const order = orderSubtasks(plan)
  if (order === null) throw new TaskFailure('The plan goes in circles: its subtasks wait for each other.')
  const reports: AgentReport[] = []
  for (const subtask of order) reports.push(await doSubtask(run, workshop, subtask))
  const checks = await passTheGate(run, workshop, plan)
  const diff = await recordChanges(run, workshop)
  return resultOf(run, {
    summary: [...new Set([plan.summary, ...reports.map((report) => report.summary)])].join('\n'),
    preview_url: workshop.previewUrl(),
    changed_files: diff.files.map((file) => file.path),
    checks,
  })
}

async function makePlan(run: Run, workshop: Workshop): Promise<Plan> {
  const question = {
    step: 'plan',
    title: 'Plan the work',
    role: 'planner',
    subject: 'plan',
    tier: 'main',
    system: run.promptPack.systems.planner,
  } as const
  const pack = taskPackOf(run, splitParts(run))
  const prompt = [fullPrompt(pack), await filesOf(workshop)].join('\n\n')
  return askForObject(run, question, prompt, PLAN_SCHEMA, 'plan')
}

function doSubtask(run: Run, workshop: Workshop, subtask: Subtask): Promise<AgentReport> {
  const key = `subtask/${subtask.id}`
  return run.journal.step(key, { agent: subtask.role, title: subtask.title }, async () => {
    const wanted = [subtask.instructions, 'It is done when:', ...subtask.acceptance.map((line) => `- ${line}`)].join(
      '\n',
    )
    const { id: subject, title, role } = subtask
    const brief = await briefOf(run, workshop, key, role, quote('subtask', `${title}\n${wanted}`))
    return { output: await runAgent(run, workshop, { key, subject, title, role, brief }) }
  })
}

/** Checks, repairs what fails, has the whole diff reviewed, repairs what the reviewer blocks on; all within bounded rounds. */
async function passTheGate(run: Run, workshop: Workshop, plan: Plan): Promise<readonly CheckReport[]> {
  let repairs = 0
  let reviews = 0
  for (let round = 1; ; round += 1) {
    const checks = await checkOnce(run, workshop, `gate/${round}`)
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
    const review = await reviewOnce(run, workshop, `review/${reviews}`, plan)
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

async function checkOnce(run: Run, workshop: Workshop, step: string): Promise<readonly CheckReport[]> {
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

async function reviewOnce(run: Run, workshop: Workshop, step: string, plan: Plan): Promise<Review> {
  const to = run.journal.lastCommit() ?? workshop.baseline
  const question = {
    step,
    title: 'Review the whole diff',
    role: 'reviewer',
    subject: 'review',
    tier: 'review',
    system: run.promptPack.systems.reviewer,
  } as const
  const diff = run.journal.has(step)
    ? { patch: '', truncated: false }
    : await diffBetween(run, workshop.baseline, to, REVIEW_BYTES)
  const prompt = [
    narrowPrompt({ ...taskPackOf(run, splitParts(run)), readings: [] }),
    quote('plan', plan.summary),
    quote('diff', diff.patch),
    ...(diff.truncated
      ? ['The diff goes on: it is too long to be shown whole. Say in your summary that you saw a part.']
      : []),
  ].join('\n\n')
  return askForObject(run, question, prompt, REVIEW_SCHEMA, 'review')
}

/** Recorded, because the workspace it describes changes as the agent works, and a resumed agent must read the same. */
function briefOf(run: Run, workshop: Workshop, key: string, role: SubtaskRole, wanted: string): Promise<string> {
  const pack = taskPackOf(run, splitParts(run))
  const told = role === 'coder' ? fullPrompt(pack) : narrowPrompt(pack)
  return run.journal.step(`${key}/brief`, { agent: 'platform', title: 'Brief the agent' }, async () => ({
    output: [told, wanted, await filesOf(workshop)].join('\n\n'),
  }))
}

async function filesOf(workshop: Workshop): Promise<string> {
  const entries = await workshop.sandbox.list('.', BRIEF_FILES)
  const paths =
    'type' in entries ? [] : entries.filter((entry) => entry.type !== 'directory').map((entry) => entry.path)
  if (paths.length === 0) return 'The workspace is empty.'
  const more =
    'type' in entries || entries.length < BRIEF_FILES ? [] : ['There are more files than these; list shows them.']
  return [quote('files', paths.join('\n')), ...more].join('\n')
}

function describeCheck(check: CheckReport): string {
  return `${check.check} failed. ${check.reason ?? ''}\n${quote('output', check.output)}`
}
