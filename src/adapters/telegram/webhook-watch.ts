// Has Telegram bring one bot's updates to us, and looks from time to time whether it does.
import type { WebhookInfo } from 'grammy/types'
import type { Clock } from '../../core/ports/clock.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { abortable } from './api.ts'
import type { TelegramApi } from './api.ts'
import { backoffMs } from './backoff.ts'
import { errorToCallFailure } from './call-failure.ts'
import type { CallFailure } from './call-failure.ts'
import { withDeadline } from './deadline.ts'
import { isUnknownMethodError } from './unknown-method.ts'
import { ALLOWED_UPDATES } from './update.ts'

export type WebhookDeps = {
  readonly bot: BotId
  readonly api: TelegramApi
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly observe: (observed: WebhookObservation) => void
}

export type WebhookSight = {
  readonly at: Date
  /** Updates that Telegram could not bring yet. */
  readonly pending: number
  /** The same at the look before this one; null at the first. */
  readonly pendingBefore: number | null
  /** From one look to the next. */
  readonly betweenMs: number
  readonly lastErrorAt: Date | null
  readonly lastError: string
}

export type WebhookObservation =
  | { readonly type: 'seen'; readonly sight: WebhookSight }
  | { readonly type: 'failed'; readonly where: 'telegram'; readonly failure: CallFailure }

const CHECK_MS = 60_000
const CALL_MS = 15_000
/** A webhook that somebody else changed is taken back, but not in a race with them. */
const TAKE_BACK_MS = 600_000

/**
 * Sets the webhook where it is not as wanted, and watches it. What Telegram holds meanwhile it brings later: nothing is dropped.
 * Resolves with `stopped` when `signal` aborts, leaving it set, or with `broken` when the token does not hold. Never rejects.
 */
export async function watchWebhook(
  deps: WebhookDeps,
  wanted: { readonly url: string; readonly secretToken: string },
  signal: AbortSignal,
): Promise<'stopped' | 'broken'> {
  const { clock, observe } = deps
  let lastSet = Number.NEGATIVE_INFINITY
  let failures = 0
  let before: number | null = null
  while (!signal.aborted) {
    let pause = CHECK_MS
    try {
      const info = await seeWebhook(deps, signal)
      const now = clock.now()
      if (isAsWanted(info, wanted.url)) {
        observe({ type: 'seen', sight: infoToSight(info, before, now) })
        before = info.pending_update_count
      } else if (now.getTime() - lastSet >= TAKE_BACK_MS) {
        await setWebhook(deps, wanted, signal)
        lastSet = now.getTime()
        // Errors that Telegram remembers are of the address before.
        observe({ type: 'seen', sight: infoToSight({ ...info, last_error_date: 0 }, null, clock.now()) })
      } else {
        const reason = info.url ? 'the webhook was changed' : 'the webhook was removed'
        observe({ type: 'failed', where: 'telegram', failure: { type: 'conflict', reason } })
      }
      failures = 0
    } catch (error) {
      if (signal.aborted) break
      failures += 1
      const failure = errorToCallFailure(error)
      observe({ type: 'failed', where: 'telegram', failure })
      deps.telemetry.log('warn', 'The webhook could not be kept', { bot: deps.bot, reason: failure.reason })
      if (failure.type === 'broken') return 'broken'
      pause = failure.type === 'slow_down' ? failure.retryAfterMs : backoffMs(failures, 1_000, CHECK_MS)
    }
    await clock.sleep(pause, signal)
  }
  return 'stopped'
}

/** Takes the webhook away where there is one, because polls are refused beside it. What is pending is polled then. Rejects as calls do. */
export async function removeWebhook(deps: Omit<WebhookDeps, 'observe'>, signal: AbortSignal): Promise<void> {
  if (!(await mayHaveWebhook(deps, signal))) return
  deps.telemetry.log('info', 'The webhook is taken away, because updates are polled', { bot: deps.bot })
  await withDeadline({ clock: deps.clock, ms: CALL_MS, signal }, (cut) =>
    deps.api.raw.deleteWebhook({ drop_pending_updates: false }, abortable(cut)),
  )
}

/** Also true where the server can't tell. */
async function mayHaveWebhook(deps: Omit<WebhookDeps, 'observe'>, signal: AbortSignal): Promise<boolean> {
  try {
    return Boolean((await seeWebhook(deps, signal)).url)
  } catch (error) {
    if (isUnknownMethodError(error)) return true
    throw error
  }
}

function seeWebhook(deps: Omit<WebhookDeps, 'observe'>, signal: AbortSignal): Promise<WebhookInfo> {
  return withDeadline({ clock: deps.clock, ms: CALL_MS, signal }, (cut) => deps.api.raw.getWebhookInfo(abortable(cut)))
}

async function setWebhook(
  deps: WebhookDeps,
  wanted: { readonly url: string; readonly secretToken: string },
  signal: AbortSignal,
): Promise<void> {
  const request = {
    url: wanted.url,
    secret_token: wanted.secretToken,
    allowed_updates: ALLOWED_UPDATES,
    drop_pending_updates: false,
  }
  await withDeadline({ clock: deps.clock, ms: CALL_MS, signal }, (cut) =>
    deps.api.raw.setWebhook(request, abortable(cut)),
  )
  deps.telemetry.log('info', 'The webhook was set', { bot: deps.bot })
}

/** The secret is not told, but the address changes with it. */
function isAsWanted(info: WebhookInfo, url: string): boolean {
  const kinds = new Set<string>(info.allowed_updates)
  return info.url === url && kinds.size === ALLOWED_UPDATES.length && ALLOWED_UPDATES.every((kind) => kinds.has(kind))
}

function infoToSight(info: WebhookInfo, pendingBefore: number | null, at: Date): WebhookSight {
  return {
    at,
    pending: info.pending_update_count,
    pendingBefore,
    betweenMs: CHECK_MS,
    lastErrorAt: info.last_error_date ? new Date(info.last_error_date * 1_000) : null,
    lastError: info.last_error_message ?? '',
  }
}
