// Forgets what no chat will ask about again: updates that were worked off, posts that stand, buttons that are dead. What was said
// is kept elsewhere, in the messages.
import type { ActionStore } from '../ports/action-store.ts'
import type { Clock } from '../ports/clock.ts'
import type { Inbox } from '../ports/inbox.ts'
import type { Outbox } from '../ports/outbox.ts'
import type { Telemetry } from '../ports/telemetry.ts'

export type HousekeepingDeps = {
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly actions: ActionStore
  readonly clock: Clock
  readonly telemetry: Telemetry
}

const EVERY_MS = 3_600_000
const DAY_MS = 86_400_000
/** Telegram brings nothing again that is older than a day. */
const UPDATES_MS = 7 * DAY_MS
const BUTTONS_MS = 7 * DAY_MS
/** Replies to older messages are taken as plain messages. */
const POSTS_MS = 180 * DAY_MS

/** Runs until `signal` aborts. Several at once do no harm. */
export async function keepHouse(deps: HousekeepingDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await deps.clock.sleep(EVERY_MS, signal)
    if (signal.aborted) return
    const now = deps.clock.now().getTime()
    const before = (ms: number) => new Date(now - ms)
    try {
      await deps.inbox.prune(before(UPDATES_MS))
      await deps.outbox.prune(before(POSTS_MS))
      await deps.actions.prune(before(BUTTONS_MS))
    } catch (error) {
      deps.telemetry.log('warn', 'Old updates and posts could not be forgotten', { error: String(error) })
    }
  }
}
