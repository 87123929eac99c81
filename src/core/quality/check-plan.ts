// A check that was decided on and has not run yet.
import type { CheckKind, CheckReport } from '../vocabulary/check.ts'
import type { Parsed, RawOutput } from './runner.ts'

type Planned = {
  /** Unique in the workspace. */
  readonly check: string
  readonly kind: CheckKind
  /** Where it runs, relative to the workspace; `''` for the root. */
  readonly folder: string
}

export type CommandPlan = Planned & {
  readonly type: 'command'
  readonly command: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly parse: (raw: RawOutput) => Parsed
  readonly isQuiet?: true
}

export type LookPlan = Planned & {
  readonly type: 'look'
  readonly look: (signal: AbortSignal) => Parsed | Promise<Parsed>
}

export type CheckPlan = CommandPlan | LookPlan

/** `run` in the order of the registry, `skipped` with the reasons. */
export type Detected = { readonly run: readonly CheckPlan[]; readonly skipped: readonly CheckReport[] }
