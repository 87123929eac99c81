// What an operator needs to know of a bot: whether it hears its people, and what to do where it does not.
import type { InboxState } from '../../core/ports/inbox.ts'
import type { OutboxState } from '../../core/ports/outbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'

/**
 * `starting`: not known yet. `connected`: hears, also when nobody writes. `elsewhere`: another of our processes has it.
 * `conflict`: another program uses the token. `unreachable`: Telegram, or our own store, can't be reached. `broken`: the token does
 * not hold. `deaf`: looks connected and hears nothing. `stopped`: by us.
 */
export type BotHealthState =
  | 'starting'
  | 'connected'
  | 'elsewhere'
  | 'conflict'
  | 'unreachable'
  | 'broken'
  | 'deaf'
  | 'stopped'

export type BotHealth = {
  readonly bot: BotId
  /** Without the @; null while unknown. */
  readonly username: string | null
  readonly mode: 'poll' | 'webhook'
  readonly state: BotHealthState
  /** One sentence: what is wrong and what to do. Empty when all is well. */
  readonly detail: string
  /** When Telegram last answered a poll, or a question about the webhook. */
  readonly lastPollAt: Date | null
  readonly lastUpdateAt: Date | null
  /** Null where the store did not answer. */
  readonly inbox: InboxState | null
  readonly outbox: OutboxState | null
}
