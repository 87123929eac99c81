// Brings posts to Telegram chats, for every bot of the process.
import type { Clock } from '../../core/ports/clock.ts'
import type { Messenger } from '../../core/ports/messenger.ts'
import type { ObjectStore } from '../../core/ports/object-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { TelegramApi } from './api.ts'

export type TelegramMessengerDeps = {
  /** Null: no such bot, or no token for it at present. */
  readonly api: (bot: BotId) => TelegramApi | null
  /** Null while unknown. */
  readonly username: (bot: BotId) => string | null
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** How long one delivery may take, all its requests together. */
  readonly deadlineMs: number
}

export type CreateTelegramMessenger = (deps: TelegramMessengerDeps) => Messenger
