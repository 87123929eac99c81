// Cuts a formatted text into messages that Telegram takes: by length, number of entities, and where a reader would cut it.
import type { MessageEntity } from 'grammy/types'
import { isVisible, safeCut } from './clean-text.ts'
import type { FormattedText } from './document-to-text.ts'

export type TextPart = { readonly text: string; readonly entities: readonly MessageEntity[] }

export const LONGEST_TEXT = 4096
const MOST_ENTITIES = 100
/** A block that would leave its message emptier than this is cut rather than moved whole to the next. */
const LEAST_FILL = 0.4

/**
 * Parts in order, none without something to see; empty when there is nothing to see at all. What is lost is white space at cuts.
 * `limit` is in UTF-16 units, `most` stops after that many parts (the caller sees by `end` that there is more).
 */
export function splitText(
  { text, entities, starts }: FormattedText,
  limit: number = LONGEST_TEXT,
  most: number = Number.POSITIVE_INFINITY,
): { readonly parts: readonly TextPart[]; readonly end: number } {
  const parts: TextPart[] = []
  let from = skipWhite(text, 0)
  while (from < text.length && parts.length < most) {
    const to = nextCut(text, from, roomFor(entities, from, Math.min(text.length, from + limit)), starts)
    const part = slice(text, entities, from, to)
    if (isVisible(part.text)) parts.push(part)
    from = skipWhite(text, to)
  }
  return { parts, end: from }
}

/** Where the part must end so that it holds no more entities than a message may. */
function roomFor(entities: readonly MessageEntity[], from: number, to: number): number {
  let count = 0
  for (const { offset, length } of entities) {
    if (offset >= to) break
    if (offset + length <= from) continue
    count += 1
    if (count > MOST_ENTITIES) return offset > from ? offset : to
  }
  return to
}

function nextCut(text: string, from: number, limit: number, starts: readonly number[]): number {
  if (limit >= text.length) return text.length
  const enough = from + (limit - from) * LEAST_FILL
  const block = starts.findLast((start) => start <= limit)
  if (block !== undefined && block > enough) return block
  for (const separator of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(separator, limit)
    if (at > enough) return at
  }
  return safeCut(text, from, limit)
}

function slice(text: string, entities: readonly MessageEntity[], from: number, to: number): TextPart {
  const kept = text.slice(from, to).trimEnd()
  const end = from + kept.length
  const inside: MessageEntity[] = []
  for (const entity of entities) {
    if (entity.offset >= end) break
    const begin = Math.max(from, entity.offset)
    const stop = Math.min(end, entity.offset + entity.length)
    // Telegram counts no entity over nothing but white space.
    if (stop > begin && isVisible(text.slice(begin, stop)))
      inside.push({ ...entity, offset: begin - from, length: stop - begin })
  }
  return { text: kept, entities: inside.slice(0, MOST_ENTITIES) }
}

/** Past empty lines; the indentation of the next line stays. */
function skipWhite(text: string, from: number): number {
  const blank = /(?:[^\S\n]*\n)*/y
  blank.lastIndex = from
  const skipped = blank.exec(text)?.[0].length ?? 0
  return text.slice(from + skipped).trim() === '' ? text.length : from + skipped
}
