// A check: something the platform itself ran in the sandbox to find out whether the work is right.
export type CheckStatus = 'passed' | 'failed' | 'skipped'

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
}
