// All that the rules make of one message in its context: what is wanted first, what else, what is worth remembering.
import type { Classification } from './classify.ts'
import { classify } from './classify.ts'
import type { FoundFact } from './facts-in.ts'
import { factsIn, isOnlyFacts } from './facts-in.ts'
import type { Wish } from './follow-up.ts'
import { wishFrom } from './follow-up.ts'
import type { Told } from './from-context.ts'
import { ownWordsIn } from './long-paste.ts'
import { severalRequests } from './several-requests.ts'
import { shellCommandIn } from './shell-commands.ts'
import { smallTalkIn } from './small-talk.ts'

export type Reading = {
  readonly wish: Wish
  readonly classification: Classification
  readonly others: readonly string[]
  readonly facts: readonly FoundFact[]
  /** Nothing is asked for: the message only tells what to remember. */
  readonly onlyTells: boolean
  readonly pasted: boolean
}

/** Pure, linear in the message, and without an exception for any input. */
export function readMessage(message: string, told: Told): Reading {
  const { words, pasted } = ownWordsIn(message)
  const command = shellCommandIn(message.trim())
  // A command in words of its own (`$ …`, `run: …`) goes to the end of the message; one in quotes may be followed by more.
  if (command !== null && !/^(?:run|execute)\s+(?!:)[^\n]*\b(?:and )?(?:then|also)\b/i.test(message.trim())) {
    const wish = { request: message.trim(), continues: false, after: null }
    return { wish, classification: { type: 'shell', command }, others: [], facts: [], onlyTells: false, pasted: false }
  }
  const facts = factsIn(words)
  const onlyTells = facts.length > 0 && isOnlyFacts(words, (sentence) => smallTalkIn(sentence) !== null)
  const { first, others } = severalRequests(words)
  const wish = onlyTells ? { request: words, continues: false, after: null } : wishFrom(first, told)
  const classification = classifyFirst(first, wish, pasted)
  return { wish, classification, others: onlyTells ? [] : others, facts, onlyTells, pasted }
}

/** A command counts as it was written; everything else in plain words. What was pasted along is what "it" means. */
function classifyFirst(first: string, wish: Wish, pasted: boolean): Classification {
  const literal = classify(first)
  if (literal.type === 'shell') return literal
  const classified = classify(wish.request)
  if (classified.type === 'unclear' && pasted && /\S/.test(wish.request)) {
    return { type: 'beyond', because: 'something to be done with what you pasted' }
  }
  return classified
}
