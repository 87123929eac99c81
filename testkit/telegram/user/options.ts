// What can be said along with an action or an expectation of the user client.
import type { MessageEntity } from '@grammyjs/types'
import type { SeenMessage } from './seen.ts'

/** Where something is said: a bot (its private chat with this person), a group, or a group's id. */
export type Place = { readonly id: number } | number

/** Without `to`, the place of this client's last action; a client that has done nothing yet must say it. */
export type At = { readonly to?: Place; readonly topic?: number }

export type SendOptions = At & {
  readonly replyTo?: SeenMessage
  /** Given ones replace those that an app finds by itself: commands, mentions, hashtags, URLs. */
  readonly entities?: readonly MessageEntity[]
}

export type UserFile = {
  readonly bytes: Uint8Array
  readonly name?: string
  readonly mimeType?: string
  readonly caption?: string
}

/** Which message is meant: its text matches, or the question is answered with true. */
export type Where = string | RegExp | ((message: SeenMessage) => boolean)

/** `within` is in milliseconds of real time (default 5,000), whatever the world's clock does. */
export type Within = { readonly within?: number }

export type Expectation = At & Within & { readonly where?: Where }

/** What a tap led to. `expired`: nobody answered the query in time. */
export type TapOutcome =
  | { readonly type: 'answered'; readonly text: string; readonly alert: boolean; readonly url?: string }
  | { readonly type: 'expired' }
  | { readonly type: 'opened'; readonly url: string }
  | { readonly type: 'copied'; readonly text: string }
