// What the work did to the tests that it had to pass: what became milder, whether it was put back, and who accepted what stayed.
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { MilderTests, ReportedApproval } from './report.ts'

/** Null where no gate compared the tests with how they were. `checks` are the last ones. */
export function milderTestsOf(
  events: readonly TaskEvent[],
  checks: readonly CheckReport[],
  approvals: readonly ReportedApproval[],
): MilderTests | null {
  const looks = events.flatMap(({ type, data }) =>
    type === 'check.finished' && data.kind === 'integrity' ? [data as CheckReport] : [],
  )
  const last = checks.find(({ kind }) => kind === 'integrity') ?? null
  if (last === null && looks.length === 0) return null
  const left = last === null ? [] : errorsOf(last)
  const isLeft = new Set(left.map(keyOf))
  const putBack = new Map<string, Finding>()
  for (const finding of looks.flatMap(errorsOf)) if (!isLeft.has(keyOf(finding))) putBack.set(keyOf(finding), finding)
  const asked = approvals.filter(({ kind }) => kind === 'tests')
  const yes = asked.findLast(({ status }) => status === 'approved')
  return {
    left,
    more: last?.more_findings ?? 0,
    putBack: [...putBack.values()],
    accepted: last?.status === 'passed' && left.length > 0 && yes !== undefined ? yes : null,
    asked,
  }
}

function errorsOf({ findings = [] }: CheckReport): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'error')
}

/** The same change stands on another line after the next one. */
function keyOf({ file, rule, message }: Finding): string {
  return JSON.stringify([file, rule, message])
}
