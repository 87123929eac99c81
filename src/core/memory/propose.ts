// Turns what a model noticed in somebody's words into facts: only what those words really say, once, and nothing that was a mishap.
import type { FactStore } from '../ports/fact-store.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { FactId, TaskId, UserId } from '../vocabulary/ids.ts'
import type { Fact, FactKind, MemoryScope, Rule } from '../vocabulary/memory.ts'
import type { Message, Thread } from '../vocabulary/message.ts'
import { constraintIn, isRulesAlone, statedRules } from '../vocabulary/stated-rule.ts'
import { isSaidToBeRemembered, ownWords, says, standsOn } from './own-words.ts'
import { scopeOfWords } from './scopes.ts'
import { comparable, factProblem, factText, isOneSentence, LONGEST_FACT, tidy } from './sentence.ts'
import { isTransient } from './transient.ts'

export type MemoryDeps = {
  readonly facts: FactStore
  readonly identities: IdentityStore
  readonly clock: Clock
  readonly ids: Ids
}

/** A fact as a model proposes it: nothing about it is believed yet. */
export type Candidate = {
  readonly kind: FactKind
  readonly text: string
  readonly rule: Rule | null
  readonly quote: string
  readonly confidence: number
}

export type Proposal = {
  readonly thread: Thread
  /** Whose words the message holds. */
  readonly author: UserId
  readonly message: Pick<Message, 'id' | 'text'>
  readonly taskId: TaskId | null
  readonly candidates: readonly Candidate[]
}

export type Unbelieved = 'not_said' | 'not_a_sentence' | 'transient' | 'too_many'

export type Proposed = {
  /** What stands now, as it stands: also what was there before, and what somebody dropped. */
  readonly facts: readonly Fact[]
  readonly refused: readonly { readonly text: string; readonly why: Unbelieved }[]
}

/** Constraints are told whole, always: more of them than this in one scope are proposed and no longer kept at once. */
export const MOST_RULES = 40
/** Beyond this nobody reviews them. */
const MOST_PROPOSED = 200
const MOST_AT_ONCE = 8

/**
 * Constraints and what is said to be remembered are kept at once, the rest waits for a person. The same message and text again is the same
 * fact, and one that was dropped stays dropped.
 */
export async function proposeFacts(deps: MemoryDeps, proposal: Proposal): Promise<Proposed> {
  const words = ownWords(proposal.message.text)
  const candidates = withPlainRules(words, proposal.candidates.slice(0, MOST_AT_ONCE))
  if (candidates.length === 0) return { facts: [], refused: [] }
  const scope = await scopeOfWords(deps, proposal)
  const facts: Fact[] = []
  const refused: { text: string; why: Unbelieved }[] = []
  for (const candidate of candidates) {
    const why = disbelief(words, candidate) ?? ((await hasRoom(deps.facts, scope)) ? null : 'too_many')
    if (why !== null) refused.push({ text: candidate.text.slice(0, LONGEST_FACT), why })
    else facts.push(await addFact(deps, proposal, { scope, words, candidate }))
  }
  return { facts, refused }
}

/** Where somebody states nothing but rules, none of them depends on a model having noticed it. */
function withPlainRules(words: string, candidates: readonly Candidate[]): readonly Candidate[] {
  if (!isRulesAlone(words)) return candidates
  const noticed = (quote: string) =>
    candidates.some((one) => (one.kind === 'constraint' && says(quote, one.quote)) || says(one.quote, quote))
  const missed = statedRules(words).filter(({ quote }) => !noticed(quote))
  return [...candidates, ...missed.map((stated) => ({ ...stated, kind: 'constraint' as const, confidence: 1 }))]
}

function disbelief(words: string, { kind, text, quote }: Candidate): Unbelieved | null {
  if (!says(words, quote)) return 'not_said'
  if (!isOneSentence(text) || factProblem(factText(text)) !== null) return 'not_a_sentence'
  if (kind !== 'constraint' && isTransient(text)) return 'transient'
  return null
}

async function hasRoom(facts: FactStore, scope: MemoryScope): Promise<boolean> {
  const proposed = await facts.list({ scopes: [scope], statuses: ['proposed'], limit: MOST_PROPOSED })
  return proposed.length < MOST_PROPOSED
}

async function addFact(
  deps: MemoryDeps,
  { author, message, taskId }: Proposal,
  { scope, words, candidate }: { readonly scope: MemoryScope; readonly words: string; readonly candidate: Candidate },
): Promise<Fact> {
  const text = factText(candidate.text)
  const said = isSaidToBeRemembered(words, candidate.quote)
  const isRule = candidate.kind === 'constraint'
  const rule = isRule ? (candidate.rule ?? constraintIn(text)?.rule ?? null) : null
  // What no word of theirs supports may be a model's invention around a harmless quotation: a person looks at it first.
  const meant = standsOn(text, words) && (isRule ? rule !== null || said : said)
  const kept = meant && !(isRule && (await rulesOf(deps.facts, scope)) >= MOST_RULES)
  const at = deps.clock.now()
  const there = await deps.facts.add({
    id: factIdOf(deps.ids, message.id, scope, text),
    scope,
    kind: candidate.kind,
    text,
    rule,
    confidence: confidenceOf(candidate.confidence),
    quote: tidy(candidate.quote).slice(0, LONGEST_FACT),
    from: author,
    messageId: message.id,
    taskId,
    proposedBy: said ? 'person' : 'agent',
    status: kept ? 'kept' : 'proposed',
    decidedBy: kept ? author : null,
    createdAt: at,
    decidedAt: kept ? at : null,
  })
  // It was proposed before, and now they say so themselves.
  if (kept && there.status === 'proposed') return (await deps.facts.decide(there.id, 'kept', author, at)) ?? there
  return there
}

/** How many rules hold in a scope. */
export async function rulesOf(facts: FactStore, scope: MemoryScope): Promise<number> {
  return (await facts.list({ scopes: [scope], statuses: ['kept'], limit: 0 })).length
}

/** The same for the same words of the same message: a UUID of version 8 (RFC 9562) made of their digest. */
export function factIdOf(ids: Ids, name: string, scope: MemoryScope, text: string): FactId {
  const hex = ids.digest(`fact\n${name}\n${scope}\n${comparable(text)}`)
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as FactId
}

function confidenceOf(given: number): number {
  return Number.isFinite(given) ? Math.min(1, Math.max(0, given)) : 0
}
