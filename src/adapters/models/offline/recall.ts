// Answers what the conversation itself can tell: what was said, what was built, what is remembered, which rules hold.
import { onOneLine, shorten } from '../../../core/vocabulary/short-text.ts'
import { factsIn } from './facts-in.ts'
import type { Told } from './from-context.ts'
import { significantWords } from './look-up.ts'

const MOST = 10
const MY_NAME =
  /\b(?:what(?:'s| is| was)? my name|who am i|(?:do you )?(?:know|remember) (?:my name|who i am)|how am i called)\b/i
const ABOUT_ME =
  /\b(?:what do you (?:know|remember) (?:about|of) me|what have you (?:remembered|learned|noted)|what do you remember|tell me what you know about me|what did i (?:tell|ask) you to remember)\b/i
const RULES =
  /\b(?:(?:what|which|name|list).{0,30}\b(?:rules?|constraints?|limits)\b|what (?:must|should|may|can|are|do) you (?:never|not|always)\b.{0,20}|what are you (?:never |not )?(?:allowed|forbidden|supposed)\b.{0,30}|what (?:must|should|do) (?:you|i) (?:always|never) .{0,20})/i
const ASKED =
  /\b(?:what (?:did|have) i (?:just )?(?:ask|say|said|write|wrote|want|request|asked|told|tell)\w*|what(?:'s| is| was| were) my (?:last|first|previous|earlier|latest) (?:message|question|request|words|order)|repeat (?:my|what i))\b/i
const FIRST = /\b(?:first|at the (?:start|beginning)|initially|originally)\b/i
const SAID =
  /\b(?:what did you (?:just )?(?:say|answer|reply|tell me|mean)|what was your (?:last )?(?:answer|reply)|repeat (?:that|your (?:last )?answer)|say that again)\b/i
const BUILT =
  /\b(?:what (?:did|have) (?:you|we) (?:just |last |already )?(?:buil[dt]|ma[dk]e|create|created|do|done|d[io]d|run|ran|write|wr[io]t\w+|work\w* on|change|changed)|what(?:'s| is| was| were) (?:the|your) (?:last|latest|previous|newest) (?:thing|task|work|job|app|project|result)|what (?:was|is) built)\b/i
const ALL = /\b(?:so far|all|everything|already|until now|today)\b|\bhave (?:you|we)\b/i
/** Of questions about oneself; "work" and "use" mean something there. */
const COMMON = new Set(
  'a an the and or of to in on at by for from with as is are was were do does did have has can could would should what which who whom when where why how that this it i me my mine we our you your tell know please again fact preference lesson'.split(
    ' ',
  ),
)
const OWN = /\b(?:i|my|me|mine|our|we)\b/i

/** Null when the question is about something else, or nothing was told that answers it. `question` is in plain words. */
export function recalled(question: string, told: Told): string | null {
  const text = question.slice(0, 500)
  if (MY_NAME.test(text)) return nameIn(told)
  if (ABOUT_ME.test(text))
    return listOf('This is what I remember:', [...told.facts, ...told.rules], 'I remember nothing about you yet.')
  if (RULES.test(text)) return listOf('These rules hold:', told.rules, 'No rules were given to me yet.')
  if (SAID.test(text))
    return quotedOr(told.said.findLast(({ by }) => by === 'us')?.text, 'I have said nothing in this conversation yet.')
  if (ASKED.test(text)) return askedBefore(text, told)
  if (BUILT.test(text)) return builtBefore(text, told)
  return OWN.test(text) ? factAbout(text, told) : null
}

function nameIn({ facts, said }: Told): string {
  const spoken = said.filter(({ by }) => by === 'them').flatMap(({ text }) => factsIn(text).map((fact) => fact.text))
  for (const words of [...facts, ...spoken.toReversed()]) {
    const name =
      /(?:\bname(?:'s| is|:)|\bcall me|\bcalled|ich heiße|je m'appelle|me llamo)\s+(\p{L}[\p{L}' -]{0,60})/iu.exec(
        words,
      )?.[1]
    if (name !== undefined) return `Your name is ${name.trim()}.`
  }
  return 'You have not told me your name yet.'
}

function askedBefore(text: string, { said }: Told): string {
  const theirs = said.filter(({ by }) => by === 'them')
  const found = FIRST.test(text) ? theirs[0] : theirs.at(-1)
  return quotedOr(found?.text, 'You have asked nothing before in this conversation.')
}

function builtBefore(text: string, { work }: Told): string {
  const done = work.filter(({ status }) => status === 'completed')
  const [last] = done
  if (last === undefined) return 'Nothing is finished in this conversation yet.'
  const lines = done.map(
    ({ request, outcome }) => `“${shorten(onOneLine(request), 200)}”: ${shorten(onOneLine(outcome), 300)}`,
  )
  if (ALL.test(text) && lines.length > 1) return listOf('This was done here:', lines.toReversed(), '')
  const files = last.files.length === 0 ? '' : `\n\nFiles: ${last.files.slice(0, 12).join(', ')}`
  return `The last work was ${lines[0] ?? ''}${files}`
}

/** "where do I live?": the fact that shares the words of the question. */
function factAbout(text: string, { facts, rules }: Told): string | null {
  const wanted = significantWords(text, COMMON)
  let best: { readonly fact: string; readonly hits: number } | null = null
  for (const fact of [...facts, ...rules]) {
    const words = new Set(significantWords(fact, COMMON))
    const hits = wanted.filter((word) => words.has(word)).length
    if (hits > (best?.hits ?? 0)) best = { fact, hits }
  }
  if (best === null || best.hits * 3 < wanted.length * 2) return null
  return `You told me: ${best.fact.replace(/^(?:fact|preference|lesson|constraint): /, '')}`
}

function listOf(title: string, items: readonly string[], none: string): string {
  const lines = items.slice(0, MOST).map((item) => `- ${item.replace(/^(?:fact|preference|lesson|constraint): /, '')}`)
  return lines.length === 0 ? none : [title, '', ...lines].join('\n')
}

function quotedOr(text: string | undefined, none: string): string {
  return text === undefined || text.trim() === '' ? none : `“${shorten(onOneLine(text), 600)}”`
}
