// Who heals next, and when it is enough: from rules over a targeted fix to a coder, within rounds, time and tokens.
import type { FailureAnalysis, Healer, HealRound } from '../vocabulary/healing.ts'
import { onOneLine, shorten } from '../vocabulary/short-text.ts'

export type HealingLimits = {
  /** Rounds in which a model is asked. */
  readonly rounds: number
  readonly ms: number
  readonly tokens: number
}

export type PastRound = Pick<HealRound, 'by' | 'outcome'> & {
  /** How it failed before the round. */
  readonly signature: string
  /** Names what was changed: the same change has the same name. Null where nothing was. */
  readonly change: string | null
  readonly ms: number
  readonly tokens: number
}

const RULE_ROUNDS = 5
const LEAST_CONFIDENCE = 0.3
const IDLE_ROUNDS = 2

/** Why nothing more is tried, as the end of a sentence; null while something may be. Rules do not count as rounds. */
export function whyStop(past: readonly PastRound[], limits: HealingLimits): string | null {
  const ms = past.reduce((sum, round) => sum + round.ms, 0)
  const tokens = past.reduce((sum, round) => sum + round.tokens, 0)
  if (ms >= limits.ms) return `healing took its ${Math.round(limits.ms / 60_000)} minutes (HEAL_MINUTES)`
  if (tokens >= limits.tokens) return `healing took its ${limits.tokens} tokens (HEAL_TOKENS)`
  return null
}

/** Rounds that count: those in which a model's change was tried. */
export function roundsOf(past: readonly PastRound[]): number {
  return past.filter(({ by, outcome }) => by === 'agent' || (by === 'analysis' && outcome !== 'unapplied')).length
}

export function isRuleNext(past: readonly PastRound[]): boolean {
  const rules = past.filter(({ by }) => by === 'rule')
  return rules.length < RULE_ROUNDS && !isIdle(rules)
}

/** A model whose fixes did not fit is not asked again; the last round that is left is the coder's, where a fix was tried before. */
export function isAnalysisNext(past: readonly PastRound[], { rounds }: HealingLimits): boolean {
  const tried = past.filter(({ by }) => by === 'analysis')
  const left = rounds - roundsOf(past)
  if (left < 1 || past.some(({ by }) => by === 'agent')) return false
  if (isIdle(tried) || tried.some(({ outcome }) => outcome === 'unapplied')) return false
  return tried.length === 0 || left > 1
}

/** Why a coder is not asked, as the end of a sentence; null where they are. */
export function whyNoAgent(past: readonly PastRound[], { rounds }: HealingLimits): string | null {
  if (roundsOf(past) >= rounds)
    return `${rounds} round${rounds === 1 ? '' : 's'} of repair are the most (REPAIR_ROUNDS)`
  if (isIdle(past.filter(({ by }) => by === 'agent'))) return 'two rounds of the coder in a row made nothing better'
  return null
}

/** What was tried on the very same failures already, and did not heal them. */
export function wasTried(past: readonly PastRound[], signature: string, change: string): boolean {
  return past.some((round) => round.signature === signature && round.change === change)
}

/** Why an analysis is not followed, one clause; null where it is. */
export function whyNotFollowed(analysis: FailureAnalysis): string | null {
  if (analysis.fix_suggestions.length === 0) return 'the analysis proposes no change'
  if (analysis.confidence_score < LEAST_CONFIDENCE)
    return `the analysis is not sure enough (${Math.round(analysis.confidence_score * 100)} %)`
  return analysis.estimated_complexity === 'high' ? 'the analysis calls for more than small changes' : null
}

/** Its last two rounds made nothing better. */
function isIdle(rounds: readonly PastRound[]): boolean {
  const last = rounds.slice(-IDLE_ROUNDS)
  return last.length === IDLE_ROUNDS && last.every(({ outcome }) => outcome !== 'better' && outcome !== 'healed')
}

const SHOWN_ROUNDS = 5
const SHOWN_CHARACTERS = 180

/** What was tried, short enough for a chat: the last rounds, and nothing where there were none. The report has all of it. */
export function triedInShort(rounds: readonly HealRound[]): readonly string[] {
  if (rounds.length === 0) return []
  const shown = triedLines(rounds.slice(-SHOWN_ROUNDS), SHOWN_CHARACTERS)
  const head = shown.length < rounds.length ? `Tried in the last ${shown.length} of ${rounds.length} rounds:` : 'Tried:'
  return [head, ...shown]
}

/** What was tried, one line a round. `most`: characters of what was changed. */
export function triedLines(rounds: readonly HealRound[], most = 2_000): readonly string[] {
  return rounds.map(({ round, by, applied, refused, outcome, rolled_back: back }) => {
    const what = applied.length > 0 ? applied.slice(0, 3).join('; ') : (refused[0] ?? 'nothing was changed')
    const more = applied.length > 3 ? `; and ${applied.length - 3} more` : ''
    return `${round}. ${WHO[by]}: ${shorten(onOneLine(what), most)}${more} (${OUTCOMES[outcome]}${back ? ', put back' : ''})`
  })
}

const WHO: Readonly<Record<Healer, string>> = { rule: 'known pattern', analysis: 'targeted fix', agent: 'coder' }
const OUTCOMES: Readonly<Record<HealRound['outcome'], string>> = {
  healed: 'it healed',
  better: 'fewer failures',
  same: 'nothing better',
  worse: 'it made things worse',
  unapplied: 'nothing came of it',
}
