// One stretch of formatted text while it is being worked on, and the rules of which may stand where.
export type SpanKind =
  | 'mention'
  | 'hashtag'
  | 'cashtag'
  | 'bot_command'
  | 'url'
  | 'email'
  | 'phone_number'
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strikethrough'
  | 'spoiler'
  | 'blockquote'
  | 'expandable_blockquote'
  | 'code'
  | 'pre'
  | 'text_link'
  | 'text_mention'
  | 'custom_emoji'
  | 'date_time'

/** `argument`: language, URL, user id, custom emoji id, or "unix/format" for a date. Offsets are UTF-16 units. */
export type Span = {
  readonly kind: SpanKind
  readonly offset: number
  readonly length: number
  readonly argument?: string | undefined
}

/** What a parser of one parse mode makes of its source. `problem` is Telegram's sentence, without any prefix. */
export type Marked = { readonly text: string; readonly spans: Span[] } | { readonly problem: string }

const STYLES: readonly SpanKind[] = ['bold', 'italic', 'underline', 'strikethrough', 'spoiler']

/** Of two spans with the same place, the one with the lower rank comes first. */
function rank(span: Span): number {
  switch (span.kind) {
    case 'blockquote':
    case 'expandable_blockquote':
      return 0
    case 'pre':
      return span.argument ? 10 : 11
    case 'code':
      return 20
    case 'text_link':
    case 'text_mention':
      return 49
    case 'custom_emoji':
      return 99
    default: {
      const style = STYLES.indexOf(span.kind)
      return style === -1 ? 50 : 90 + style
    }
  }
}

export function bySpanOrder(a: Span, b: Span): number {
  return a.offset - b.offset || b.length - a.length || rank(a) - rank(b)
}

export const endOf = (span: Span): number => span.offset + span.length
export const isStyle = (kind: SpanKind): boolean => STYLES.includes(kind)
export const isQuote = (kind: SpanKind): boolean => kind === 'blockquote' || kind === 'expandable_blockquote'
export const isMonospace = (kind: SpanKind): boolean => kind === 'code' || kind === 'pre'

/** Kinds that Telegram finds by itself and therefore ignores when they are given. */
export function isAutomatic(kind: SpanKind): boolean {
  return ['mention', 'hashtag', 'cashtag', 'bot_command', 'url', 'email', 'phone_number'].includes(kind)
}
