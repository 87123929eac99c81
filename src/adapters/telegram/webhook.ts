// Takes in what Telegram brings: checks that it is Telegram, and answers only when the update is durable.
import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox } from '../../core/ports/inbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { isUpdate, updateToItem } from './update.ts'
import type { WebhookAddress } from './webhook-address.ts'

/**
 * `accepted`: durable, answer 200. `unknown`: no such path, 404. `refused`: wrong secret, or no update at all, 401. Rejects when the store is
 * broken: answer 503, and Telegram sends it again.
 */
export type WebhookReceipt = 'accepted' | 'unknown' | 'refused'

export type WebhookReceiver = (opaque: string, secret: string, body: unknown) => Promise<WebhookReceipt>

export function createWebhookReceiver(deps: {
  readonly inbox: Inbox
  readonly clock: Clock
  readonly addresses: ReadonlyMap<BotId, WebhookAddress>
  /** This bot has something in the inbox that was not there. */
  readonly onStored: (bot: BotId) => void
}): WebhookReceiver {
  const doors = new Map([...deps.addresses].map(([bot, { opaque, secretToken }]) => [opaque, { bot, secretToken }]))

  return async (opaque, secret, body) => {
    const door = doors.get(opaque)
    if (door === undefined) return 'unknown'
    if (!isEqual(secret, door.secretToken) || !isUpdate(body)) return 'refused'
    // One by one: what comes at the same time, for whichever bot, shares a commit in the store.
    const added = await deps.inbox.add([updateToItem(door.bot, body, deps.clock.now())])
    if (added.length > 0) deps.onStored(door.bot)
    return 'accepted'
  }
}

/** In a time that tells nothing of the secret but its length. */
function isEqual(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)]
  return one.length === other.length && timingSafeEqual(one, other)
}
