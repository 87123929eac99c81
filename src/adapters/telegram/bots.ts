// All bots of one process, each with a life of its own: what breaks one never touches the others or the start.
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox } from '../../core/ports/inbox.ts'
import type { Leases } from '../../core/ports/leases.ts'
import type { Outbox } from '../../core/ports/outbox.ts'
import type { TaskSignals } from '../../core/ports/task-signals.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { ChatEvent } from '../../core/vocabulary/chat-message.ts'
import type { UserId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { TelegramApi } from './api.ts'
import type { BotHealth } from './health.ts'

export type TelegramBotsDeps = {
  /** What arrived, at least once and in order for each chat and topic. Resolved: it is worked off. Rejected: it comes again. */
  readonly receive: (event: ChatEvent) => Promise<void>
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly leases: Leases
  readonly signals: TaskSignals
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly worker: WorkerId
  /** True for a process that is known to be gone, whose leases nobody will renew. */
  readonly isDead: (worker: WorkerId) => boolean
  /** Small texts that outlive the process. */
  readonly remembered: Remembered
  /** Whose chats show the owners' commands too. */
  readonly owners: () => Promise<readonly UserId[]>
}

export type Remembered = {
  readonly get: (key: string) => Promise<string | null>
  readonly set: (key: string, value: string) => Promise<void>
}

export type TelegramBotsOptions = {
  readonly tokens: readonly string[]
  /** E.g. `https://api.telegram.org`. */
  readonly apiRoot: string
  readonly mode:
    | { readonly type: 'poll' }
    /** `secret` is what each bot's path and secret are derived from; `publicUrl` without a path, as Telegram reaches us. */
    | { readonly type: 'webhook'; readonly publicUrl: string; readonly secret: string }
}

export type TelegramBots = {
  /** Returns at once: a bot that can't start shows it in its health and is tried again. */
  readonly start: () => void
  /** Stops asking at once, ends what is being received, gives the leases back. Webhooks stay set: Telegram keeps what comes. */
  readonly stop: () => Promise<void>
  readonly health: () => Promise<readonly BotHealth[]>
  /** `opaque` is the last part of `/telegram/<opaque>`, `secret` the header X-Telegram-Bot-Api-Secret-Token. */
  readonly receiveWebhook: (opaque: string, secret: string, body: unknown) => Promise<WebhookReceipt>
  /** Null for a bot that is none of ours. */
  readonly api: (bot: BotId) => TelegramApi | null
  readonly username: (bot: BotId) => string | null
  readonly bots: readonly BotId[]
  /** Whether this process holds the bot's lease: who answers for its outbox, too. */
  readonly holds: (bot: BotId) => boolean
}

/**
 * `accepted`: durable, answer 200. `unknown`: no such path, 404. `refused`: wrong secret, 401, or no update at all. Rejects when the
 * store is broken: answer 500, and Telegram sends it again.
 */
export type WebhookReceipt = 'accepted' | 'unknown' | 'refused'

export type CreateTelegramBots = (deps: TelegramBotsDeps, options: TelegramBotsOptions) => TelegramBots
