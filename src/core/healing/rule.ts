// What a rule for a known pattern is: it sees the failed checks and the files, and says what mends them only where it is certain.
import type { CheckReport } from '../vocabulary/check.ts'
import type { FixSuggestion } from '../vocabulary/healing.ts'

export type RuleView = {
  /** Those that failed. Their output is hostile. */
  readonly failed: readonly CheckReport[]
  /** Every file of the project, without dependency folders. */
  readonly paths: readonly string[]
  /** Null where there is no such file, where it is no text, or too large. */
  readonly read: (path: string) => Promise<string | null>
  /** Ports on which the platform itself has something running for the task. */
  readonly servedPorts: readonly number[]
}

export type Remedy = {
  /** What was recognised, one sentence for a person. */
  readonly cause: string
  readonly fixes: readonly FixSuggestion[]
  /** Run in the sandbox, after the fixes, one after the other. Each says for a person what it does. */
  readonly commands: readonly { readonly command: string; readonly says: string }[]
}

export type Rule = {
  readonly name: string
  /** Null where it recognises nothing, or is not certain. Must not throw, whatever the output says. */
  readonly diagnose: (view: RuleView) => Promise<Remedy | null>
}

/** Everything that the failed checks printed or said, without the workspace's own place in front of paths. */
export function saidBy(failed: readonly CheckReport[]): string {
  return failed
    .flatMap(({ output, findings = [] }) => [output, ...findings.map(({ message }) => message)])
    .join('\n')
    .replaceAll('file:///workspace/', '')
    .replaceAll('/workspace/', '')
}

/** One line of a file, replaced. */
export function lineFix(
  file: string,
  line: number,
  current: string,
  fixed: string,
  explanation: string,
): FixSuggestion {
  return { file, line_number: line, current_code: current, fixed_code: fixed, explanation }
}
