// What people send as one and Telegram delivers in pieces: albums, and long pastes that their client cut up.
import type { Message } from 'grammy/types'
import type { UnfinishedItem } from '../../core/ports/inbox.ts'
import { commandOf } from './addressed.ts'
import { itemToUpdate } from './update.ts'

/** How long after a piece the next one is waited for. They are sent together, but may arrive with different polls. */
const ALBUM_QUIET_MS = 500
const PASTE_QUIET_MS = 1_000
/** Telegram's limit. */
const ALBUM_PARTS = 10
/** A paste of some 80,000 characters. Whoever goes on like that for ever must not hold up the others of a chat. */
const PASTE_PARTS = 20
/** Clients cut at 4,096 units, or at the last line or word before; a shorter message is whole. */
const CUT_FROM_UNITS = 3_500
/** Pieces carry whole seconds. */
const CUT_APART_SECONDS = 1

export type Assembly =
  /** The pieces of one thing, in order; at least the first item of the queue. */
  | { readonly type: 'ready'; readonly items: readonly [UnfinishedItem, ...UnfinishedItem[]] }
  /** A piece may still come: look again then, or when something came. */
  | { readonly type: 'wait'; readonly until: Date }

/**
 * Decides what is worked off next of one lane's unfinished items, which are in order and not empty. As long as pieces are waited for,
 * all of them stay unfinished, so nothing is lost or torn apart when the process dies meanwhile.
 */
export function assemble(queue: readonly [UnfinishedItem, ...UnfinishedItem[]], now: Date): Assembly {
  const [first, ...rest] = queue
  const message = messageOf(first)
  if (message?.media_group_id !== undefined) return album(first, message, rest, now)
  if (message !== undefined && isCut(message)) return paste(first, message, rest, now)
  return { type: 'ready', items: [first] }
}

function album(first: UnfinishedItem, message: Message, rest: readonly UnfinishedItem[], now: Date): Assembly {
  const parts: [UnfinishedItem, ...UnfinishedItem[]] = [first]
  let over = false
  for (const item of rest) {
    const next = messageOf(item)
    if (next === undefined || !isSameAuthor(next, message)) continue
    if (next.media_group_id === message.media_group_id) parts.push(item)
    else over = true
  }
  return over || parts.length >= ALBUM_PARTS ? { type: 'ready', items: parts } : quiet(parts, ALBUM_QUIET_MS, now)
}

function paste(first: UnfinishedItem, message: Message, rest: readonly UnfinishedItem[], now: Date): Assembly {
  const parts: [UnfinishedItem, ...UnfinishedItem[]] = [first]
  let last = message
  for (const item of rest) {
    const next = messageOf(item)
    // Others may write in between, and taps and edits are none of it.
    if (next === undefined || !isSameAuthor(next, message)) continue
    if (!isContinuation(last, next)) return { type: 'ready', items: parts }
    parts.push(item)
    last = next
    if (!isCut(next) || parts.length >= PASTE_PARTS) return { type: 'ready', items: parts }
  }
  return quiet(parts, PASTE_QUIET_MS, now)
}

function quiet(parts: readonly [UnfinishedItem, ...UnfinishedItem[]], ms: number, now: Date): Assembly {
  const latest = Math.max(...parts.map((part) => part.receivedAt.getTime()))
  const until = new Date(latest + ms)
  // What came in the future came by a clock that is not this one.
  return now >= until || latest > now.getTime() + ms ? { type: 'ready', items: parts } : { type: 'wait', until }
}

function isCut(message: Message): boolean {
  return message.text !== undefined && message.text.length >= CUT_FROM_UNITS
}

function isContinuation(last: Message, next: Message): boolean {
  if (next.text === undefined || commandOf(next) !== null) return false
  if (next.date - last.date > CUT_APART_SECONDS) return false
  if ((next.forward_origin === undefined) !== (last.forward_origin === undefined)) return false
  const reply = next.reply_to_message?.message_id
  return reply === undefined || reply === last.reply_to_message?.message_id
}

function isSameAuthor(one: Message, other: Message): boolean {
  return one.from?.id === other.from?.id && one.sender_chat?.id === other.sender_chat?.id
}

function messageOf(item: UnfinishedItem): Message | undefined {
  return itemToUpdate(item).message
}
