// The one text of a message that may have come in parts, who said it first where it was passed on, and what it is an answer to.
import type { Chat, Message, MessageOrigin } from 'grammy/types'
import { commandOf, repliedTo, textOf } from './addressed.ts'
import type { BotAccount } from './addressed.ts'
import { readableText } from './readable-text.ts'

const LONGEST_QUOTE = 2_000

/** Empty where nothing in it can be put into words. */
export function messageText(parts: readonly Message[], bot: BotAccount): string {
  const [first] = parts
  if (first === undefined) return ''
  const text = first.media_group_id === undefined ? joinPaste(parts, bot) : joinCaptions(parts, bot)
  if (text === '') return ''
  if (first.forward_origin !== undefined) return text
  const quote = commandOf(first) === null && !text.startsWith('/') ? quotedBy(first, bot) : ''
  return quote === '' ? text : `${quote.replaceAll(/^/gm, '> ')}\n\n${text}`
}

function joinCaptions(parts: readonly Message[], bot: BotAccount): string {
  return parts
    .map((part) => readableText(part, bot))
    .filter((caption) => caption !== '')
    .join('\n\n')
}

/** Clients cut a long text at a line in its second half, else at a word, else anywhere, and drop the space they cut at. */
function joinPaste(parts: readonly Message[], bot: BotAccount): string {
  let joined = ''
  let previous = ''
  for (const part of parts) {
    const text = readableText(part, bot) || otherwiseInWords(part)
    const half = previous.slice(previous.length / 2)
    if (joined === '') joined = text
    else if (half.includes('\n')) joined += `\n${text}`
    else if (half.includes(' ')) joined += ` ${text}`
    else joined += previous.length >= 4_095 ? text : `\n${text}`
    previous = textOf(part)
  }
  return joined
}

/** What a person sends that is neither a text nor a file. */
function otherwiseInWords(message: Message): string {
  const { venue, location, contact, poll, checklist, rich_message: rich } = message
  if (venue !== undefined) {
    const { latitude, longitude } = venue.location
    return `Place: ${venue.title}, ${venue.address} (${latitude}, ${longitude})`
  }
  if (location !== undefined) return `Location: ${location.latitude}, ${location.longitude}`
  if (contact !== undefined) {
    const name = [contact.first_name, contact.last_name].filter((part) => part !== undefined).join(' ')
    return `Contact: ${name}, ${contact.phone_number}`
  }
  if (poll !== undefined) return [`Poll: ${poll.question}`, ...poll.options.map(({ text }) => `- ${text}`)].join('\n')
  if (checklist !== undefined) return [checklist.title, ...checklist.tasks.map(({ text }) => `- ${text}`)].join('\n')
  if (rich !== undefined)
    return rich.blocks
      .map((block) => plainRichText(block))
      .join('\n\n')
      .trim()
  return ''
}

/** What is no text and no file, named, e.g. `(sticker 👍)`; null for a service message, which nobody says. */
export function wordlessGist(message: Message): string | null {
  const { sticker, dice, game } = message
  if (sticker !== undefined) return `(sticker ${sticker.emoji ?? ''})`.replace(' )', ')')
  if (dice !== undefined) return `(${dice.emoji} ${dice.value})`
  if (game !== undefined) return `(game ${game.title})`
  const kind = WORDLESS.find((name) => Object.hasOwn(message, name))
  if (kind !== undefined) return `(${kind.replaceAll('_', ' ')})`
  // Nothing but the bot's name.
  return message.text === undefined ? null : ''
}

const WORDLESS = ['story', 'live_photo', 'paid_media', 'invoice', 'giveaway'] as const

/** All text that stands anywhere in a block, in order: spans in a row, everything else on lines of its own. */
function plainRichText(value: unknown, between = ''): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) {
    return value
      .map((part) => plainRichText(part, between))
      .filter(Boolean)
      .join(between)
  }
  if (typeof value !== 'object' || value === null) return ''
  return Object.entries(value)
    .filter(([name]) => RICH_TEXT_FIELDS.has(name))
    .map(([name, inner]) => plainRichText(inner, name === 'text' ? '' : '\n'))
    .filter(Boolean)
    .join('\n')
}

const RICH_TEXT_FIELDS = new Set(['text', 'blocks', 'items', 'cells', 'rows', 'summary', 'caption', 'title', 'credit'])

/** What the person answers to, unless it is what the bot itself said: that one it knows. */
function quotedBy(message: Message, bot: BotAccount): string {
  const replied = repliedTo(message)
  const own = String(replied?.from?.id) === bot.id
  const quote = message.quote
  if (quote !== undefined && (quote.is_manual === true || !own)) return shorten(quote.text)
  if (replied === undefined || own) return ''
  return shorten(readableText(replied, bot) || otherwiseInWords(replied))
}

function shorten(text: string): string {
  const trimmed = text.trim()
  return trimmed.length <= LONGEST_QUOTE ? trimmed : `${trimmed.slice(0, LONGEST_QUOTE).trimEnd()} …`
}

/** As they call themselves, untrusted; null for a person's own words. */
export function forwardedFrom({ forward_origin: origin }: Message): string | null {
  return origin === undefined ? null : originName(origin) || 'somebody'
}

function originName(origin: MessageOrigin): string {
  switch (origin.type) {
    case 'user':
      return [origin.sender_user.first_name, origin.sender_user.last_name]
        .filter((part) => part !== undefined)
        .join(' ')
    case 'hidden_user':
      return origin.sender_user_name
    case 'chat':
      return titleOf(origin.sender_chat)
    case 'channel':
      return origin.chat.title
  }
}

function titleOf(chat: Chat): string {
  return chat.title ?? chat.first_name ?? 'a chat'
}
