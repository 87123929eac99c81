// Carries posts to where people read them. Implemented by the chat adapters; it never repeats a request by itself.
import type { BotId, MessageRef, Place } from '../vocabulary/place.ts'
import type { Posting } from '../vocabulary/post.ts'

export type Delivery = {
  readonly place: Place
  readonly posting: Posting
  /** The messages that stand there already, which are to be changed into this; empty: new ones are to be sent. */
  readonly refs: readonly MessageRef[]
}

/**
 * What came of it. `refs` are the messages that stand there now as far as is known, also where it ended half-way.
 * `delivered`: it stands there as asked. `unsent`: trying again is safe, because no request was taken, or
 * only such as may be repeated. `ambiguous`: a request for a new message left and no answer came: it may stand there.
 * `slow_down`: not taken, try again after `retryAfterMs`. `missing`: the message to change is not there any more.
 * `topic_missing`: the topic is gone. `moved`: the chat has another id now. `closed`: the person or group does not want us.
 * `broken_bot`: the bot's token does not hold. `refused`: it will never be taken like this.
 */
export type DeliveryOutcome = { readonly refs: readonly MessageRef[] } & (
  | { readonly type: 'delivered' }
  | { readonly type: 'unsent'; readonly reason: string }
  | { readonly type: 'ambiguous'; readonly reason: string }
  | { readonly type: 'slow_down'; readonly retryAfterMs: number }
  | { readonly type: 'missing' }
  | { readonly type: 'topic_missing' }
  | { readonly type: 'moved'; readonly to: string }
  | { readonly type: 'closed'; readonly reason: string }
  | { readonly type: 'broken_bot'; readonly reason: string }
  | { readonly type: 'refused'; readonly reason: string }
)

export interface Messenger {
  /** Never throws for what the interface or the network does. At most `deadlineMs`, after which it says `ambiguous`. */
  deliver(delivery: Delivery): Promise<DeliveryOutcome>
  /** Shows that somebody is at work, for some seconds. Fleeting: failures are not told. */
  showActivity(place: Place): Promise<void>
  /** Shows a fleeting draft of an answer, with a Stop. False where the place knows no drafts. Failures are not told. */
  showDraft(place: Place, draft: string, text: string): Promise<boolean>
  /** Renames a topic. False where that was refused. */
  renameTopic(place: Place, title: string): Promise<boolean>
  /** How a person finds the bot, e.g. `my_bot`; null while unknown. */
  username(bot: BotId): string | null
}
