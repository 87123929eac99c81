// Parse mode MarkdownV2: nested marks, escapes anywhere, quotes by line, and no reserved character left over.
import { checkLink, linkedDateTime, linkedEmojiId, linkedUserId } from './links.ts'
import { fenceHead } from './markdown.ts'
import { bySpanOrder } from './span.ts'
import type { Marked, Span, SpanKind } from './span.ts'
import { byteOffset } from './utf16.ts'

const RESERVED = '_*[]()~`>#+-=|{}.!\n'
const NAMES: Partial<Record<SpanKind, string>> = {
  bold: 'Bold',
  italic: 'Italic',
  underline: 'Underline',
  strikethrough: 'Strikethrough',
  spoiler: 'Spoiler',
  code: 'Code',
  text_link: 'TextUrl',
  custom_emoji: 'CustomEmoji',
  blockquote: 'BlockQuote',
}
const CLOSERS: Partial<Record<SpanKind, string>> = {
  bold: '*',
  underline: '__',
  strikethrough: '~',
  spoiler: '||',
  code: '`',
  pre: '```',
  text_link: ']',
  custom_emoji: ']',
}
// Longer marks first: "__" is read as underline wherever it could also be twice italic.
const OPENERS: readonly (readonly [string, SpanKind])[] = [
  ['__', 'underline'],
  ['_', 'italic'],
  ['*', 'bold'],
  ['~', 'strikethrough'],
  ['||', 'spoiler'],
  ['![', 'custom_emoji'],
  ['[', 'text_link'],
  ['```', 'pre'],
  ['`', 'code'],
]

type Open = {
  readonly kind: SpanKind
  readonly argument: string | undefined
  readonly begin: number
  readonly offset: number
}
type Problem = { readonly problem: string }

export function markdownV2ToSpans(source: string): Marked {
  const open: Open[] = []
  const spans: Span[] = []
  let text = ''
  let at = 0
  let inQuote = false
  let quoteMayStart = true

  const missingEnd = (mark: Open): Problem => {
    const name = mark.kind === 'pre' ? (mark.argument ? 'PreCode' : 'Pre') : NAMES[mark.kind]
    return { problem: `Can't find end of ${name} entity at byte offset ${byteOffset(source, mark.begin)}` }
  }
  const add = (mark: Open, kind: SpanKind, argument = mark.argument) => {
    const length = text.length - mark.offset
    if (length > 0) spans.push({ kind, offset: mark.offset, length, argument })
  }

  while (at < source.length) {
    const char = source[at] ?? ''
    if (isEscape(source, at)) {
      text += source[at + 1]
      at += 2
      quoteMayStart = false
      continue
    }
    const top = open.at(-1)
    const reserved = top?.kind === 'code' || top?.kind === 'pre' ? '`' : RESERVED
    if (!reserved.includes(char)) {
      text += char
      at += 1
      if (char !== '\r') quoteMayStart = false
      continue
    }
    if (top !== undefined && inQuote && char === '\n' && source[at + 1] !== '>') {
      const problem = endQuote(at)
      if (problem !== undefined) return problem
      continue
    }
    if (top !== undefined && closes(source, at, top.kind)) {
      open.pop()
      at += CLOSERS[top.kind]?.length ?? 1
      const problem = top.kind === 'text_link' || top.kind === 'custom_emoji' ? endAddressed(top) : add(top, top.kind)
      if (problem !== undefined) return problem
      continue
    }
    if (char === '\n') {
      text += char
      at += 1
      quoteMayStart = true
      continue
    }
    if (char === '>' && quoteMayStart) {
      if (!inQuote) open.push({ kind: 'blockquote', argument: undefined, begin: at, offset: text.length })
      inQuote = true
      at += 1
      continue
    }
    const opener = OPENERS.find(([mark]) => source.startsWith(mark, at))
    if (opener === undefined) {
      return { problem: `Character '${char}' is reserved and must be escaped with the preceding '\\'` }
    }
    const [mark, kind] = opener
    const head = kind === 'pre' ? fenceHead(source, at + 3) : { begin: at + mark.length, language: '' }
    open.push({ kind, argument: head.language || undefined, begin: at, offset: text.length })
    at = head.begin
  }
  if (inQuote) {
    const expandable = takeExpandMark(source.length)
    const quote = open.at(-1)
    if (quote?.kind === 'blockquote') {
      add(quote, expandable ? 'expandable_blockquote' : 'blockquote')
      open.pop()
    }
  }
  const left = open.at(-1)
  if (left !== undefined) return missingEnd(left)
  return { text, spans: spans.sort(bySpanOrder) }

  /** "||" right before the end of a quote is no spoiler but says that the quote can be expanded. */
  function takeExpandMark(end: number): boolean {
    const mark = open.at(-1)
    const before = source[end - 1] === '\r' ? end - 1 : end
    if (mark?.kind !== 'spoiler' || (mark.begin !== end - 2 && mark.begin !== before - 2)) return false
    open.pop()
    return true
  }

  function endQuote(end: number): Problem | undefined {
    const expandable = takeExpandMark(end)
    const quote = open.at(-1)
    if (quote === undefined || quote.kind !== 'blockquote') {
      return quote === undefined ? undefined : missingEnd(quote)
    }
    open.pop()
    text += '\n'
    at = end + 1
    inQuote = false
    quoteMayStart = true
    add(quote, expandable ? 'expandable_blockquote' : 'blockquote')
    return undefined
  }

  /** After the "]" of a link or custom emoji: reads "(address)" and adds what it stands for. */
  function endAddressed(mark: Open): Problem | undefined {
    const hasAddress = source[at] === '('
    if (!hasAddress && mark.kind === 'custom_emoji') {
      return { problem: 'Custom emoji entity must contain a tg://emoji URL' }
    }
    const begin = at + 1
    let address = hasAddress ? '' : text.slice(mark.offset)
    if (hasAddress) {
      at = begin
      while (at < source.length && source[at] !== ')') {
        if (isEscape(source, at)) at += 1
        address += source[at]
        at += 1
      }
      if (source[at] !== ')') {
        const what = mark.kind === 'text_link' ? 'URL' : 'custom emoji URL'
        return { problem: `Can't find end of a ${what} at byte offset ${byteOffset(source, begin)}` }
      }
      at += 1
    }
    return mark.kind === 'text_link' ? endLink(mark, address) : endEmoji(mark, address)
  }

  function endLink(mark: Open, address: string): undefined {
    const user = linkedUserId(address)
    const link = checkLink(address)
    if (user !== undefined) add(mark, 'text_mention', String(user))
    else if ('url' in link) add(mark, 'text_link', link.url)
    return undefined
  }

  function endEmoji(mark: Open, address: string): Problem | undefined {
    const date = linkedDateTime(address)
    if (date !== undefined) {
      if (date.argument === undefined) return { problem: 'Invalid date-time specified' }
      add(mark, 'date_time', date.argument)
      return undefined
    }
    const emoji = linkedEmojiId(address)
    if ('problem' in emoji) return emoji
    add(mark, 'custom_emoji', emoji.id)
    return undefined
  }
}

/** Any ASCII character from 1 to 126 can be escaped; a backslash before another one is an ordinary character. */
function isEscape(source: string, at: number): boolean {
  const next = source.charCodeAt(at + 1)
  return source[at] === '\\' && next > 0 && next <= 126
}

function closes(source: string, at: number, kind: SpanKind): boolean {
  if (kind === 'italic') return source[at] === '_' && source[at + 1] !== '_'
  const closer = CLOSERS[kind]
  return closer !== undefined && source.startsWith(closer, at)
}
