// What the offline model answers where an answer is asked for: from the conversation, from what was looked up, or that it does not know.
import { lackOfKnowledge, refusalOf, selfDescription } from './about.ts'
import type { Told } from './from-context.ts'
import { foundIn, readOut } from './look-up.ts'
import type { Reading } from './read-message.ts'
import { recalled } from './recall.ts'
import { replyTo } from './small-talk.ts'

/** Markdown, never empty. What the material orders is never done: its sentences are quoted or left out. */
export function answerTo(reading: Reading, told: Told): string {
  const { classification, wish, facts, onlyTells } = reading
  if (onlyTells) return `Noted: ${facts.map(({ text }) => `“${text.replace(/\.$/, '')}”`).join(', ')}.`
  switch (classification.type) {
    case 'small-talk':
      return replyTo(classification.kind)
    case 'about-me':
      return selfDescription()
    case 'unclear':
      return recalled(wish.request, told) ?? classification.ask
    case 'question':
      return (
        readOut(wish.request, told.attached) ??
        recalled(wish.request, told) ??
        foundIn(wish.request, told.material) ??
        lackOfKnowledge()
      )
    case 'build':
    case 'shell':
    case 'beyond':
      return recalled(wish.request, told) ?? foundIn(wish.request, told.material) ?? refusalOf(classification)
  }
}
