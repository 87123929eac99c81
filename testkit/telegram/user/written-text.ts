// What happens to a text before it is a message: an app trims and splits it, Telegram finds commands and links in it.
import type { MessageEntity } from '@grammyjs/types'
import { parseText } from '../text/parse-text.ts'
import type { FormattedText } from '../text/parse-text.ts'

const LONGEST = 4096

/** Parts of at most 4,096 UTF-16 units, cut after a line, else after a word, never inside a character. */
export function splitText(text: string): readonly string[] {
  const parts: string[] = []
  let rest = text.trim()
  while (rest.length > LONGEST) {
    const cut = cutAt(rest)
    parts.push(rest.slice(0, cut).trimEnd())
    rest = rest.slice(cut).trimStart()
  }
  if (rest !== '') parts.push(rest)
  return parts
}

function cutAt(text: string): number {
  const half = LONGEST / 2
  const line = text.lastIndexOf('\n', LONGEST)
  if (line > half) return line
  const word = text.lastIndexOf(' ', LONGEST)
  if (word > half) return word
  const before = text.charCodeAt(LONGEST - 1)
  return before >= 0xd800 && before <= 0xdbff ? LONGEST - 1 : LONGEST
}

/** With the commands, mentions, tags and addresses found in it. Throws where the given entities are refused. */
export function writtenText(text: string, given?: readonly MessageEntity[]): FormattedText {
  const formatted = parseText({ text, entities: given })
  if ('error' in formatted) throw new Error(formatted.error)
  return formatted
}
