// The inline half of rich messages: from tags to RichText, and what Telegram finds in it by itself.
import type { RichMessageButton, RichText, RichTextDateTime, User } from '@grammyjs/types'
import { findEntities } from './find-entities.ts'
import { checkLink, dateTimeArgument, isCustomEmojiId, linkedDateTime, linkedEmojiId, linkedUserId } from './links.ts'
import type { RichElement, RichNode } from './rich-tree.ts'
import type { Span } from './span.ts'

/** Thrown within the rich parser only; `parseRich` turns it into a refusal. */
export class RichProblem extends Error {}

export type InlineContext = {
  /** Names that `<tg-reference>` defines anywhere in the message: links to them are no anchor links. */
  readonly references: ReadonlySet<string>
  readonly userById: (id: number) => User | undefined
}

const WRAPPERS = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  mark: 'marked',
  sub: 'subscript',
  sup: 'superscript',
  'tg-spoiler': 'spoiler',
} as const

export function nodesToRichText(nodes: readonly RichNode[], context: InlineContext): RichText {
  return trimRich(joinRich(nodes.map((node) => nodeToRichText(node, context))))
}

function nodeToRichText(node: RichNode, context: InlineContext): RichText {
  if (typeof node === 'string') return node.replace(/[ \t\r\n]+/g, ' ')
  const inner = () => joinRich(node.children.map((child) => nodeToRichText(child, context)))
  if (node.tag in WRAPPERS) {
    const text = inner()
    return text === '' ? '' : { type: WRAPPERS[node.tag as keyof typeof WRAPPERS], text }
  }
  switch (node.tag) {
    case 'br':
      return '\n'
    case 'a':
      return linkToRichText(node, inner(), context)
    case 'tg-reference':
      return { type: 'reference', text: inner(), name: node.attributes['name'] ?? '' }
    case 'tg-emoji':
      return customEmoji(node.attributes['emoji-id'] ?? '', plainText(inner()))
    case 'img':
      return imageToRichText(node)
    case 'tg-time':
      return dateTime(inner(), dateTimeArgument(node.attributes['unix'] ?? '', node.attributes['format'] ?? ''))
    case 'tg-math':
      return { type: 'mathematical_expression', expression: rawText(node) }
    case 'tg-button':
      return { type: 'button', button: elementToButton(node, context) }
    default:
      throw new RichProblem(`Tag "${node.tag}" can't be used within text`)
  }
}

function linkToRichText(node: RichElement, text: RichText, context: InlineContext): RichText {
  const { href, name } = node.attributes
  if (name !== undefined && href === undefined) {
    return joinRich([{ type: 'anchor', name }, text])
  }
  const target = href ?? plainText(text)
  if (target.startsWith('#')) {
    const anchor = target.slice(1)
    if (context.references.has(anchor)) return { type: 'reference_link', text, reference_name: anchor }
    return { type: 'anchor_link', text, anchor_name: anchor }
  }
  const mail = /^mailto:(.+)$/i.exec(target)?.[1]
  if (mail !== undefined) return { type: 'email_address', text, email_address: mail }
  const phone = /^tel:(.+)$/i.exec(target)?.[1]
  if (phone !== undefined) return { type: 'phone_number', text, phone_number: phone }
  const userId = linkedUserId(target)
  if (userId !== undefined) {
    const user = context.userById(userId)
    return user === undefined ? text : { type: 'text_mention', text, user }
  }
  const link = checkLink(target)
  return 'url' in link ? { type: 'url', text, url: link.url } : text
}

function imageToRichText(node: RichElement): RichText {
  const { src = '', alt = '' } = node.attributes
  const date = linkedDateTime(src)
  if (date !== undefined) return dateTime(alt, date.argument)
  const emoji = linkedEmojiId(src)
  if ('problem' in emoji) throw new RichProblem('Media can be specified only as a separate block')
  return customEmoji(emoji.id, alt)
}

function customEmoji(id: string, alternative: string): RichText {
  if (!isCustomEmojiId(id)) throw new RichProblem('Invalid custom emoji identifier specified')
  return { type: 'custom_emoji', custom_emoji_id: id, alternative_text: alternative }
}

function dateTime(text: RichText, argument: string | undefined): RichText {
  if (argument === undefined) throw new RichProblem('Invalid date-time specified')
  const [unix, format = ''] = argument.split('/')
  const date_time_format = format as RichTextDateTime['date_time_format']
  return { type: 'date_time', text, unix_time: Number(unix), date_time_format }
}

/** The button of a `<tg-button>`; what it may hold is checked together with buttons given as objects. */
export function elementToButton(node: RichElement, context: InlineContext): RichMessageButton {
  const { type = '', style, url = '', data = '', query = '', text: copied = '' } = node.attributes
  const flag = (name: string) => (name in node.attributes ? { [name.replaceAll('-', '_')]: true } : {})
  const base = {
    text: nodesToRichText(node.children, context),
    ...(style === undefined ? {} : { style: style as 'danger' | 'success' | 'primary' | 'link' }),
  }
  switch (type) {
    case 'url':
      return { ...base, url }
    case 'callback_data':
      return { ...base, callback_data: data }
    case 'web_app':
      return { ...base, web_app: { url } }
    case 'login_url': {
      const forward = node.attributes['forward-text']
      const login = {
        url,
        ...(forward === undefined ? {} : { forward_text: forward }),
        ...flag('request-write-access'),
      }
      return { ...base, login_url: login }
    }
    case 'switch_inline_query':
      return { ...base, switch_inline_query: query }
    case 'switch_inline_query_current_chat':
      return { ...base, switch_inline_query_current_chat: query }
    case 'switch_inline_query_chosen_chat': {
      const kinds = ['user', 'bot', 'group', 'channel'].map((kind) => flag(`allow-${kind}-chats`))
      return { ...base, switch_inline_query_chosen_chat: Object.assign({ query }, ...kinds) as { query: string } }
    }
    case 'copy_text':
      return { ...base, copy_text: { text: copied } }
    case 'disabled':
      return { ...base, disabled: {} }
    default:
      throw new RichProblem(`Unsupported button type "${type}"`)
  }
}

/** One RichText of many: strings next to each other become one, and a single part stands for itself. */
function joinRich(parts: readonly RichText[]): RichText {
  const joined: RichText[] = []
  for (const part of parts.flatMap((one) => (Array.isArray(one) ? one : [one]))) {
    const last = joined.at(-1)
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part
    else if (part !== '') joined.push(part)
  }
  return joined.length > 1 ? joined : (joined[0] ?? '')
}

/** Without white space at its ends, and without spaces around line breaks and next to each other. */
function trimRich(text: RichText): RichText {
  const parts = (Array.isArray(text) ? text : [text]).map((part) =>
    typeof part === 'string' ? part.replace(/ *\n */g, '\n').replace(/ {2,}/g, ' ') : part,
  )
  const [first, last] = [parts[0], parts.at(-1)]
  if (typeof first === 'string') parts[0] = first.replace(/^[ \n]+/, '')
  const end = parts.length === 1 ? parts[0] : last
  if (typeof end === 'string') parts[parts.length - 1] = end.replace(/[ \n]+$/, '')
  return joinRich(parts)
}

/** Everything a RichText says, alternative texts and formulas included. */
export function plainText(text: RichText): string {
  if (typeof text === 'string') return text
  if (Array.isArray(text)) return text.map(plainText).join('')
  switch (text.type) {
    case 'custom_emoji':
      return text.alternative_text
    case 'mathematical_expression':
      return text.expression
    case 'anchor':
      return ''
    case 'button':
      return plainText(text.button.text)
    default:
      return plainText(text.text)
  }
}

export function rawText(node: RichNode): string {
  return typeof node === 'string' ? node : node.children.map(rawText).join('')
}

/** Marks what Telegram finds by itself, everywhere but in code, formulas, links and buttons. */
export function detectIn(text: RichText): RichText {
  if (typeof text === 'string') {
    const spans = findEntities(text)
    let end = 0
    const parts = spans.flatMap((span): RichText[] => {
      const before = text.slice(end, span.offset)
      end = span.offset + span.length
      return [before, spanToRichText(span, text.slice(span.offset, end))]
    })
    return spans.length === 0 ? text : joinRich([...parts, text.slice(end)])
  }
  if (Array.isArray(text)) return joinRich(text.map(detectIn))
  switch (text.type) {
    case 'bold':
    case 'italic':
    case 'underline':
    case 'strikethrough':
    case 'spoiler':
    case 'subscript':
    case 'superscript':
    case 'marked':
    case 'reference':
      return { ...text, text: detectIn(text.text) }
    default:
      return text
  }
}

function spanToRichText({ kind }: Span, text: string): RichText {
  switch (kind) {
    case 'mention':
      return { type: 'mention', text, username: text.slice(1) }
    case 'hashtag':
      return { type: 'hashtag', text, hashtag: text }
    case 'cashtag':
      return { type: 'cashtag', text, cashtag: text }
    case 'bot_command':
      return { type: 'bot_command', text, bot_command: text }
    case 'email':
      return { type: 'email_address', text, email_address: text }
    case 'phone_number':
      return { type: 'phone_number', text, phone_number: text }
    default: {
      const link = checkLink(text)
      return { type: 'url', text, url: 'url' in link ? link.url : text }
    }
  }
}
