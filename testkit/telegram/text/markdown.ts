// Parse mode Markdown, the legacy one: no nesting, no escapes inside an entity, and an end that must come.
import { checkLink, linkedUserId } from './links.ts'
import type { Marked, Span, SpanKind } from './span.ts'
import { byteOffset, isSpace, lineBreakLength } from './utf16.ts'

export function markdownToSpans(source: string): Marked {
  const spans: Span[] = []
  let text = ''
  for (let at = 0; at < source.length;) {
    const char = source[at] ?? ''
    if (char === '\\' && '_*`['.includes(source[at + 1] || ' ')) {
      text += source[at + 1]
      at += 2
      continue
    }
    if (!'_*`['.includes(char)) {
      text += char
      at += 1
      continue
    }
    const fenced = source.startsWith('```', at)
    const head = fenced ? fenceHead(source, at + 3) : { begin: at + 1, language: '' }
    const end = source.indexOf(fenced ? '```' : char === '[' ? ']' : char, head.begin)
    if (end === -1) return { problem: `Can't find end of the entity starting at byte offset ${byteOffset(source, at)}` }
    const inner = source.slice(head.begin, end)
    const add = (kind: SpanKind, argument?: string) => {
      if (inner !== '') spans.push({ kind, offset: text.length, length: inner.length, argument })
    }
    let after = end + (fenced ? 3 : 1)
    if (fenced) add('pre', head.language || undefined)
    else if (char === '`') add('code')
    else if (char === '*') add('bold')
    else if (char === '_') add('italic')
    else {
      // An address is looked for only behind a text, as behind an empty one nothing is linked.
      let url = inner
      if (inner !== '' && source[after] === '(') {
        const close = source.indexOf(')', after)
        url = source.slice(after + 1, close === -1 ? source.length : close)
        after = close === -1 ? source.length : close + 1
      }
      const user = linkedUserId(url)
      const link = checkLink(url)
      if (user !== undefined) add('text_mention', String(user))
      else if ('url' in link) add('text_link', link.url)
    }
    text += inner
    at = after
  }
  return { text, spans }
}

/** Behind three backticks: a language if white space follows it, and one line break that does not count. */
export function fenceHead(source: string, begin: number): { readonly begin: number; readonly language: string } {
  let at = begin
  while (!isSpace(source[at]) && source[at] !== '`') at += 1
  const language = at < source.length && source[at] !== '`' ? source.slice(begin, at) : ''
  const head = language === '' ? begin : at
  return { begin: head + lineBreakLength(source, head), language }
}
