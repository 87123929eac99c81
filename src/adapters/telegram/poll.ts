// Asks Telegram for one bot's updates, for as long as it is told to: what came is durable before Telegram may forget it.
import type { Update } from 'grammy/types'
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox, UnfinishedItem } from '../../core/ports/inbox.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import { toStorable } from '../../core/task/storable.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { abortable } from './api.ts'
import type { TelegramApi } from './api.ts'
import { backoffMs } from './backoff.ts'
import { errorToCallFailure } from './call-failure.ts'
import type { CallFailure } from './call-failure.ts'
import { withDeadline } from './deadline.ts'
import { ALLOWED_UPDATES, isUpdate, updateToItem } from './update.ts'

export type PollDeps = {
  readonly bot: BotId
  readonly api: TelegramApi
  readonly inbox: Inbox
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Something may be in the inbox that was not there; with the items, where it surely is all since this was last called. */
  readonly onStored: (items?: readonly UnfinishedItem[]) => void
  readonly observe: (observed: PollObservation) => void
  readonly settings: PollSettings
}

export type PollSettings = {
  /** How long Telegram holds an answer back when there is nothing to say. */
  readonly timeoutSeconds: number
  /** How much later than that an answer may come before the connection counts as dead. */
  readonly graceMs: number
  readonly backoffMs: number
  readonly longestBackoffMs: number
  /** Each of our polls ends one of the other program's: hence rarely. */
  readonly conflictBackoffMs: number
  readonly longestConflictBackoffMs: number
}

export const POLL_SETTINGS: PollSettings = {
  timeoutSeconds: 30,
  graceMs: 10_000,
  backoffMs: 500,
  longestBackoffMs: 30_000,
  conflictBackoffMs: 10_000,
  longestConflictBackoffMs: 120_000,
}

export type PollObservation =
  | { readonly type: 'answered'; readonly updates: number }
  /** `where`: what could not be reached, or who refused. */
  | { readonly type: 'failed'; readonly where: 'telegram' | 'store'; readonly failure: CallFailure }

/** Of a server that does not hold answers back as asked, or brings nothing that is an update, or the same for ever. */
const EARLY_PAUSE_MS = 1_000

/**
 * Resolves with `stopped` when `signal` aborts, at once, or with `broken` when the token does not hold. Never rejects. The offset is only ever
 * sent for updates that the inbox holds; after a crash Telegram repeats what it was not told of, and the inbox knows it.
 */
export async function poll(deps: PollDeps, signal: AbortSignal): Promise<'stopped' | 'broken'> {
  const { clock, settings } = deps
  /** Absent unless something is to be confirmed: numbers may start anew after a quiet week, and a higher one would discard them. */
  let offset: number | null = null
  let failures = 0
  let answered = false
  while (!signal.aborted) {
    let where: 'telegram' | 'store' = 'telegram'
    try {
      // The first poll, and the first after trouble, asks for what is there at once: it tells soon whether all is well.
      const timeout = answered && failures === 0 ? settings.timeoutSeconds : 0
      const began = clock.now().getTime()
      const updates = await ask(deps, { offset, timeout, failures }, signal)
      where = 'store'
      const added = await store(deps, updates, answered)
      failures = 0
      answered = true
      offset = updates.length === 0 ? null : Math.max(...updates.map((update) => update.update_id)) + 1
      deps.observe({ type: 'answered', updates: updates.length })
      const early = clock.now().getTime() - began < timeout * 500
      if (early && added === 0) await clock.sleep(EARLY_PAUSE_MS, signal)
    } catch (error) {
      if (signal.aborted) break
      failures += 1
      const failure: CallFailure =
        where === 'telegram' ? errorToCallFailure(error) : { type: 'unreachable', reason: String(error) }
      deps.observe({ type: 'failed', where, failure })
      deps.telemetry.log('warn', 'Updates could not be fetched', { bot: deps.bot, where, reason: failure.reason })
      if (failure.type === 'broken') return 'broken'
      await clock.sleep(pauseAfter(failure, failures, settings), signal)
    }
  }
  return 'stopped'
}

function pauseAfter(failure: CallFailure, failures: number, settings: PollSettings): number {
  if (failure.type === 'slow_down') return failure.retryAfterMs
  if (failure.type === 'conflict') {
    return backoffMs(failures, settings.conflictBackoffMs, settings.longestConflictBackoffMs)
  }
  return backoffMs(failures, settings.backoffMs, settings.longestBackoffMs)
}

/**
 * A poll without an answer is cut, for a half-open connection gives no sign. After each cut the next may take longer, so that
 * a slow line gets through in the end instead of being cut for ever.
 */
async function ask(
  deps: PollDeps,
  {
    offset,
    timeout,
    failures,
  }: { readonly offset: number | null; readonly timeout: number; readonly failures: number },
  signal: AbortSignal,
): Promise<readonly Update[]> {
  const patience = timeout * 1_000 + deps.settings.graceMs * Math.min(4, 1 + failures)
  const request = { limit: 100, timeout, allowed_updates: ALLOWED_UPDATES, ...(offset !== null && { offset }) }
  const updates: unknown = await withDeadline({ clock: deps.clock, ms: patience, signal }, (cut) =>
    deps.api.raw.getUpdates(request, abortable(cut)),
  )
  if (!Array.isArray(updates)) throw new Error('the answer is no list of updates')
  return updates.filter(isUpdate)
}

/** Returns how many were new. `isAlone`: nobody can have stored any of this bot's since our poll before, e.g. through a webhook that was still set. */
async function store(deps: PollDeps, updates: readonly Update[], isAlone: boolean): Promise<number> {
  if (updates.length === 0) return 0
  const receivedAt = deps.clock.now()
  const items = updates.map((update) => updateToItem(deps.bot, update, receivedAt))
  const added = await deps.inbox.add(items.toSorted((a, b) => a.updateId - b.updateId))
  // What was there may come from a try of ours whose answer was lost, and then nobody knows of it.
  if (!isAlone || added.length < items.length) deps.onStored()
  // As it will be read where it is read after all.
  else deps.onStored(added.map((item) => ({ ...item, raw: toStorable(item.raw), attempts: 0 })))
  return added.length
}
