// Checks as they ran before, beside those that ran now: work can't pass by having less of it run.
import type { CheckKind, CheckReport } from '../vocabulary/check.ts'
import { isSettings } from './integrity/compare-settings.ts'
import { languageOf } from './integrity/languages.ts'
import type { Weakening } from './weakening.ts'

const COMPARED: ReadonlySet<CheckKind | undefined> = new Set(['tests', 'types', 'lint'])

/**
 * What ran in `before` and does not run any more, and tests that pass with fewer of them run, however that came about: by a program that
 * ends early, a runner that looks elsewhere, a manifest that is gone. `isWhole`: all checks ran, so that one that is missing is gone. Pure.
 */
export function findUnrun(
  before: readonly CheckReport[],
  now: readonly CheckReport[],
  isWhole: boolean,
): readonly Weakening[] {
  const known = new Set(before.filter(isRun).map(({ check }) => check))
  return before
    .filter((was) => isRun(was) && COMPARED.has(was.kind))
    .flatMap((was) => {
      const is = now.find(({ check }) => check === was.check)
      if (is === undefined || !isRun(is)) {
        if (!isWhole) return []
        const successors = now.filter((one) => isRun(one) && one.kind === was.kind && !known.has(one.check))
        const had = ranTests(was)
        const isReplaced = successors.some((one) => had === null || (ranTests(one) ?? had) >= had)
        return isReplaced
          ? []
          : [unrun(was, 'check-gone', `${was.check} ran before the work, and does not run any more.`)]
      }
      if (was.kind !== 'tests' || is.status !== 'passed') return []
      const [had, has] = [ranTests(was), ranTests(is)]
      if (had === null || had === 0 || (has !== null && has >= had)) return []
      const what = has === null ? 'does not say any more that tests run' : `runs fewer tests than before`
      return [unrun(was, 'fewer-tests-ran', `${was.check} ${what}.`, ranWords(had), has === null ? '' : ranWords(has))]
    })
}

/** How many tests a runner says it ran, skipped ones left out; null where it says nothing of it. */
export function ranTests({ output }: Pick<CheckReport, 'output'>): number | null {
  let count: number | null = null
  const add = (number: number) => (count = Math.max(0, (count ?? 0) + number))
  for (const line of output.split('\n')) {
    const [, what = '', own = ''] = /^(?:ℹ|#) (tests|skipped|todo) (\d+)$/.exec(line) ?? []
    if (own !== '') add(what === 'tests' ? Number(own) : -Number(own))
    const unittest = /^Ran (\d+) tests? in /.exec(line)?.[1]
    if (unittest !== undefined) add(Number(unittest))
    const skipped = /^(?:OK|FAILED) \(.*\bskipped=(\d+)/.exec(line)?.[1]
    if (skipped !== undefined) add(-Number(skipped))
    if (/^\s*Test (?:Files|Suites):?\s/.test(line) || line.length > 300) continue
    if (!/^\s*(?:Tests:?\s|test result:|=+ .*=+$|\d+ (?:passing|failing)\b|\d+ (?:passed|failed)\b.* in )/.test(line))
      continue
    for (const [, number] of line.matchAll(/\b(\d+) (?:passed|failed|passing|failing)\b/g)) add(Number(number))
  }
  return count
}

/** Of paths that changed while checks ran: those whose change makes it another program than the one that was checked. Pure. */
export function isProgram(path: string): boolean {
  return languageOf(path) !== null || isSettings(path)
}

function isRun({ status }: CheckReport): boolean {
  return status !== 'skipped'
}

function unrun({ check }: CheckReport, rule: string, message: string, before = check, after = ''): Weakening {
  return { file: '', line: 1, rule, message, before, after, severity: 'error' }
}

function ranWords(count: number): string {
  return count === 1 ? '1 test ran' : `${count} tests ran`
}
