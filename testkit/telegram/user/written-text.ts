// What an app does to a text before it goes out: trims it, splits it, and finds commands, mentions, tags and links in it.
import type { MessageEntity } from '@grammyjs/types'

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

const PATTERNS: readonly (readonly [
  Extract<MessageEntity['type'], 'url' | 'email' | 'bot_command' | 'mention' | 'hashtag'>,
  RegExp,
])[] = [
  [
    'url',
    /(?<![\w@/])(?:https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]|(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|me)\b(?:\/[^\s<>"]*[^\s<>".,;:!?)])?)/giu,
  ],
  ['email', /(?<![\w.@])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gu],
  ['bot_command', /(?<![\w/<>])\/\w{1,64}(?:@\w{3,32})?(?![\w/])/gu],
  ['mention', /(?<![\w@/.])@\w{3,32}(?!\w)/gu],
  ['hashtag', /(?<![\w#])#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*/gu],
]

/** Sorted, never overlapping: of two that do, the one named first in PATTERNS stays. Undefined when there are none. */
export function findEntities(text: string): MessageEntity[] | undefined {
  const found: MessageEntity[] = []
  for (const [type, pattern] of PATTERNS)
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length }
      if (!found.some((other) => overlap(other, entity))) found.push(entity)
    }
  return found.length === 0 ? undefined : found.toSorted((left, right) => left.offset - right.offset)
}

function overlap(one: MessageEntity, other: MessageEntity): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length
}
