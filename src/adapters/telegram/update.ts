// Telegram's updates as inbox items: which kinds are asked for, and which must keep their order among each other.
import type { Chat, Message, Update } from 'grammy/types'
import type { InboxItem } from '../../core/ports/inbox.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { BotId } from '../../core/vocabulary/place.ts'

/** Named always: what is missing in a request stays as another program left it. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'stopped_message_generation',
] as const satisfies readonly (keyof Update)[]

/** What is at least the envelope of an update; the rest is Telegram's word, and what breaks on it is set aside. */
export function isUpdate(value: unknown): value is Update {
  if (typeof value !== 'object' || value === null || !('update_id' in value)) return false
  return Number.isSafeInteger(value.update_id) && Number(value.update_id) >= 0
}

const PANIC = /^\/panic(?:@\w+)?(?:\s|$)/i

/** Deeper than Telegram nests anything by far, and not as deep as what writes and stores JSON can bear. */
const DEEPEST = 500

/** What nobody could store is stored as its number alone, or it would come again for ever and hold up all that comes with it. */
export function updateToItem(bot: BotId, update: Update, receivedAt: Date): InboxItem {
  const raw = isDeeper(update, DEEPEST) ? { update_id: update.update_id } : objectToJson(update)
  return { bot, updateId: update.update_id, lane: laneOrOther(update), raw, receivedAt }
}

export function itemToUpdate(item: InboxItem): Update {
  const raw: object = item.raw
  if (!isUpdate(raw)) throw new Error('What is stored is no update.')
  return raw
}

/** What was parsed from JSON, or will be written as such. */
export function objectToJson(value: object): JsonObject {
  if (!isJsonObject(value)) throw new TypeError('A list is no JSON object.')
  return value
}

/** The topic that a message is in, which is not every message thread: replies in groups have thread ids, too. */
export function topicOf(message: Pick<Message, 'message_thread_id' | 'is_topic_message'>): string | null {
  if (message.is_topic_message !== true || message.message_thread_id === undefined) return null
  return String(message.message_thread_id)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

function isJsonObject(value: object): value is JsonObject {
  return !Array.isArray(value)
}

/** An update of a shape that nobody foresaw must be stored like any other, or it would come again for ever. */
function laneOrOther(update: Update): string {
  try {
    return laneOf(update)
  } catch {
    return 'other'
  }
}

/** Taps, stops and panics have lanes of their own, because nobody must wait for the messages before them to be worked off. */
function laneOf(update: Update): string {
  const message = update.message ?? update.edited_message
  if (message !== undefined && message === update.message && PANIC.test(message.text ?? ''))
    return `panic:${lane(message.chat, null)}`
  if (message !== undefined) return lane(message.chat, topicOf(message))
  const { callback_query: tap, my_chat_member: member, stopped_message_generation: stop } = update
  if (tap !== undefined) return `tap:${tap.message === undefined ? tap.from.id : tap.message.chat.id}/${tap.from.id}`
  if (stop !== undefined) return `stop:${lane(stop.chat, null)}`
  if (member !== undefined) return lane(member.chat, null)
  return 'other'
}

function lane(chat: Chat, topic: string | null): string {
  return `${chat.id}/${topic ?? ''}`
}
