// Telegram's updates in the words of the conversation: what a person did, or null for what concerns nobody.
import type { ChatMember, ChatMemberUpdated, Message, Update, User } from 'grammy/types'
import type { InboxItem } from '../../core/ports/inbox.ts'
import type { ChatAuthor, ChatEvent, ChatMessage } from '../../core/vocabulary/chat-message.ts'
import type { ActionId, UserId } from '../../core/vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../../core/vocabulary/place.ts'
import { isAddressed, repliedTo } from './addressed.ts'
import type { BotAccount } from './addressed.ts'
import { attachmentsOf } from './attachments.ts'
import { forwardedFrom, messageText, wordlessGist } from './message-text.ts'
import { itemToUpdate, objectToJson, topicOf } from './update.ts'

/**
 * `items` are the parts of one thing, in order (see assemble.ts); what is not a message has one. Null: written by a bot, by a
 * channel or an anonymous administrator (nobody who could be asked or trusted), a service message, or a kind that means nothing here.
 */
export function normalize(items: readonly InboxItem[], bot: BotAccount): ChatEvent | null {
  const [first] = items
  if (first === undefined) return null
  const update = itemToUpdate(first)
  const messages = items.flatMap((item) => itemToUpdate(item).message ?? [])
  if (update.message !== undefined) return messagesToEvent(messages, bot, first.receivedAt)
  if (update.edited_message !== undefined) {
    const message = toChatMessage([update.edited_message], bot)
    const editedAt = dateOf(update.edited_message.edit_date ?? update.edited_message.date)
    return message === null ? null : { type: 'edited', message, editedAt }
  }
  if (update.callback_query !== undefined) return tapToEvent(update.callback_query, bot.id)
  if (update.my_chat_member !== undefined) return membershipToEvent(update.my_chat_member, bot.id)
  if (update.stopped_message_generation !== undefined) return stopToEvent(update.stopped_message_generation, bot.id)
  return null
}

function messagesToEvent(messages: readonly Message[], bot: BotAccount, receivedAt: Date): ChatEvent | null {
  const [first] = messages
  if (first === undefined) return null
  const here = idOf(first.chat.id)
  // Both sides of a move are told, the old chat and the new one.
  if (first.migrate_to_chat_id !== undefined) {
    return { type: 'migrated', bot: bot.id, from: here, to: idOf(first.migrate_to_chat_id) }
  }
  if (first.migrate_from_chat_id !== undefined) {
    return { type: 'migrated', bot: bot.id, from: idOf(first.migrate_from_chat_id), to: here }
  }
  const author = authorOf(first)
  if (first.forum_topic_created !== undefined && first.message_thread_id !== undefined && author !== null) {
    const { name, is_name_implicit: implicit } = first.forum_topic_created
    const place = { ...placeOf(bot.id, first), topic: idOf(first.message_thread_id) }
    return { type: 'topic_opened', place, name, implicit: implicit === true, by: author }
  }
  const message = toChatMessage(messages, bot)
  return message === null ? null : { type: 'message', message, receivedAt }
}

function toChatMessage(parts: readonly Message[], bot: BotAccount): ChatMessage | null {
  const [first] = parts
  if (first === undefined) return null
  const author = authorOf(first)
  const text = messageText(parts, bot)
  const attachments = parts.flatMap(attachmentsOf)
  // Messages without a number of their own are scheduled or ephemeral, and can't be answered.
  if (author === null || !isNumbered(first)) return null
  const gist = text === '' && attachments.length === 0 ? wordlessGist(first) : ''
  if (gist === null) return null
  const replied = repliedTo(first)
  const refs = parts.map((part) => refOf(part.message_id))
  return {
    place: placeOf(bot.id, first),
    ref: refOf(first.message_id),
    parts: refs,
    externalId: first.media_group_id === undefined ? refOf(first.message_id) : `album:${first.media_group_id}`,
    author,
    direct: first.chat.type === 'private',
    addressed: parts.some((part) => isAddressed(part, bot)),
    text,
    ...(gist === '' ? {} : { gist }),
    attachments,
    forwardedFrom: forwardedFrom(first),
    replyTo: replied === undefined ? null : refOf(replied.message_id),
    sentAt: dateOf(first.date),
    raw: objectToJson(parts.length === 1 ? first : { parts }),
  }
}

function tapToEvent(tap: NonNullable<Update['callback_query']>, bot: BotId): ChatEvent | null {
  const { data, message } = tap
  // Without a message it was pressed on something sent through inline mode, which is never offered.
  if (typeof data !== 'string' || message === undefined || message.chat.type === 'channel' || tap.from.is_bot)
    return null
  return {
    type: 'tap',
    // A message that is gone tells its chat and number alone; the action knows the topic.
    place: placeOf(bot, message),
    tap: String(tap.id),
    action: data as ActionId,
    on: isNumbered(message) ? refOf(message.message_id) : null,
    author: personOf(tap.from),
    direct: message.chat.type === 'private',
  }
}

function membershipToEvent(change: ChatMemberUpdated, bot: BotId): ChatEvent | null {
  if (change.chat.type === 'channel') return null
  const [was, is] = [isInside(change.old_chat_member), isInside(change.new_chat_member)]
  // A promotion, or new restrictions.
  if (was === is) return null
  const place: Place = { interface: 'telegram', bot, chat: idOf(change.chat.id), topic: null }
  const by = personOf(change.from)
  return is ? { type: 'opened', place, direct: change.chat.type === 'private', by } : { type: 'closed', place, by }
}

function stopToEvent(stop: NonNullable<Update['stopped_message_generation']>, bot: BotId): ChatEvent {
  const { chat, message_thread_id: thread } = stop
  return {
    type: 'draft_stopped',
    place: {
      interface: 'telegram',
      bot,
      chat: idOf(chat.id),
      topic: thread === undefined ? null : idOf(thread),
    },
    draft: String(stop.draft_id),
    author: personOf(chat),
  }
}

function isInside(member: ChatMember): boolean {
  if (member.status === 'restricted') return member.is_member
  return member.status !== 'left' && member.status !== 'kicked'
}

/** Null for all but a person who writes as themself. */
function authorOf(message: Message): ChatAuthor | null {
  const { from, chat } = message
  if (chat.type === 'channel' || chat.is_direct_messages === true) return null
  if (from === undefined || from.is_bot || message.sender_chat !== undefined) return null
  if (message.business_connection_id !== undefined || message.guest_query_id !== undefined) return null
  return personOf(from)
}

function personOf(user: Pick<User, 'id' | 'first_name' | 'last_name'>): ChatAuthor {
  const name = [user.first_name, user.last_name].filter((part) => part !== undefined && part !== '').join(' ')
  return { userId: `telegram:${idOf(user.id)}` as UserId, name: name || idOf(user.id) }
}

function placeOf(bot: BotId, message: Pick<Message, 'chat' | 'message_thread_id' | 'is_topic_message'>): Place {
  return { interface: 'telegram', bot, chat: idOf(message.chat.id), topic: topicOf(message) }
}

function isNumbered({ message_id: id }: Pick<Message, 'message_id'>): boolean {
  return Number.isSafeInteger(id) && id > 0
}

function refOf(messageId: number): MessageRef {
  return idOf(messageId) as MessageRef
}

/** What is none must not become the name of somebody, or of something, that others share. */
function idOf(id: number): string {
  if (!Number.isSafeInteger(id)) throw new TypeError('An id of Telegram is missing.')
  return String(id)
}

function dateOf(seconds: number): Date {
  const date = new Date(seconds * 1_000)
  if (Number.isNaN(date.getTime())) throw new TypeError('A date of Telegram is missing.')
  return date
}
