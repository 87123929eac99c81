// A task's events as lines for a person who watches a terminal. Pure.
import { limitSentence } from '../../core/vocabulary/limit.ts'
import type { ApprovalKind } from '../../core/vocabulary/approval.ts'
import { callsText } from '../../core/vocabulary/usage.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { Plan, Review } from '../../core/vocabulary/plan.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { TaskResult } from '../../core/vocabulary/task.ts'
import type { Paint } from './paint.ts'
import { subjectLines, termsLines } from './approval-lines.ts'
import { oneLine, visible } from './visible.ts'

const MARKS = { passed: '✓', failed: '✗', skipped: '–' } as const

const QUESTIONS: Readonly<Record<ApprovalKind, string>> = {
  shell_command: 'Somebody has to approve exactly this:',
  plan: 'Somebody has to approve exactly this:',
  tool: 'Agents want to do this, and somebody has to approve exactly this:',
  egress: 'This task wants to reach this host:',
  secret: 'This task wants to use this secret:',
  tests: 'The work removed tests, or made them milder; somebody has to approve exactly this:',
  delivery: 'Somebody has to approve sending exactly this:',
}

/** Lines for the events of one task, in their order: where agents work side by side, each line says on what. */
export function createProgress(): typeof progressLines {
  const beside = new Set<string>()
  return (event, paint) => {
    const lines = progressLines(event, paint)
    if (event.type === 'step.completed' && event.data.step === 'schedule')
      for (const branches of sideBySide(event.data.output)) for (const id of branches) beside.add(id)
    if (event.type !== 'tool.started' && event.type !== 'agent.message') return lines
    const [kind, id = ''] = event.data.step.split('/')
    return kind === 'subtask' && beside.has(id) ? lines.map((text) => `${text} ${paint.dim(`(${id})`)}`) : lines
  }
}

/** The lines that `event` is worth; none for most bookkeeping. */
export function progressLines(event: TaskEvent, paint: Paint): readonly string[] {
  const line = (who: string, what: string) => [`  ${paint.dim(who.padEnd(9))} ${what}`]
  switch (event.type) {
    case 'task.routed':
      return line('router', `${event.data.task_type}: ${oneLine(event.data.summary)}`)
    case 'approval.requested': {
      const { kind, subject, binding = null, policy = null, expires_at: expiresAt } = event.data
      const asked = { kind, subject, binding, policy, expiresAt }
      return [
        ...line('approval', QUESTIONS[kind]),
        ...subjectLines(asked).map((text) => `            ${paint.bold(text)}`),
        ...termsLines(asked).flatMap((text) => line('', text)),
      ]
    }
    case 'approval.seconded':
      return line('approval', `1 of 2: ${oneLine(event.data.by)} said yes`)
    case 'approval.resolved':
      return line('approval', `${event.data.status} by ${oneLine(event.data.by)}`)
    case 'step.completed':
      return stepLines(event.data.step, event.data.output, line)
    case 'tool.started':
      // What an agent finishes with stands in the summary at the end.
      if (event.data.tool === 'finish') return []
      return line(event.data.agent, `${event.data.tool} ${paint.dim(oneLine(subjectOf(event.data.input), 100))}`)
    case 'tool.finished':
      return event.data.ok ? [] : line('', paint.red(`✗ ${oneLine(event.data.output)}`))
    case 'agent.message':
      return line(event.data.agent, oneLine(event.data.text))
    case 'check.finished': {
      const when = event.data.step === 'gate/baseline' ? 'before the work: ' : ''
      const known = event.data.failed_before === true ? paint.dim(' It failed before the work already.') : ''
      const paintMark =
        event.data.status === 'failed' ? paint.red : event.data.status === 'passed' ? paint.green : paint.dim
      const why = event.data.reason === null ? '' : paint.dim(` ${oneLine(event.data.reason)}`)
      return line(
        'check',
        `${when}${paintMark(MARKS[event.data.status])} ${event.data.check} ${paint.dim(seconds(event.data.duration_ms))}${why}${known}`,
      )
    }
    case 'branch.merged':
      return line('merge', mergeWords(event.data, paint))
    case 'heal.finished':
      return line('heal', healWords(event.data, paint))
    case 'artifact.added':
      return line('file', `${oneLine(event.data.name)} ${paint.dim(sizeWords(event.data.bytes))}`)
    case 'preview.ready':
      return line('preview', paint.bold(event.data.url))
    case 'preview.closed':
      return line('preview', `closed: ${oneLine(event.data.reason)}`)
    case 'budget.exhausted':
      return line('limit', paint.red(visible(limitSentence(event.data))))
    case 'task.completed':
      return endLines(paint.green('✓ completed'), event.data.result, paint)
    case 'task.failed':
      return [
        paint.red(`✗ failed: ${visible(event.data.error)}`),
        ...(event.data.result === null ? [] : outputLines(event.data.result)),
      ]
    case 'task.aborted':
      return [paint.red(`✗ aborted: ${oneLine(event.data.reason)}`)]
    default:
      return []
  }
}

function mergeWords({ step, branch, conflicts }: EventData<'branch.merged'>, paint: Paint): string {
  if (conflicts.length > 0)
    return `${paint.red('✗')} ${oneLine(branch)} changed the same as others: ${oneLine(conflicts.join(', '))}; a coder decides`
  return `${paint.green('✓')} ${oneLine(branch)}${step.includes('/look/') ? ', with both sides in it' : ''}`
}

const HEALERS = { rule: 'a known pattern', analysis: 'an analysis', agent: 'a coder' } as const
const OUTCOMES = {
  healed: 'mended',
  better: 'better',
  same: 'no better',
  worse: 'worse, put back',
  unapplied: 'nothing of it fits',
} as const

function healWords(round: EventData<'heal.finished'>, paint: Paint): string {
  const { by, outcome, checks, failures_before: before, failures_after: after, applied } = round
  const mark = outcome === 'healed' || outcome === 'better' ? paint.green('✓') : paint.red('✗')
  const figures = paint.dim(` failures ${before} → ${after}`)
  const what = applied[0] === undefined ? '' : paint.dim(`, ${oneLine(applied[0], 80)}`)
  return `${mark} round ${round.round} on ${oneLine(checks.join(', '), 60)} by ${HEALERS[by]}: ${OUTCOMES[outcome]}${figures}${what}`
}

function sizeWords(bytes: number): string {
  return bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`
}

type EventData<Type extends TaskEvent['type']> = Extract<TaskEvent, { type: Type }>['data']

type Line = (who: string, what: string) => readonly string[]

/** The log is our own: what a step of that name recorded has that shape. */
function stepLines(step: string, output: JsonValue, line: Line): readonly string[] {
  if (step === 'plan') {
    const plan = output as Plan
    const subtasks = plan.subtasks.flatMap((subtask, index) =>
      line('', `${index + 1}. ${oneLine(subtask.title)} (${subtask.role})`),
    )
    return [...line('planner', oneLine(plan.summary)), ...subtasks]
  }
  if (step === 'schedule')
    return sideBySide(output).flatMap((ids) => line('planner', `side by side: ${oneLine(ids.join(', '))}`))
  if (/^review\/\d+$/.test(step)) {
    const review = output as Review
    const findings = review.findings.flatMap((finding) => line('', `- ${oneLine(finding.problem)}`))
    return [
      ...line('reviewer', `${review.approved ? 'approved' : 'findings'}: ${oneLine(review.summary)}`),
      ...findings,
    ]
  }
  return []
}

/** The ids of the subtasks that are done at once, for each time that some are. */
function sideBySide(output: JsonValue): readonly (readonly string[])[] {
  type Stage = { readonly type: string; readonly branches?: readonly { readonly id: string }[] }
  const { stages } = output as { readonly stages: readonly Stage[] }
  return stages.flatMap(({ branches = [] }) => (branches.length === 0 ? [] : [branches.map(({ id }) => id)]))
}

function subjectOf(input: JsonValue): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return String(input)
  const object = input as Readonly<Record<string, JsonValue>>
  const subject = object['path'] ?? object['command'] ?? object['pattern'] ?? object['summary'] ?? ''
  return typeof subject === 'string' ? subject : JSON.stringify(subject)
}

function endLines(head: string, result: TaskResult, paint: Paint): readonly string[] {
  const passed = result.checks.filter((check) => check.status === 'passed').length
  const parts = [
    result.changed_files.length === 0 ? '' : `${result.changed_files.length} files changed`,
    passed === 0 ? '' : `${passed} checks passed`,
    callsText(result.usage) ?? '',
    result.offline ? 'by the offline model' : '',
    result.commit === null ? '' : `commit ${result.commit.slice(0, 10)}`,
  ]
  const facts = parts.filter((part) => part !== '').join(', ')
  return [`${head}${facts === '' ? '' : paint.dim(` · ${facts}`)}`, ...outputLines(result)]
}

function outputLines(result: TaskResult): readonly string[] {
  if (result.answer !== null) return ['', visible(result.answer)]
  if (result.output !== null && result.output !== '') return ['', visible(result.output)]
  const failed = result.checks.filter((check) => check.status === 'failed')
  return failed.flatMap((check) => ['', `${check.check}:`, visible(check.output)])
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
}
