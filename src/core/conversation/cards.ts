// Keeps each task's card in its chat true, from "accepted" to the result.
import type { Card } from '../ports/card-store.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { BotId, Place } from '../vocabulary/place.ts'

export type Cards = {
  /** Opens the card and posts its first word. Durable when it resolves; repeating changes nothing. Following goes on behind it. */
  readonly open: (card: Card) => Promise<void>
  /** Shows a task as it now is, at once: after somebody decided something. */
  readonly refresh: (taskId: TaskId) => Promise<void>
  /**
   * Keeps what is open at the place in one silent message at its top, or takes that away. Durable when it resolves. Repeating
   * leaves one message.
   */
  readonly pin: (place: Place, direct: boolean) => Promise<void>
  readonly unpin: (place: Place) => Promise<void>
  /** Follows the unfinished cards of a bot, again after a restart. */
  readonly follow: (bot: BotId) => Promise<void>
  readonly unfollow: (bot: BotId) => Promise<void>
  readonly close: () => Promise<void>
}
