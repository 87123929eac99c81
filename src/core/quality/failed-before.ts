// Told apart: what failed before the work began, and what the work broke. The first stands in nobody's way, unless it is to be mended.
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import type { WorkKind } from '../vocabulary/plan.ts'
import { SEVERAL_STEPS } from './several-steps.ts'

/** The compiler's own errors: without a program there are no tests, and in what can't be parsed no types are looked at. */
const NO_TESTS_RAN = /^(?:E\d{4}|compiler)$/
const NO_TYPES_CHECKED = /^(?:TS1\d{3}|syntax)$/

/**
 * The checks, with `failed_before` on those whose every failure was there in `baseline`. Never on one that says nothing of what failed,
 * or more than could be kept, in either: then nobody can tell. A check that did not fail before is never told to have.
 */
export function markFailedBefore(
  checks: readonly CheckReport[],
  baseline: readonly CheckReport[],
): readonly CheckReport[] {
  const before = new Map(baseline.map((check) => [check.check, check]))
  return checks.map((check) => (isAsBefore(check, before.get(check.check)) ? { ...check, failed_before: true } : check))
}

function isAsBefore(now: CheckReport, before: CheckReport | undefined): boolean {
  if (now.status !== 'failed' || before?.status !== 'failed') return false
  // What hangs, or is ended from outside, may hide anything behind what it printed until then.
  if (now.exit_code === null || before.exit_code === null) return false
  if ((now.more_findings ?? 0) > 0 || (before.more_findings ?? 0) > 0) return false
  if (hidesMore(now)) return false
  const failures = errorsOf(now)
  const known = counted(errorsOf(before))
  if (failures.length === 0) return false
  for (const [key, times] of counted(failures)) if (times > (known.get(key) ?? 0)) return false
  return true
}

/** Whether it ended at the first thing that was wrong: what else the work broke stands nowhere then. */
function hidesMore({ kind, findings = [] }: CheckReport): boolean {
  return findings.some(({ rule, severity }) => {
    if (rule === null) return false
    if (severity === 'note') return rule === SEVERAL_STEPS
    return (kind === 'tests' && NO_TESTS_RAN.test(rule)) || (kind === 'types' && NO_TYPES_CHECKED.test(rule))
  })
}

function errorsOf({ findings = [] }: CheckReport): readonly Finding[] {
  return findings.filter(({ severity }) => severity === 'error')
}

function counted(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const finding of findings) counts.set(findingKey(finding), (counts.get(findingKey(finding)) ?? 0) + 1)
  return counts
}

/** What makes two findings the same although lines moved and the clock went on: rule, file and message. */
function findingKey({ file, rule, message }: Finding): string {
  return JSON.stringify([rule, file, steady(message)])
}

/** Without what differs from one run to the next. Numbers that say what was expected and found stay: a time of day is no place in a file. */
function steady(message: string): string {
  return message
    .replace(/\b0x[0-9a-f]+\b/gi, '0x')
    .replace(/\/tmp\/[^\s'":)]+/g, '/tmp')
    .replace(/\b\d+(?:\.\d+)?\s?(?:ms|s|sec|seconds?|milliseconds?|µs)\b/g, 'time')
    .replace(/(?<=[A-Za-z_)\]>]):\d+(?::\d+)?(?=[\s):,]|$)/g, ':')
    .replace(/\bline \d+/gi, 'line')
    .replace(/\s+/g, ' ')
    .trim()
}

// As whole words, or as beginnings of words where the language bends them.
const MENDING = new RegExp(
  [
    String.raw`(?<![\p{L}\p{N}_])(?:fix(?:e[sd]|ing)?|bug(?:s|fix(?:es)?)?|repair(?:s|ed|ing)?|heal(?:s|ed|ing)?|mend(?:s|ed|ing)?|debug(?:s|ged|ging)?|broken|breaks?|crash(?:es|ed|ing)?|failing|fail(?:s|ed|ures?)?|make\b.{0,60}\b(?:pass|green|work again)|(?:doesn|does not|isn|is not|don|do not|won)['’]?t? work(?:ing)?)(?![\p{L}\p{N}_])`,
    String.raw`(?<![\p{L}\p{N}_])(?:reparier|behebe|beheb|fehler|kaputt|defekt|fehlschl|schlägt.{0,30}fehl|korrigier|funktioniert nicht|läuft nicht)`,
    String.raw`(?<![\p{L}\p{N}_])(?:почин|исправ|сломан|сломал|баг(?![\p{L}]*аж)|ошибк|чинить|не работа|падает|падают|упал)`,
    String.raw`(?<![\p{L}\p{N}_])(?:arregl|repar[aeo]|corrig|correg|roto(?![\p{L}])|rota(?![\p{L}])|rotos|rotas|fall[aeo]s?(?![\p{L}])|fallan(?![\p{L}])|no funciona|error(?:es)?(?![\p{L}]))`,
    String.raw`(?<![\p{L}\p{N}_])(?:répar|corrige|cassé|casse(?![\p{L}])|échou|bogue|ne (?:marche|fonctionne)|en panne)`,
  ].join('|'),
  'iu',
)
const MOST_TEXT = 20_000

/** Whether the work is there to mend what is broken, by the plan's kind or the request's own words: then everything must pass. In doubt: yes. */
export function isRepair(kind: WorkKind | undefined, request: string): boolean {
  return kind === 'repair' || MENDING.test(request.slice(0, MOST_TEXT).normalize('NFC'))
}
