// Recognises the lasting rules that a person states in plain English: "never …", "always …", "ask me before …". Without a model, so it
// takes only what begins like an order, and nothing that is told of somebody or asked.
import type { Rule } from './memory.ts'

export type StatedRule = {
  readonly rule: Rule
  /** One sentence, without what leads up to it and without a full stop. */
  readonly text: string
  /** The same as it stands in the words that were given. */
  readonly quote: string
}

const LEAD =
  /^(?:(?:and|also|but|so|then|ok(?:ay)?|hey|hi|please|btw|by the way|important|note|one (?:more )?thing|just|from now on|in (?:the )?future|going forward|for the future|as a rule|(?:please )?(?:always )?(?:remember|keep in mind|note|don['’]?t forget)(?: that| this)?|you (?:must|should|may|can|are to|have to|need to)|i want you to)(?:\s*[,:-]+\s*|\s+))+/i
const WHO = String.raw`(?:me|us|the owner|an owner|the team|somebody|someone|[A-Z]\p{L}+)`
const ASK = [
  new RegExp(
    String.raw`^(?:always )?(?:ask|check with|consult|tell|warn|confirm with|get (?:an ok|approval|permission|confirmation) from) ${WHO}(?: first)?,? (?:before|first (?:when|if))\b`,
    'iu',
  ),
  new RegExp(String.raw`^(?:always )?ask (?:first|for (?:permission|approval|confirmation|an ok)),? before\b`, 'iu'),
  /^before\b.{3,}?,? (?:always )?(?:ask|check with|confirm with) (?:me|us|first)\b/iu,
  /^(?:never|do not|don['’]?t|no)\b.{3,}\bwithout (?:first )?(?:asking|checking with|telling|(?:my|our|an?|the owner['’]s) (?:explicit )?(?:ok|okay|approval|permission|consent|confirmation|yes))\b/iu,
  /^(?:only|do not|don['’]?t)\b.{3,}\b(?:after|until|unless) (?:i|we)(?: have|['’]ve)? (?:approved?|agreed?|confirm(?:ed)?|said (?:yes|ok)|say (?:yes|ok)|ok(?:['’]?e?d)?)\b/iu,
]
const NEVER = [
  /^never (?!mind\b|heard\b|seen\b|better\b|ever mind\b|in my life\b|had\b|been\b|knew\b|thought\b|understood\b|say never\b)\p{L}/iu,
  /^(?:do not|don['’]?t|must not|mustn['’]?t|not) ever \p{L}/iu,
  /^(?:do not|don['’]?t)\b.{3,}\b(?:ever|ever again|no matter what|under any circumstances|at any time|in any case)\b/iu,
  /^(?:do not|don['’]?t)\b.{3,}\b(?:any ?more|from now on|in (?:the )?future)$/iu,
  /^under no circumstances\b.{3,}/iu,
]
const ALWAYS = [
  /^always (?!happy\b|good\b|great\b|nice\b|fun\b|glad\b|the same\b|like\b|been\b|wanted\b|wondered\b|there\b|a\b|an\b|my\b|your\b|has\b|had\b|is\b|was\b)\p{L}/iu,
]
const KINDS: readonly (readonly [Rule, readonly RegExp[]])[] = [
  ['ask_first', ASK],
  ['never', NEVER],
  ['always', ALWAYS],
]
const ENDS = /[\n;]+|(?<=[.!?…])\s+/
const LONGEST = 300
const MOST_TEXT = 20_000

/** In the order in which they stand. Empty where there are none. */
export function statedRules(text: string): readonly StatedRule[] {
  return clauses(text).flatMap((clause) => ruleOf(clause) ?? [])
}

/** Whether the words are rules and nothing beside them: then they are no part of a request for work. */
export function isRulesAlone(text: string): boolean {
  const all = clauses(text)
  return all.length > 0 && all.every((clause) => ruleOf(clause) !== null)
}

/** The first rule of the text; null where it states none. */
export function constraintIn(text: string): StatedRule | null {
  return statedRules(text)[0] ?? null
}

function clauses(text: string): readonly string[] {
  return text
    .slice(0, MOST_TEXT)
    .split(ENDS)
    .map((clause) => clause.trim())
    .filter((clause) => clause !== '')
}

function ruleOf(clause: string): StatedRule | null {
  if (clause.length > LONGEST || clause.endsWith('?')) return null
  const said = clause.replace(LEAD, '').replace(/[.!,:…\s]+$/, '')
  for (const [rule, patterns] of KINDS) {
    if (patterns.some((pattern) => pattern.test(said)))
      return { rule, text: said.charAt(0).toUpperCase() + said.slice(1), quote: clause }
  }
  return null
}
