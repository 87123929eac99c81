// Where Telegram brings a bot's updates, and what proves that it was Telegram: both follow from one secret of the operator.
import { createHmac } from 'node:crypto'
import type { BotId } from '../../core/vocabulary/place.ts'

export type WebhookAddress = {
  /** Unguessable, and the last part of the path. It changes with the secret, so that a changed secret shows in the address. */
  readonly opaque: string
  /** For the header X-Telegram-Bot-Api-Secret-Token. */
  readonly secretToken: string
}

export function webhookAddress(secret: string, bot: BotId): WebhookAddress {
  const derive = (what: string) => createHmac('sha256', secret).update(`telegram ${what} ${bot}`).digest('base64url')
  return { opaque: derive('path'), secretToken: derive('token') }
}

/** `publicUrl` is ours as Telegram reaches it, e.g. `https://team.example.org`. */
export function webhookUrl(publicUrl: string, address: WebhookAddress): string {
  return `${publicUrl.replace(/\/+$/, '')}/telegram/${address.opaque}`
}
