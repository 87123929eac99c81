// Which checks a change can have an influence on: between two rounds of repair only those run again.
import type { CheckReport } from '../vocabulary/check.ts'
import { RUNNERS } from './checks/all.ts'

const PART = / \([^()]*\)$/

/**
 * Of these checks, by name, those that a change of these paths can make end otherwise. Errs on the side of running: a check that no
 * runner knows (the platform's own, a server's page) is always among them.
 */
export function affected(
  checks: readonly Pick<CheckReport, 'check'>[],
  changedPaths: readonly string[],
): ReadonlySet<string> {
  return new Set(
    checks
      .map(({ check }) => check)
      .filter((check) => {
        const base = check.replace(PART, '')
        const runner = RUNNERS.find(({ name }) => name === check || name === base)
        return runner === undefined || changedPaths.some((path) => runner.watches(path))
      }),
  )
}
