// A check: something the platform itself ran in the sandbox to find out whether the work is right.
export type CheckStatus = 'passed' | 'failed' | 'skipped'

/** What a check looks at. `platform`: what the platform itself looks at, whatever the project is. */
export const CHECK_KINDS = [
  'tests',
  'types',
  'lint',
  'syntax',
  'security',
  'secrets',
  'dependencies',
  'containers',
  'preview',
  'integrity',
  'platform',
] as const
export type CheckKind = (typeof CHECK_KINDS)[number]

/** One thing that a check found wrong. */
export type Finding = {
  /** Relative to the workspace, with `/`; null where no file is to blame. */
  readonly file: string | null
  /** From 1; null where it is not known. */
  readonly line: number | null
  /** The checker's own name for it: `no-undef`, `TS2304`, the full name of a test; null where there is none. */
  readonly rule: string | null
  readonly message: string
  readonly severity: 'error' | 'warning' | 'note'
}

export type CheckReport = {
  /** e.g. `npm test`, `node --test`, `pytest`, `tsc`. */
  readonly check: string
  readonly status: CheckStatus
  /** The exact command; null for a check that runs none. */
  readonly command: string | null
  readonly exit_code: number | null
  readonly duration_ms: number
  /** The end of what it printed, at most 16,000 characters. */
  readonly output: string
  /** Why it was skipped or what failed, one sentence. */
  readonly reason: string | null
  /** Absent in records of older versions, as all below. */
  readonly kind?: CheckKind
  /** At most 200, errors first. */
  readonly findings?: readonly Finding[]
  /** Findings beyond those. */
  readonly more_findings?: number
  /** Of a failed check: it failed in the very same way before the task began, so it does not stand in the work's way. */
  readonly failed_before?: boolean
}
