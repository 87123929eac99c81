// What is remembered of chats and topics: their present context, settings, and messages that wait for a decision.
import type { UserId } from '../vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../vocabulary/place.ts'

export type Verbosity = 0 | 1 | 2

export type ChatRecord = {
  readonly place: Place
  /** Counts `/new`: each number is a context, and a thread, of its own. Starts at 0. */
  readonly context: number
  /** Null: as the operator configured. */
  readonly verbosity: Verbosity | null
  /** Members may use the bot here, not only owners. For groups. */
  readonly open: boolean
  /** Nothing can be said there: blocked or put out. */
  readonly closed: boolean
  /** Of a topic. */
  readonly title: string | null
}

/** A message that was not acted on, because it was old when it came. */
export type HeldMessage = {
  readonly place: Place
  readonly ref: MessageRef
  readonly externalId: string
  readonly by: UserId
  readonly text: string
  readonly sentAt: Date
}

export interface ChatStore {
  /** With defaults where nothing is remembered. */
  get(place: Place): Promise<ChatRecord>
  /** Changes what is given, durable when it resolves. Returns the whole. */
  set(place: Place, change: Partial<Pick<ChatRecord, 'verbosity' | 'open' | 'closed' | 'title'>>): Promise<ChatRecord>
  /** Starts a context unless `cause` (the message that asked for it) has done so already. Returns its number. */
  freshContext(place: Place, cause: string): Promise<number>
  /** The chat moved: everything remembered of it, and its threads, are there from now on. Repeating changes nothing. */
  moveChat(bot: BotId, from: string, to: string): Promise<void>
  /** Adding one that is there changes nothing. Returns all that are held at the place, oldest first. */
  hold(message: HeldMessage): Promise<readonly HeldMessage[]>
  /** Takes all that are held at the place for a cause (the tap): the same cause again gets the same ones again, another one none. */
  takeHeld(place: Place, cause: string): Promise<readonly HeldMessage[]>
}
