// Turns what a bot or a user wrote into the text and entities that Telegram would store, or into Telegram's own refusal.
import type { MessageEntity, User } from '@grammyjs/types'
import { normalise } from './entities.ts'
import { htmlToSpans } from './html.ts'
import { checkLink, dateTimeArgument, isCustomEmojiId, linkedUserId } from './links.ts'
import { markdownV2ToSpans } from './markdown-v2.ts'
import { markdownToSpans } from './markdown.ts'
import { isAutomatic } from './span.ts'
import type { Marked, Span, SpanKind } from './span.ts'

const MAX_BYTES = 32_768

export type TextInput = {
  readonly text: string
  readonly parse_mode?: string | undefined
  /** Ignored when there is a parse mode. */
  readonly entities?: readonly MessageEntity[] | undefined
  /** Whom a text_mention names. Mentions of people it does not know are dropped; without it, they stay nameless. */
  readonly userById?: ((id: number) => User | undefined) | undefined
  /** True: URLs, mentions, commands and the like are not looked for. */
  readonly skipDetection?: boolean | undefined
}

export type FormattedText = { readonly text: string; readonly entities: MessageEntity[] }

/**
 * Offsets and lengths are UTF-16 units. Entities come back sorted, in range, and either nested or apart. An empty text
 * is not an error here: methods differ in what they say about it. `error` is the whole description of a Bot API
 * answer, e.g. "Bad Request: can't parse entities: ...".
 */
export function parseText(input: TextInput): FormattedText | { readonly error: string } {
  if (Buffer.byteLength(input.text, 'utf8') > MAX_BYTES) return { error: describe('Text is too long') }
  const mode = input.parse_mode?.toLowerCase() ?? ''
  const parser = parserOf(mode)
  if (parser === undefined && mode !== '' && mode !== 'none') return { error: describe('Unsupported parse_mode') }
  if (!input.text.isWellFormed()) return { error: describe('Strings must be encoded in UTF-8') }
  const marked = parser === undefined ? givenSpans(input) : parser(input.text)
  if ('problem' in marked) {
    return { error: describe(parser === undefined ? marked.problem : `Can't parse entities: ${marked.problem}`) }
  }
  const kept = marked.spans.filter((span) => span.kind !== 'text_mention' || mentioned(input, span) !== undefined)
  const result = normalise(marked.text, kept, input.skipDetection !== true)
  if ('problem' in result) return { error: describe(result.problem) }
  return { text: result.text, entities: result.spans.map((span) => spanToEntity(span, input)) }
}

/** Telegram's sentence as the Bot API says it: in lower case, unless it begins with a name like URL or BUTTON_X. */
export function describe(problem: string): string {
  const named = /^.[A-Z_]/.test(problem)
  return `Bad Request: ${named ? problem : problem.charAt(0).toLowerCase() + problem.slice(1)}`
}

function parserOf(mode: string): ((source: string) => Marked) | undefined {
  if (mode === 'html') return htmlToSpans
  if (mode === 'markdownv2') return markdownV2ToSpans
  return mode === 'markdown' ? markdownToSpans : undefined
}

function mentioned(input: TextInput, span: Span): User | undefined {
  const id = Number(span.argument)
  return input.userById === undefined ? { id, is_bot: false, first_name: '' } : input.userById(id)
}

const KINDS: readonly SpanKind[] = [
  'mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler blockquote',
  'expandable_blockquote code pre text_link text_mention custom_emoji date_time',
].flatMap((line) => line.split(' ') as SpanKind[])

function givenSpans(input: TextInput): Marked {
  const spans: Span[] = []
  for (const entity of input.entities ?? []) {
    const span = entityToSpan(entity)
    if (typeof span === 'string') return { problem: span }
    if (!isAutomatic(span.kind)) spans.push(span)
  }
  return { text: input.text, spans }
}

/** The string is what is wrong with it: entities come from outside and may lack anything. */
function entityToSpan(entity: MessageEntity): Span | string {
  const wrong = (problem: string) => `Can't parse MessageEntity: ${problem}`
  const { offset, length } = entity
  if (!Number.isInteger(offset)) return wrong('Can\'t find field "offset"')
  if (!Number.isInteger(length)) return wrong('Can\'t find field "length"')
  if (!KINDS.includes(entity.type)) return wrong('Unsupported type specified')
  const span = (argument?: string): Span => ({ kind: entity.type, offset, length, argument })
  switch (entity.type) {
    case 'pre':
      return span(entity.language || undefined)
    case 'text_link': {
      if (typeof entity.url !== 'string') return wrong('Can\'t find field "url"')
      const user = linkedUserId(entity.url)
      if (user !== undefined) return { kind: 'text_mention', offset, length, argument: String(user) }
      const link = checkLink(entity.url)
      return 'url' in link ? span(link.url) : `Entity ${link.problem}`
    }
    case 'text_mention': {
      const id = (entity.user as User | undefined)?.id
      return id === undefined ? wrong('Can\'t find field "user"') : span(String(id))
    }
    case 'custom_emoji':
      if (!isCustomEmojiId(String(entity.custom_emoji_id))) return 'Invalid custom emoji identifier specified'
      return span(String(entity.custom_emoji_id))
    case 'date_time': {
      const argument = dateTimeArgument(String(entity.unix_time), entity.date_time_format ?? '')
      return argument === undefined ? 'Invalid date-time specified' : span(argument)
    }
    default:
      return span()
  }
}

type DateTimeFormat = MessageEntity.DateTimeMessageEntity['date_time_format']

function spanToEntity({ kind, offset, length, argument }: Span, input: TextInput): MessageEntity {
  switch (kind) {
    case 'pre':
      return argument === undefined
        ? { type: 'pre', offset, length }
        : { type: 'pre', offset, length, language: argument }
    case 'text_link':
      return { type: 'text_link', offset, length, url: argument ?? '' }
    case 'text_mention': {
      const user = mentioned(input, { kind, offset, length, argument })
      if (user === undefined) throw new Error('A mention of an unknown user was not dropped')
      return { type: 'text_mention', offset, length, user }
    }
    case 'custom_emoji':
      return { type: 'custom_emoji', offset, length, custom_emoji_id: argument ?? '' }
    case 'date_time': {
      const [unix, format = ''] = argument?.split('/') ?? []
      return { type: kind, offset, length, unix_time: Number(unix), date_time_format: format as DateTimeFormat }
    }
    default:
      return { type: kind, offset, length }
  }
}
