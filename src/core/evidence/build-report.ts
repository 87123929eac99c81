// Puts a task's report together from its log. Pure: the same log gives the same report, whenever and wherever it is asked for.
import type { CheckReport } from '../vocabulary/check.ts'
import type { EventOf, TaskEvent } from '../vocabulary/event.ts'
import type { HealRound } from '../vocabulary/healing.ts'
import { isWorkLimit, limitFigure, WORK_LIMITS } from '../vocabulary/limit.ts'
import type { Task, TaskResult, WorkspaceSource } from '../vocabulary/task.ts'
import { modelName } from '../vocabulary/usage.ts'
import { decisionsOf } from './decisions.ts'
import { milderTestsOf } from './milder-tests.ts'
import { DIFF_STEP, EVIDENCE_STEP, evidenceParts, NO_EVIDENCE, readEvidence } from './recorded.ts'
import type { RecordedEvidence } from './recorded.ts'
import { readPatch, readPlan, readReview } from './read-output.ts'
import type { Report, ReportedLimit } from './report.ts'
import { timeSpent } from './time-spent.ts'
import { gatesOf, subtasksOf, workOf } from './work-done.ts'

export type ReportInput = {
  readonly task: Pick<Task, 'id' | 'userId' | 'taskType' | 'status' | 'inputText' | 'result' | 'error' | 'createdAt'>
  /** The whole log, oldest first. */
  readonly events: readonly TaskEvent[]
  /** Where it is not in the log yet. */
  readonly evidence: RecordedEvidence | null
  /** The bytes of a screenshot by its name; null where they are not at hand. */
  readonly png: (name: string) => Uint8Array | null
}

export function buildReport({ task, events, evidence, png }: ReportInput): Report {
  const steps = new Map<string, EventOf<'step.completed'>['data']>()
  for (const { type, data } of events) if (type === 'step.completed') steps.set(data.step, data)
  const created = events.find((event) => event.type === 'task.created')
  const began = created?.type === 'task.created' ? created.data : null
  const routed = events.findLast((event) => event.type === 'task.routed')
  const routing = routed?.type === 'task.routed' ? routed.data : null
  const decisions = decisionsOf(events)
  const agreed = decisions.approvals.findLast(({ kind, status }) => kind === 'plan' && status === 'approved')
  const plan = readPlan(steps.get('plan')?.output)
  const recorded = evidence ?? readEvidence(steps.get(EVIDENCE_STEP)?.output) ?? NO_EVIDENCE
  const { result } = task
  const checks = lastChecks(result, events)
  return {
    ...decisions,
    ...evidenceParts(recorded, png),
    taskId: task.id,
    type: task.taskType,
    status: task.status,
    request: task.inputText,
    interface: began?.interface ?? 'http',
    person: task.userId,
    source: sourceWords(routing?.source ?? began?.source ?? { type: 'empty' }),
    createdAt: task.createdAt,
    at: events.at(-1)?.at ?? task.createdAt,
    error: task.error,
    summary: result?.summary ?? '',
    offline: result?.offline ?? false,
    previewUrl: result?.preview_url ?? null,
    agreed: routing === null ? null : { understood: routing.summary, plan: routing.plan, by: agreed?.by ?? null },
    plan:
      plan === null
        ? null
        : {
            summary: plan.summary,
            kind: plan.kind ?? null,
            template: plan.template ?? null,
            subtasks: subtasksOf(plan, events),
          },
    work: workOf(events),
    gates: gatesOf(events),
    checks,
    milderTests: milderTestsOf(events, checks, decisions.approvals),
    failedBefore: failedBefore(events),
    healing: healingOf(events),
    review: reviewOf([...steps.values()]),
    spent: spentOf(events),
    time: timeSpent(events),
    limits: limitsOf(recorded.limits),
    patch: readPatch(steps.get(DIFF_STEP)?.output),
    commit:
      result?.commit ??
      [...steps.values()].findLast(({ commit, branch }) => commit !== null && branch === undefined)?.commit ??
      null,
  }
}

function lastChecks(result: TaskResult | null, events: readonly TaskEvent[]): readonly CheckReport[] {
  if (result !== null && result.checks.length > 0) return result.checks
  const finished = events.flatMap(({ type, data }) => (type === 'check.finished' ? [data] : []))
  const step = finished.findLast((check) => check.step !== BASELINE)?.step
  return finished.filter((check) => check.step === step)
}

const BASELINE = 'gate/baseline'

function failedBefore(events: readonly TaskEvent[]): readonly string[] {
  return events.flatMap(({ type, data }) =>
    type === 'check.finished' && data.step === BASELINE && data.status === 'failed' ? [data.check] : [],
  )
}

function healingOf(events: readonly TaskEvent[]): readonly HealRound[] {
  return events.flatMap(({ type, data }) => (type === 'heal.finished' ? [data] : []))
}

function reviewOf(steps: readonly EventOf<'step.completed'>['data'][]): Report['review'] {
  const reviews = steps.filter(({ step }) => /^review\/\d+$/.test(step))
  const last = readReview(reviews.at(-1)?.output)
  return last === null ? null : { rounds: reviews.length, ...last }
}

function spentOf(events: readonly TaskEvent[]): Report['spent'] {
  const models = new Map<string, { model: string; calls: number; tokens: number }>()
  const spent = { calls: 0, inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, fromCache: 0 }
  for (const { type, data } of events) {
    if (type !== 'usage.recorded') continue
    const model = data.offline ? 'offline' : modelName(data)
    const of = models.get(model) ?? { model, calls: 0, tokens: 0 }
    of.calls += 1
    of.tokens += data.input_tokens + data.output_tokens
    models.set(model, of)
    spent.calls += 1
    spent.inputTokens += data.input_tokens
    spent.outputTokens += data.output_tokens
    spent.cachedInputTokens += data.cached_input_tokens
    if (data.from_cache === true) spent.fromCache += 1
  }
  return { ...spent, byModel: [...models.values()] }
}

function limitsOf(limits: RecordedEvidence['limits']): readonly ReportedLimit[] {
  return Object.entries(limits).flatMap(([name, value]) =>
    isWorkLimit(name) && value !== undefined
      ? [{ name, setting: WORK_LIMITS[name].setting, figure: limitFigure(name, value) }]
      : [],
  )
}

function sourceWords(source: WorkspaceSource): string {
  switch (source.type) {
    case 'empty':
      return 'An empty workspace'
    case 'directory':
      return `A copy of the folder ${source.path}`
    case 'task':
      return `The files of task ${source.task_id}${source.commit === null ? '' : ` at ${source.commit.slice(0, 12)}`}`
    case 'git':
      return `The repository ${source.url}${source.ref === null ? '' : ` at ${source.ref}`}`
    case 'archive':
      return 'An archive that was sent along'
    case 'template':
      return `The template ${source.name}`
  }
}
