// Reads what steps left in the log, as far as it has the shape that is expected: logs outlive versions, and forks bring theirs along.
import type { JsonObject, JsonValue } from '../vocabulary/json.ts'
import type { Plan, Subtask } from '../vocabulary/plan.ts'
import { WORK_KINDS } from '../vocabulary/plan.ts'
import type { Report } from './report.ts'

type Output = JsonValue | undefined

/** Null where it is no plan. */
export function readPlan(output: Output): Plan | null {
  const plan = objectIn(output)
  const subtasks = plan?.['subtasks']
  if (plan === null || !isList(subtasks)) return null
  const kind = WORK_KINDS.find((known) => known === plan['kind'])
  return {
    summary: textIn(plan['summary']),
    subtasks: subtasks.flatMap(readSubtask),
    ...(kind === undefined ? {} : { kind }),
    template: typeof plan['template'] === 'string' ? plan['template'] : null,
  }
}

function readSubtask(value: JsonValue): readonly Subtask[] {
  const subtask = objectIn(value)
  if (subtask === null || typeof subtask['id'] !== 'string') return []
  return [
    {
      id: subtask['id'],
      title: textIn(subtask['title']) || subtask['id'],
      role: textIn(subtask['role']) || 'coder',
      instructions: textIn(subtask['instructions']),
      acceptance: textsIn(subtask['acceptance']),
      depends_on: textsIn(subtask['depends_on']),
    },
  ]
}

/** What the reviewer found, one line each; null where it is no review. */
export function readReview(output: Output): { readonly summary: string; readonly findings: readonly string[] } | null {
  const review = objectIn(output)
  if (review === null || typeof review['summary'] !== 'string') return null
  const findings = isList(review['findings']) ? review['findings'] : []
  return {
    summary: review['summary'],
    findings: findings.flatMap((value) => {
      const finding = objectIn(value)
      if (finding === null) return []
      return [
        `${finding['blocking'] === true ? 'Must: ' : ''}${textIn(finding['file']) || 'in general'}: ${textIn(finding['problem'])}`,
      ]
    }),
  }
}

export function readPatch(output: Output): Report['patch'] {
  const diff = objectIn(output)
  const text = textIn(diff?.['patch'])
  return text === '' ? null : { text, truncated: diff?.['truncated'] === true }
}

function objectIn(value: Output): JsonObject | null {
  return typeof value === 'object' && value !== null && !isList(value) ? value : null
}

function isList(value: Output): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function textIn(value: Output): string {
  return typeof value === 'string' ? value : ''
}

function textsIn(value: Output): readonly string[] {
  return isList(value) ? value.filter((each) => typeof each === 'string') : []
}
