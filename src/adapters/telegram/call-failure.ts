// What a failed call on the way in means for a bot: wait, go on trying, or stop.
import { GrammyError, HttpError } from 'grammy'
import { isUnknownMethod } from './unknown-method.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'

export type CallFailure =
  | { readonly type: 'slow_down'; readonly retryAfterMs: number; readonly reason: string }
  /** Another program polls with the token, or has set a webhook. */
  | { readonly type: 'conflict'; readonly reason: string }
  /** The token does not hold. */
  | { readonly type: 'broken'; readonly reason: string }
  /** It will not be taken like this. */
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unreachable'; readonly reason: string }

const LONGEST_PAUSE_SECONDS = 86_400

/** Anything but an answer of Telegram is `unreachable`. No reason holds the token. */
export function errorToCallFailure(error: unknown): CallFailure {
  if (error instanceof GrammyError) {
    const reason = error.description
    const { error_code: code } = error
    if (code === 429) {
      return { type: 'slow_down', retryAfterMs: pauseMs(error.parameters.retry_after), reason }
    }
    if (code === 409) return { type: 'conflict', reason }
    if (isUnknownMethod(error)) return { type: 'refused', reason }
    // Telegram knows no such token, or no longer. By number alone: words like these also stand in other errors.
    if (code === 401 || code === 404) return { type: 'broken', reason }
    if (code < 500) return { type: 'refused', reason }
    return { type: 'unreachable', reason: `Telegram answered ${code} ${reason}` }
  }
  if (error instanceof HttpError && error.error instanceof Error) {
    return { type: 'unreachable', reason: error.error.message }
  }
  return { type: 'unreachable', reason: messageOf(error) }
}

/** Never nothing, or it would be asked without a pause, and never more than a timer can hold. */
function pauseMs(seconds: unknown): number {
  const asked = typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : 1
  return Math.min(LONGEST_PAUSE_SECONDS, Math.max(1, asked)) * 1_000
}
