// What a failed request means for the post behind it. Numbers decide where Telegram gives numbers, words only where it gives nothing else.
import { GrammyError, HttpError } from 'grammy'
import type { DeliveryOutcome } from '../../core/ports/messenger.ts'
import { TransportError } from './transport.ts'
import { isUnknownMethod } from './unknown-method.ts'

type WithoutRefs<Outcome> = Outcome extends unknown ? Omit<Outcome, 'refs'> : never
/** What came of one request. */
export type RequestOutcome = WithoutRefs<DeliveryOutcome>

export type FailedRequest = {
  /** Doing it twice is doing it once: edits, deletions, reactions, answers to taps. Not so for whatever makes a new message. */
  readonly repeatable: boolean
}

/** What Telegram says in words alone, as the beginnings of its descriptions, after "Bad Request: ". */
const NOT_MODIFIED = ['message is not modified', 'message_not_modified']
const NOTHING_LEFT_TO_DO = ['query is too old', 'query_id_invalid', 'message to delete not found', 'topic_not_modified']
const MISSING = [
  'message to edit not found',
  "message can't be edited",
  'message to react not found',
  'message_id_invalid',
]
const REPLY_MISSING = ['message to be replied not found', 'message to reply not found']
const TOPIC_MISSING = ['message thread not found', 'topic_deleted', 'topic_id_invalid']
const CLOSED = [
  'chat not found',
  'peer_id_invalid',
  'group chat was deactivated',
  'have no rights to send a message',
  'not enough rights to send text messages',
  'chat_write_forbidden',
  'chat_restricted',
  'need administrator rights in the channel chat',
  'user is deactivated',
]
/** Of errors of a socket, those that come before the first byte of a request. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
/** Where Telegram says "slow down" and not for how long. */
const PAUSE_MS = 5_000

/** Pure. Throws the error itself when it does not stem from a request. */
export function errorToOutcome(error: unknown, request: FailedRequest): RequestOutcome {
  if (error instanceof GrammyError) return answerToOutcome(error, request)
  if (error instanceof HttpError) return silenceToOutcome(error.error, request)
  throw error
}

function answerToOutcome(error: GrammyError, request: FailedRequest): RequestOutcome {
  const { error_code: code, parameters, description } = error
  if (parameters.migrate_to_chat_id !== undefined) return { type: 'moved', to: String(parameters.migrate_to_chat_id) }
  if (parameters.retry_after !== undefined)
    return { type: 'slow_down', retryAfterMs: Math.max(0, Number(parameters.retry_after) || 0) * 1000 }
  if (code === 429) return { type: 'slow_down', retryAfterMs: PAUSE_MS }
  const reason = `Telegram answers ${code}: ${description}`
  if (isUnknownMethod(error)) return { type: 'refused', reason }
  if (code === 401 || code === 404) return { type: 'broken_bot', reason }
  if (code === 403) return { type: 'closed', reason }
  if (code === 413) return { type: 'refused', reason: 'It is too big for the Bot API server.' }
  if (code >= 500) return brokenServer(code, reason, request)
  if (says(error, NOT_MODIFIED) || says(error, NOTHING_LEFT_TO_DO)) return { type: 'delivered' }
  if (says(error, MISSING)) return { type: 'missing' }
  if (says(error, TOPIC_MISSING)) return { type: 'topic_missing' }
  if (says(error, CLOSED)) return { type: 'closed', reason }
  return { type: 'refused', reason }
}

function silenceToOutcome(cause: unknown, request: FailedRequest): RequestOutcome {
  if (!(cause instanceof TransportError)) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (NEVER_CONNECTED.has(code)) return { type: 'unsent', reason: `Telegram can't be reached: ${code}` }
    return unanswered(`No answer from Telegram${code === '' ? '' : `: ${code}`}`, request)
  }
  const { left, status, message } = cause
  if (!left) return { type: 'unsent', reason: `Telegram can't be reached: ${message}` }
  if (status === null) return unanswered(`No answer from Telegram: ${message}`, request)
  if (status === 413) return { type: 'refused', reason: 'It is too big for the Bot API server.' }
  if (status === 429) return { type: 'slow_down', retryAfterMs: PAUSE_MS }
  if (status >= 500) return brokenServer(status, message, request)
  // Something between us and the server refused it; a success that can't be read may well be one.
  return status < 300 ? unanswered(message, request) : { type: 'unsent', reason: message }
}

/** 503 says that it was not begun. Behind any other, also behind Telegram's own 500, it may have been done. */
function brokenServer(status: number, reason: string, request: FailedRequest): RequestOutcome {
  return status === 503 ? { type: 'unsent', reason } : unanswered(reason, request)
}

function unanswered(reason: string, request: FailedRequest): RequestOutcome {
  return { type: request.repeatable ? 'unsent' : 'ambiguous', reason }
}

/** True for a description that begins with one of these, in any case, apart from the name of its code. */
function says(error: GrammyError, beginnings: readonly string[]): boolean {
  const words = error.description.replace(/^[a-z ]+: /i, '').toLowerCase()
  return beginnings.some((beginning) => words.startsWith(beginning))
}

/** What about a message Telegram did not take, so that another form of it may be taken. Null: the form is not the trouble. */
export function refusedForm(
  error: unknown,
): 'unknown_method' | 'reply' | 'buttons' | 'media' | 'no_text' | 'form' | null {
  if (!(error instanceof GrammyError)) return null
  if (error.error_code === 404) return 'unknown_method'
  if (error.error_code !== 400 || errorToOutcome(error, { repeatable: true }).type !== 'refused') return null
  if (says(error, REPLY_MISSING)) return 'reply'
  if (says(error, ['button_url_invalid', 'button_type_invalid', 'inline keyboard button url', 'wrong http url']))
    return 'buttons'
  if (says(error, ['there is no text in the message to edit'])) return 'no_text'
  if (says(error, ['photo_', 'image_process_failed', "message can't be edited", 'message media'])) return 'media'
  return 'form'
}
