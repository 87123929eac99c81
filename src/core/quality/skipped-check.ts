// The record of a check that did not run, or that looked at nothing.
import type { CheckKind, CheckReport } from '../vocabulary/check.ts'

export function skippedCheck(check: string, kind: CheckKind, reason: string): CheckReport {
  return { check, status: 'skipped', command: null, exit_code: null, duration_ms: 0, output: '', reason, kind }
}
