// Healing: from a failed check to a small change that mends it, or to the honest word that nothing did.
import type { CommitId } from './ids.ts'

/** One change that is proposed. `current_code` is what must stand there now, or nothing is changed. */
export type FixSuggestion = {
  /** Relative to the workspace. */
  readonly file: string
  /** Where `current_code` begins, from 1. */
  readonly line_number: number
  readonly current_code: string
  readonly fixed_code: string
  readonly explanation: string
}

export const COMPLEXITIES = ['low', 'medium', 'high'] as const

/** What a failure comes from and what would mend it, as a model must answer it. */
export type FailureAnalysis = {
  readonly root_causes: readonly string[]
  readonly fix_suggestions: readonly FixSuggestion[]
  /** 0 to 1. */
  readonly confidence_score: number
  readonly estimated_complexity: (typeof COMPLEXITIES)[number]
}

/** Of a model that has nothing to say: nothing is changed by it, and a coder looks at the failure. */
export const NO_ANALYSIS: FailureAnalysis = {
  root_causes: [],
  fix_suggestions: [],
  confidence_score: 0,
  estimated_complexity: 'high',
}

/** `rule`: a known pattern, no model was asked. `analysis`: a model's targeted fix. `agent`: a coder at work in its tools. */
export type Healer = 'rule' | 'analysis' | 'agent'

/** `worse`, and `unapplied` where nothing of it fitted: the files were put back to `from`. */
export type HealOutcome = 'healed' | 'better' | 'same' | 'worse' | 'unapplied'

/** What one round tried and what came of it. */
export type HealRound = {
  readonly round: number
  readonly by: Healer
  /** The failed checks that it was about. */
  readonly checks: readonly string[]
  readonly causes: readonly string[]
  /** What was changed, one line each: `src/a.js:12: why`. */
  readonly applied: readonly string[]
  /** What was proposed and not done, with the reason. */
  readonly refused: readonly string[]
  readonly outcome: HealOutcome
  /** Failures before and after: failed checks, and failed findings in them. */
  readonly failures_before: number
  readonly failures_after: number
  /** The snapshot before the round. */
  readonly from: CommitId
  readonly rolled_back: boolean
}
