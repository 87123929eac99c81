// Finds what a message says that is worth remembering: names, likes, work, and rules that a person states; with their own words.
import type { FactKind, Rule } from '../../../core/vocabulary/memory.ts'
import { constraintIn } from '../../../core/vocabulary/stated-rule.ts'

export type FoundFact = {
  readonly kind: FactKind
  readonly text: string
  readonly rule: Rule | null
  /** As it stands in the message. */
  readonly quote: string
  readonly confidence: number
}

const MOST = 3
const LONGEST = 400
const REMEMBER =
  /^(?:(?:please|bitte|also|and|ok(?:ay)?|hey),? )*(?:(?:can|could) you )?(?:remember|keep in mind|bear in mind|note|don'?t forget|do not forget|make a note|merk(?:e)? dir|merke|vergiss nicht|souviens-toi|retiens|n'oublie pas|recuerda|no olvides)(?:[,:]? (?:that|dass|que)\b|[:,]|qu')?\s+/i
const ASK_FIRST =
  /^(?:(?:please|bitte|always|from now on|you must|you should|and|but),? )*(?:(?:ask|check with|tell|consult) (?:me|us|\p{Lu}\p{L}+) (?:first )?(?:before|prior to)\b|ask first before\b|(?:don'?t|do not|never) [^.!?\n]{2,200} without (?:asking|my (?:ok|okay|permission|approval|consent)|permission|approval)|frag(?:e)? mich,? bevor\b|demande-moi avant|pregúntame antes)/iu
const NEVER =
  /^(?:(?:please|bitte|from now on|you (?:must|should|may|can)|we|and|but|also|remember:?),? )*(?:never (?!mind\b|ever mind|again)|don'?t ever |do not ever |under no circumstances |not ever |(?:you )?(?:must|may|should) (?:never|not) |niemals |nie |ne (?:touche|modifie|supprime|utilise)\S* jamais |nunca )/i
const ALWAYS =
  /^(?:(?:please|bitte|from now on|you (?:must|should)|we|and|also),? )*(?:always |immer |verwende immer |benutze immer |nutze immer |schreib immer |siempre |toujours |utilise toujours |usa siempre )/i
const PREFER =
  /^(?:(?:and|but|also|well|actually),? )*(?:i (?:really |usually |generally |always |strongly )?(?:prefer|like(?! to (?:have|see|know)| you to)|love|hate|dislike|can'?t stand|favou?r)\b|i'?d rather|my favou?rite|ich (?:bevorzuge|mag|liebe|hasse) |je préfère|j'aime (?!bien que)|prefiero|me gusta)/i
const NAME =
  /^(?:(?:hi|hello|hey|hallo|bonjour|hola|by the way|btw|and|also),? )*(?:my name(?:'s| is) |i am called |i'm called |call me |people call me |ich heiße |mein name ist |je m'appelle |mon nom est |me llamo |mi nombre es )(\p{L}[\p{L}'-]{0,40}(?: \p{Lu}[\p{L}'-]{0,40}){0,2})/iu
/** "I'm Ada": a name has a capital letter, and nothing else follows. */
const IS_CALLED = /^[Ii](?: am|'m) \p{Lu}\p{Ll}{1,30}[.!]?$/u
const ABOUT_THEM =
  /^(?:(?:and|also|by the way|btw|well),? )*(?:i (?:work|live|am based|study|teach|use|speak|code|develop|run) (?:on|at|as|in|for|with|near|mostly|mainly|only|\p{L}+)|i(?:'m| am) (?:an? |the |from |based in |working (?:on|at|as|in|for) )|my (?:time ?zone|job|role|team|company|project|birthday|email|server|laptop|stack|editor|boss|wife|husband|dog|cat|garden|shop|bakery) |our (?:team|company|project|server|stack|database|repo\w*|customers?) |we (?:use|work (?:on|with|in)|deploy|run|are based) |ich (?:arbeite|wohne|bin) |je travaille|j'habite|trabajo en|vivo en)/iu

/** At most three, rules first. What was pasted is to be left out before; a question states nothing. Linear. */
export function factsIn(text: string): readonly FoundFact[] {
  const found: FoundFact[] = []
  for (const sentence of sentencesOf(text)) {
    if (sentence.length > LONGEST || sentence.length < 6 || sentence.endsWith('?')) continue
    const fact = factOf(sentence)
    if (fact !== null && !found.some(({ quote }) => quote === fact.quote)) found.push(fact)
  }
  return found
    .toSorted((one, other) => Number(other.kind === 'constraint') - Number(one.kind === 'constraint'))
    .slice(0, MOST)
}

/** The message holds nothing but what is to be remembered (and small words around it). */
export function isOnlyFacts(text: string, isSmall: (sentence: string) => boolean): boolean {
  const sentences = sentencesOf(text)
  return sentences.length > 0 && sentences.every((one) => (!one.endsWith('?') && factOf(one) !== null) || isSmall(one))
}

function factOf(sentence: string): FoundFact | null {
  const plain = sentence.replaceAll(/[’‘]/g, "'")
  const asked = REMEMBER.exec(plain)
  const words = asked === null ? plain : plain.slice(asked[0].length)
  if (words.trim().length < 2) return null
  const rule = ruleOf(words)
  const make = (kind: FactKind, confidence: number): FoundFact => ({
    kind,
    text: sentenceOf(words),
    rule: kind === 'constraint' ? rule : null,
    quote: sentence,
    confidence,
  })
  if (rule !== null) return make('constraint', 0.95)
  if (NAME.test(words)) return make('fact', 0.95)
  if (IS_CALLED.test(words)) return make('fact', 0.6)
  if (PREFER.test(words) && !isPraise(words)) return make('preference', asked === null ? 0.8 : 0.95)
  if (asked !== null) return /^(?:to|how|when|what|the milk)\b/i.test(words) ? null : make('fact', 0.95)
  return ABOUT_THEM.test(words) && !isWish(words) ? make('fact', 0.7) : null
}

/** In English as the platform itself reads rules, and the plainest ones of other languages. */
function ruleOf(words: string): Rule | null {
  const stated = constraintIn(words)
  if (stated !== null) return stated.rule
  if (ASK_FIRST.test(words)) return 'ask_first'
  if (NEVER.test(words)) return 'never'
  return ALWAYS.test(words) ? 'always' : null
}

/** "I like it" tells of the work, not of the person. */
function isPraise(words: string): boolean {
  return /^i (?:really )?(?:like|love|hate|dislike|can'?t stand) (?:it|this|that|these|the (?:page|app|site|look|result|new)|you|how|your)\b/i.test(
    words,
  )
}

/** "I am a bit lost", "I'm the one who asked", "I use it": of the moment, not of the person. */
function isWish(words: string): boolean {
  return /^i(?:'m| am) (?:a (?:bit|little)|the one|an? idiot)\b|^i (?:use|run|work) (?:it|this|that)\b|^i work (?:now|later)\b/i.test(
    words,
  )
}

function sentencesOf(text: string): readonly string[] {
  return text
    .split(/\n+/)
    .flatMap((line) => line.slice(0, 4_000).split(/(?<=[.!?])\s+/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
}

function sentenceOf(words: string): string {
  const text = words
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/[.!]{1,5}$/, '')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
