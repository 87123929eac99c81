// Which task is shown where: a card is a task's one message in a chat, from "accepted" to its result.
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../vocabulary/place.ts'

export type Card = {
  readonly taskId: TaskId
  readonly place: Place
  /** The message that asked. */
  readonly request: MessageRef | null
  readonly by: UserId
  readonly direct: boolean
  readonly openedAt: Date
  /** Its last word is posted: nothing more will be shown by itself. */
  readonly finished: boolean
}

export interface CardStore {
  /** Opening one that is there changes nothing. Returns the card as it stands. */
  open(card: Card): Promise<Card>
  get(taskId: TaskId): Promise<Card | null>
  /** The card of a request: by the message that asked. */
  ofRequest(place: Place, request: MessageRef): Promise<Card | null>
  /** The bot's unfinished cards, oldest first. */
  unfinished(bot: BotId): Promise<readonly Card[]>
  /** Newest first. */
  ofPlace(place: Place, limit: number): Promise<readonly Card[]>
  finish(taskId: TaskId): Promise<void>
  /** The chat moved: its cards are there from now on, without the messages that asked, which the new chat numbers anew. Repeating changes nothing. */
  moveChat(bot: BotId, from: string, to: string): Promise<void>
}
