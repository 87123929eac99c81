// Whether a change made failures fewer: what was right before and is wrong now counts more than anything that was mended.
import type { CheckKind, CheckReport } from '../vocabulary/check.ts'
import type { HealOutcome } from '../vocabulary/healing.ts'
import type { Failure } from './failure-signature.ts'
import { failuresOf } from './failure-signature.ts'

export type Comparison = {
  readonly outcome: Exclude<HealOutcome, 'unapplied'>
  readonly failuresBefore: number
  readonly failuresAfter: number
  /** The very same failures as before. */
  readonly unchanged: boolean
  /** What speaks for `worse`, one sentence each. */
  readonly against: readonly string[]
}

/** Of these a project may have one less without having been robbed of it: they exist only while something is wrong. */
const COMES_AND_GOES: ReadonlySet<CheckKind> = new Set(['preview', 'platform', 'syntax', 'secrets', 'integrity'])

/**
 * `after` holds whatever ran again; what did not run again stands as it was. With `whole`, all checks ran again, and one that does not
 * stand in `after` does not run any more.
 */
export function compareStates(
  before: readonly CheckReport[],
  after: readonly CheckReport[],
  whole: boolean,
): Comparison {
  const now = whole ? after : mergedStates(before, after)
  const [failuresBefore, failuresAfter] = [failuresOf(before), failuresOf(now)]
  const against = [
    ...brokenChecks(before, now),
    ...vanishedChecks(before, now),
    ...brokenFindings(before, failuresBefore, failuresAfter),
  ]
  const counts = { failuresBefore: countOf(before), failuresAfter: countOf(now) }
  const keysBefore = new Set(failuresBefore.map(({ key }) => key))
  const isSame = failuresBefore.length === failuresAfter.length && failuresAfter.every(({ key }) => keysBefore.has(key))
  const base = { ...counts, unchanged: isSame, against }
  if (against.length > 0) return { ...base, outcome: 'worse' }
  if (failuresAfter.length === 0 && now.every(({ status }) => status !== 'failed'))
    return { ...base, outcome: 'healed' }
  const isBetter =
    counts.failuresAfter < counts.failuresBefore ||
    failuresBefore.some((failure) => failure.hides && !failuresAfter.some(({ key }) => key === failure.key))
  return { ...base, outcome: isBetter ? 'better' : 'same' }
}

/** The state that is known after some of the checks ran again. */
export function mergedStates(before: readonly CheckReport[], after: readonly CheckReport[]): readonly CheckReport[] {
  const again = new Map(after.map((check) => [check.check, check]))
  const kept = before.map((check) => again.get(check.check) ?? check)
  const known = new Set(before.map(({ check }) => check))
  return [...kept, ...after.filter(({ check }) => !known.has(check))]
}

/** Failed checks, and failed findings in them. */
export function countOf(checks: readonly CheckReport[]): number {
  return checks
    .filter(({ status }) => status === 'failed')
    .reduce((sum, check) => {
      const errors = (check.findings ?? []).filter(({ severity }) => severity === 'error').length
      return sum + 1 + errors + (check.more_findings ?? 0)
    }, 0)
}

function brokenChecks(before: readonly CheckReport[], now: readonly CheckReport[]): readonly string[] {
  const passed = new Set(before.filter(({ status }) => status === 'passed').map(({ check }) => check))
  const failed = now.filter(({ check, status }) => status === 'failed' && passed.has(check))
  const milder = now.filter(
    ({ kind, status, check }) => kind === 'integrity' && status === 'failed' && !failsIn(before, check),
  )
  return [...new Set([...failed, ...milder])].map(({ check }) => `${check} passed before`)
}

function failsIn(checks: readonly CheckReport[], name: string): boolean {
  return checks.some(({ check, status }) => check === name && status === 'failed')
}

/** A check that ran and does not run any more, where nothing of its kind took its place. */
function vanishedChecks(before: readonly CheckReport[], now: readonly CheckReport[]): readonly string[] {
  const ranBefore = before.filter(({ status }) => status !== 'skipped')
  const ranNow = now.filter(({ status }) => status !== 'skipped')
  return ranBefore.flatMap(({ check }) => {
    if (ranNow.some((other) => other.check === check)) return []
    const kind = kindOf(ranBefore.find((other) => other.check === check))
    if (COMES_AND_GOES.has(kind)) return []
    const replaced = ranNow.some(
      (other) => kindOf(other) === kind && !ranBefore.some((earlier) => earlier.check === other.check),
    )
    return replaced ? [] : [`${check} does not run any more`]
  })
}

function kindOf(report: CheckReport | undefined): CheckKind {
  if (report === undefined) return 'platform'
  if (report.kind !== undefined) return report.kind
  if (/test|pytest|vitest|jest|go|cargo/.test(report.check)) return 'tests'
  return /syntax|package\.json/.test(report.check) ? 'syntax' : 'platform'
}

/**
 * Failures that were not there before, in checks that failed before as well. Those of a check whose failures said that something could
 * not be loaded were hidden by it.
 */
function brokenFindings(
  checks: readonly CheckReport[],
  before: readonly Failure[],
  after: readonly Failure[],
): readonly string[] {
  const failed = checks.filter(({ status }) => status === 'failed').map(({ check }) => check)
  return failed.flatMap((check) => {
    const [earlier, later] = [before, after].map((failures) => failures.filter((one) => one.check === check))
    if (earlier === undefined || later === undefined) return []
    const loadsNow = earlier.some(({ hides, key }) => hides && !later.some((one) => one.key === key))
    if (loadsNow && !later.some(({ hides, key }) => hides && !earlier.some((one) => one.key === key))) return []
    const added = placesOf(later).filter((place) => !placesOf(earlier).includes(place))
    const gone = placesOf(earlier).filter((place) => !placesOf(later).includes(place))
    // Without names of tests and rules nobody can tell a new failure from an old one that says something else.
    const named = later.filter(({ rule }) => rule !== null).length === later.length && later.length > 0
    if (named && kindOf(checks.find((one) => one.check === check)) === 'tests' && added.length > 0)
      return [`${check}: ${added.slice(0, 3).join(', ')} did not fail before`]
    return later.length > earlier.length && added.length > gone.length ? [`${check} has more failures than before`] : []
  })
}

function placesOf(failures: readonly Failure[]): readonly string[] {
  return [
    ...new Set(
      failures.map(({ file, rule, key }) => (rule === null ? key : `${rule}${file === null ? '' : ` (${file})`}`)),
    ),
  ]
}
