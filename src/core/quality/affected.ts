// Which checks a change can have an influence on: between two rounds of repair only those run again.
import { RUNNERS } from './checks/all.ts'

const FOLDER = / \([^()]*\)$/

/**
 * Of these checks, by name, those that a change of these paths can make end otherwise. Errs on the side of running: a check that no
 * runner knows (the platform's own) is always among them.
 */
export function affected(checks: readonly string[], changedPaths: readonly string[]): ReadonlySet<string> {
  return new Set(
    checks.filter((check) => {
      const base = check.replace(FOLDER, '')
      const runner = RUNNERS.find(({ name }) => name === check || name === base)
      return runner === undefined || changedPaths.some((path) => runner.watches(path))
    }),
  )
}
