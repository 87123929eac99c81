// Takes in what Telegram brings: checks that it is Telegram, and answers only when the update is durable.
import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox, InboxItem } from '../../core/ports/inbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { isUpdate, updateToItem } from './update.ts'
import type { WebhookAddress } from './webhook-address.ts'

/**
 * `accepted`: durable, answer 200. `unknown`: no such path, 404. `refused`: wrong secret, or no update at all, 401. Rejects when the store is
 * broken: answer 500, and Telegram sends it again.
 */
export type WebhookReceipt = 'accepted' | 'unknown' | 'refused'

export type WebhookReceiver = (opaque: string, secret: string, body: unknown) => Promise<WebhookReceipt>

type Waiting = {
  readonly item: InboxItem
  readonly stored: () => void
  readonly failed: (error: unknown) => void
}

/** Updates of all bots that come while others are being stored go into the store together, as many as `LARGEST_BATCH`. */
const LARGEST_BATCH = 500

export function createWebhookReceiver(deps: {
  readonly inbox: Inbox
  readonly clock: Clock
  readonly addresses: ReadonlyMap<BotId, WebhookAddress>
  /** These bots have something in the inbox that was not there. */
  readonly onStored: (bots: ReadonlySet<BotId>) => void
}): WebhookReceiver {
  const doors = new Map([...deps.addresses].map(([bot, { opaque, secretToken }]) => [opaque, { bot, secretToken }]))
  const waiting: Waiting[] = []
  let storing = false

  async function drain(): Promise<void> {
    if (storing) return
    storing = true
    while (waiting.length > 0) {
      const batch = waiting.splice(0, LARGEST_BATCH)
      try {
        await store(batch)
      } catch (error) {
        if (batch.length === 1) for (const one of batch) one.failed(error)
        // One of them may be what the store can't take: the others must not suffer.
        else await Promise.all(batch.map((one) => store([one]).catch(one.failed)))
      }
    }
    storing = false
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    const added = await deps.inbox.add(batch.map((one) => one.item))
    for (const one of batch) one.stored()
    if (added.length > 0) deps.onStored(new Set(added.map((item) => item.bot)))
  }

  return async (opaque, secret, body) => {
    const door = doors.get(opaque)
    if (door === undefined) return 'unknown'
    if (!isEqual(secret, door.secretToken) || !isUpdate(body)) return 'refused'
    const item = updateToItem(door.bot, body, deps.clock.now())
    await new Promise<void>((stored, failed) => {
      waiting.push({ item, stored, failed })
      void drain()
    })
    return 'accepted'
  }
}

/** In a time that tells nothing of the secret but its length. */
function isEqual(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)]
  return one.length === other.length && timingSafeEqual(one, other)
}
