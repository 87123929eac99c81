// A person's message together with what is known of them and of the place: what every answer starts from.
import type { ChatEvent, ChatMessage } from '../vocabulary/chat-message.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { Task } from '../vocabulary/task.ts'
import { threadChatOf } from '../vocabulary/thread-chat.ts'
import type { Message } from '../vocabulary/message.ts'
import type { Artifact } from '../ports/artifact-store.ts'
import type { ChatRecord } from '../ports/chat-store.ts'
import type { OutboxEntry } from '../ports/outbox.ts'
import type { Cards } from './cards.ts'
import type { ConversationDeps } from './deps.ts'

export type ReceiveDeps = ConversationDeps & { readonly follower: Cards }

export type Tap = Extract<ChatEvent, { type: 'tap' }>

/** Of somebody who may act here. */
export type Role = 'owner' | 'member'

export type Visitor = {
  readonly userId: UserId
  readonly role: Role
  /** All ids of the same person, where they have others. */
  readonly ids?: readonly UserId[]
}

export type Visit = {
  readonly message: ChatMessage
  /** As it is kept; null where it is of our own making. */
  readonly heard: Message | null
  readonly visitor: Visitor
  readonly chat: ChatRecord
  /** Ours, that the message is a reply to. */
  readonly repliedTo: OutboxEntry | null
  /** What came with the message, or with the one that it is a reply to, and what was read from that. */
  readonly artifacts: readonly Artifact[]
}

/** Owners see and act on everything, members on what they asked for. */
export function mayActOn(visitor: Visitor, task: Task): boolean {
  return visitor.role === 'owner' || idsOf(visitor).includes(task.userId)
}

export function idsOf(visitor: Visitor): readonly UserId[] {
  return visitor.ids ?? [visitor.userId]
}

/** The `chat` of the thread in which a place talks at present. */
export function threadChat(chat: ChatRecord): string {
  return threadChatOf(placeKey(chat.place), chat.context)
}

/** The chat as a whole, for what holds in all of its topics. */
export function wholeChat(place: Place): Place {
  return place.topic === null ? place : { ...place, topic: null }
}
