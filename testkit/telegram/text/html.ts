// Parse mode HTML: a few tags, nested properly, and nothing else.
import { checkLink, dateTimeArgument, isCustomEmojiId, linkedUserId } from './links.ts'
import { bySpanOrder } from './span.ts'
import type { Marked, Span, SpanKind } from './span.ts'
import { byteOffset, isSpace } from './utf16.ts'

const STYLE_OF: Readonly<Record<string, SpanKind>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  'tg-spoiler': 'spoiler',
  span: 'spoiler',
}
const OTHER_TAGS = ['a', 'pre', 'code', 'blockquote', 'tg-emoji', 'tg-time']
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' }

type Tag = { readonly name: string; readonly attributes: ReadonlyMap<string, string>; readonly offset: number }
type StartTag = { readonly name: string; readonly attributes: Map<string, string>; readonly end: number }
type Problem = { readonly problem: string }

export function htmlToSpans(source: string): Marked {
  const open: Tag[] = []
  const spans: Span[] = []
  let text = ''
  for (let at = 0; at < source.length;) {
    const reference = source[at] === '&' ? readReference(source, at) : undefined
    if (reference !== undefined) {
      text += reference.char
      at = reference.end
    } else if (source[at] !== '<') {
      text += source[at]
      at += 1
    } else if (source[at + 1] !== '/') {
      const tag = readStartTag(source, at)
      if ('problem' in tag) return tag
      open.push({ name: tag.name, attributes: tag.attributes, offset: text.length })
      at = tag.end
    } else {
      const closed = readEndTag(source, at, open.at(-1)?.name)
      if ('problem' in closed) return closed
      const tag = open.pop()
      const problem = tag === undefined || tag.offset === text.length ? undefined : closeTag(tag, text, spans)
      if (problem !== undefined) return problem
      at = closed.end
    }
  }
  const left = open.at(-1)
  if (left !== undefined) return { problem: `Can't find end tag corresponding to start tag "${left.name}"` }
  if (!text.isWellFormed()) {
    return {
      problem:
        'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    }
  }
  return { text, spans: spans.map(dropLanguageOfCode).sort(bySpanOrder) }
}

function dropLanguageOfCode(span: Span): Span {
  return span.kind === 'code' ? { kind: 'code', offset: span.offset, length: span.length } : span
}

/** Character references: all numeric ones and four names; the semicolon may be missing. */
function readReference(source: string, at: number): { readonly char: string; readonly end: number } | undefined {
  const match = /&(?:#x([0-9a-f]*)|#([0-9]*)|([a-z]*))/iy
  match.lastIndex = at
  const found = match.exec(source)
  if (found === null) return undefined
  const bare = at + found[0].length
  const end = source[bare] === ';' ? bare + 1 : bare
  const char = found[3] === undefined ? codeToChar(found) : NAMED[found[3]]
  return char === undefined ? undefined : { char, end }
}

function codeToChar(found: RegExpExecArray): string | undefined {
  const code = found[1] === undefined ? Number.parseInt(found[2] ?? '', 10) : Number.parseInt(found[1], 16)
  if (Number.isNaN(code) || code === 0 || code >= 0x10ffff || found[0].length >= 10) return undefined
  return String.fromCodePoint(code)
}

function readStartTag(source: string, begin: number): StartTag | Problem {
  const offset = () => `at byte offset ${byteOffset(source, begin)}`
  let at = begin + 1
  while (!isSpace(source[at]) && source[at] !== '>') at += 1
  if (at >= source.length) return { problem: `Unclosed start tag ${offset()}` }
  const name = source.slice(begin + 1, at).toLowerCase()
  if (STYLE_OF[name] === undefined && !OTHER_TAGS.includes(name)) {
    return { problem: `Unsupported start tag "${name}" ${offset()}` }
  }
  const attributes = new Map<string, string>()
  const skipSpace = () => {
    while (at < source.length && isSpace(source[at])) at += 1
  }
  while (source[at] !== '>') {
    skipSpace()
    if (source[at] === '>') break
    const nameBegin = at
    while (!isSpace(source[at]) && !'=>/"\''.includes(source[at] ?? '')) at += 1
    const attribute = source.slice(nameBegin, at)
    if (attribute === '') return { problem: `Empty attribute name in the tag "${name}" ${offset()}` }
    skipSpace()
    if (at >= source.length) return { problem: `Unclosed start tag "${name}" ${offset()}` }
    if (source[at] !== '=') {
      attributes.set(attribute, '')
      continue
    }
    at += 1
    skipSpace()
    if (at >= source.length) return { problem: `Unclosed start tag "${name}" ${offset()}` }
    const value = readValue(source, at)
    if ('problem' in value) return value
    at = value.end
    if (at >= source.length) return { problem: `Unclosed start tag ${offset()}` }
    attributes.set(attribute, value.value)
  }
  if (name === 'span' && attributes.get('class') !== 'tg-spoiler') {
    return { problem: `Tag "span" must have class "tg-spoiler" ${offset()}` }
  }
  return { name, attributes, end: at + 1 }
}

function readValue(source: string, begin: number): { readonly value: string; readonly end: number } | Problem {
  const quote = source[begin]
  if (quote !== '"' && quote !== "'") {
    const token = /[a-z0-9.-]*/iy
    token.lastIndex = begin
    const value = token.exec(source)?.[0] ?? ''
    const end = begin + value.length
    if (isSpace(source[end]) || source[end] === '>') return { value: value.toLowerCase(), end }
    return { problem: `Unexpected end of name token at byte offset ${byteOffset(source, begin)}` }
  }
  let value = ''
  let at = begin + 1
  while (at < source.length && source[at] !== quote) {
    const reference = source[at] === '&' ? readReference(source, at) : undefined
    value += reference?.char ?? source[at]
    at = reference?.end ?? at + 1
  }
  return { value, end: Math.min(at + 1, source.length) }
}

function readEndTag(source: string, begin: number, expected: string | undefined): { readonly end: number } | Problem {
  const offset = byteOffset(source, begin)
  if (expected === undefined) return { problem: `Unexpected end tag at byte offset ${offset}` }
  let at = begin + 2
  while (!isSpace(source[at]) && source[at] !== '>') at += 1
  const name = source.slice(begin + 2, at).toLowerCase()
  while (at < source.length && isSpace(source[at])) at += 1
  if (source[at] !== '>') return { problem: `Unclosed end tag at byte offset ${offset}` }
  if (name !== '' && name !== expected) {
    return { problem: `Unmatched end tag at byte offset ${offset}, expected "</${expected}>", found "</${name}>"` }
  }
  return { end: at + 1 }
}

function closeTag(tag: Tag, text: string, spans: Span[]): Problem | undefined {
  const { offset } = tag
  const length = text.length - offset
  const add = (kind: SpanKind, argument?: string) => void spans.push({ kind, offset, length, argument })
  const style = STYLE_OF[tag.name]
  if (style !== undefined) return add(style)
  if (tag.name === 'blockquote') {
    return add(tag.attributes.has('expandable') ? 'expandable_blockquote' : 'blockquote')
  }
  if (tag.name === 'a') return closeLink(tag, text, add)
  if (tag.name === 'tg-emoji') {
    const id = tag.attributes.get('emoji-id') ?? ''
    if (!isCustomEmojiId(id)) return { problem: 'Invalid custom emoji identifier specified' }
    return add('custom_emoji', id)
  }
  if (tag.name === 'tg-time') {
    const argument = dateTimeArgument(tag.attributes.get('unix') ?? '', tag.attributes.get('format') ?? '')
    if (argument === undefined) return { problem: 'Invalid date-time specified' }
    return add('date_time', argument)
  }
  // <pre><code class="language-x"> names the language of the pre, in whichever order the two are nested.
  const inner = spans.at(-1)
  const wraps = inner !== undefined && inner.offset === offset && inner.length === length
  const language = /^language-(.+)$/s.exec(tag.attributes.get('class') ?? '')?.[1]
  if (tag.name === 'pre') {
    if (!wraps || inner.kind !== 'code' || !inner.argument) return add('pre')
    spans.pop()
    return add('pre', inner.argument)
  }
  if (!wraps || inner.kind !== 'pre' || !language) return add('code', language)
  spans.pop()
  return add('pre', language)
}

function closeLink(tag: Tag, text: string, add: (kind: SpanKind, argument?: string) => void): undefined {
  const url = tag.attributes.get('href') || text.slice(tag.offset)
  const user = linkedUserId(url)
  const link = checkLink(url)
  if (user !== undefined) add('text_mention', String(user))
  else if ('url' in link) add('text_link', link.url)
  return undefined
}
