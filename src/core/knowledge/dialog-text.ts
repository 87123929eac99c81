// A conversation as one text, turn by turn, so that it can be added to the knowledge.
import type { Message } from '../vocabulary/message.ts'

/** Oldest first, as given; what `chunkDialog` takes apart. */
export function dialogText(messages: readonly Message[]): string {
  return messages
    .filter(({ text }) => text.trim() !== '')
    .map(({ role, author, authorName, text, createdAt }) => {
      const who = role === 'assistant' ? 'Factotum' : (authorName ?? author ?? 'somebody')
      const at = `${createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
      return `[${at}] ${who
        .replaceAll(/[:\s]+/g, ' ')
        .trim()
        .slice(0, 60)}: ${text}`
    })
    .join('\n')
}
