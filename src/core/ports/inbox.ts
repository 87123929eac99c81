// What arrived from a chat interface and is not worked off yet: durable before its sender is told that it arrived.
import type { JsonObject } from '../vocabulary/json.ts'
import type { BotId } from '../vocabulary/place.ts'

export type InboxItem = {
  readonly bot: BotId
  /** The interface's number of it, growing; (bot, updateId) twice is one arrival. */
  readonly updateId: number
  /** Items of one bot and lane are worked off in the order of their numbers. */
  readonly lane: string
  readonly raw: JsonObject
  readonly receivedAt: Date
}

export type UnfinishedItem = InboxItem & {
  /** Tries that broke so far. */
  readonly attempts: number
}

export type InboxState = {
  readonly unfinished: number
  /** Given up after too many tries; kept for the operator. */
  readonly setAside: number
  readonly lastUpdateId: number | null
  readonly lastReceivedAt: Date | null
}

export interface Inbox {
  /** All or nothing, durable when it resolves. Known ones change nothing. Returns those that were new, in the order given. */
  add(items: readonly InboxItem[]): Promise<readonly InboxItem[]>
  /** The bot's items that are neither finished nor set aside, by number, at most `limit`. */
  unfinished(bot: BotId, limit: number): Promise<readonly UnfinishedItem[]>
  /** They are never given out again. Repeating changes nothing. */
  finish(bot: BotId, updateIds: readonly number[]): Promise<void>
  /** Counts a broken try; `setAside` gives the item up for good. */
  failed(bot: BotId, updateId: number, error: string, setAside: boolean): Promise<void>
  state(bot: BotId): Promise<InboxState>
  /** Deletes finished items received before `before`; their numbers must be too old to arrive again. Returns how many. */
  prune(before: Date): Promise<number>
}
