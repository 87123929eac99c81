// What went wrong when a model was asked, and what to do about it: wait and ask again, ask another, or give up.
import type { ModelErrorKind } from '../../core/ports/models.ts'
import { modelName } from '../../core/vocabulary/usage.ts'
import type { KeyedModel } from './providers.ts'
import { KEY_VARIABLES } from './providers.ts'

export type Failure = {
  readonly type: 'failure'
  readonly kind: ModelErrorKind
  /** One sentence for a person, without keys. */
  readonly sentence: string
  /** Worth asking the same model again. */
  readonly again: boolean
  /** How long the provider asks to wait. */
  readonly retryAfterMs: number | null
  readonly cause: unknown
}

type ApiError = {
  readonly statusCode?: unknown
  readonly responseHeaders?: unknown
  readonly responseBody?: unknown
  readonly message: string
}

/** Never throws; knows errors by their shape, since they come from several libraries. */
export function toFailure(error: unknown, candidate: KeyedModel, now: Date): Failure {
  const inner = unwrapped(error)
  const status = statusOf(inner)
  if (status !== null && !isGood(status) && inner instanceof Error)
    return failureOfStatus(status, inner, candidate, now)
  const name = inner instanceof Error ? inner.name : ''
  const text = describe(inner)
  // What can't be read is quoted in the words of the error, and may say anything: its name alone counts.
  const isUnreadable = /JSONParse|TypeValidation/.test(name)
  if (!isUnreadable && /ended without a finish|terminated|socket|network/i.test(text)) {
    return failure('unreachable', candidate, 'can not be reached; check the network and the base URL', inner)
  }
  if (!isUnreadable && /overloaded|capacity|unavailable/i.test(text))
    return failure('overloaded', candidate, 'is overloaded; try again in a while', inner)
  if (!isUnreadable && /rate.?limit|too many requests|resource.?exhausted/i.test(text))
    return failure('rate_limited', candidate, RATE_LIMITED, inner)
  if (
    /JSONParse|TypeValidation|InvalidResponseData|InvalidArgument|NoOutput|NoContent|EmptyResponse/.test(name) ||
    inner instanceof SyntaxError
  ) {
    return failure(
      'malformed',
      candidate,
      'sent an answer that can not be read; try again or choose another model',
      inner,
    )
  }
  if (/server.?error|internal.?error|api.?error/i.test(text))
    return failure('overloaded', candidate, 'failed on its side; try again in a while', inner)
  if (/not.?found.*model|LoadAPIKey|LoadSetting|UnsupportedFunctionality/.test(name + text)) {
    return { ...failure('bad_request', candidate, `can't do this: ${shortened(text, candidate)}`, inner), again: false }
  }
  return failure('unreachable', candidate, 'can not be reached; check the network and the base URL', inner)
}

/** A turn that broke off: the connection ended before the model said that it was done. */
export function cutOff(candidate: KeyedModel, cause: unknown): Failure {
  return failure('unreachable', candidate, 'broke off in the middle of its answer; try again', cause)
}

export function emptyAnswer(candidate: KeyedModel): Failure {
  return failure('malformed', candidate, 'gave an empty answer; try again or choose another model', null)
}

const RATE_LIMITED = 'limits the rate of calls; wait, or add a fallback model'

function failureOfStatus(status: number, error: object, candidate: KeyedModel, now: Date): Failure {
  const make = (kind: ModelErrorKind, what: string, again: boolean): Failure => ({
    ...failure(kind, candidate, what, error),
    again,
    retryAfterMs: retryAfterOf(error, now),
  })
  const variable = KEY_VARIABLES[candidate.provider]
  const said = shortened(messageOf(error), candidate)
  if (status === 401 || status === 403) return make('unauthorized', `refused the key: check ${variable}`, false)
  if (status === 402) return make('unauthorized', `wants the account of ${variable} to be paid up`, false)
  if (status === 404)
    return make('bad_request', 'does not exist there: check the MODEL_… variables and the base URL', false)
  if (status === 429) {
    const used = /insufficient_quota|billing|credit balance/i.test(bodyOf(error))
    return used
      ? make('rate_limited', `says that the quota of ${variable} is used up`, false)
      : make('rate_limited', RATE_LIMITED, true)
  }
  if (status === 529 || status === 503) return make('overloaded', 'is overloaded; try again in a while', true)
  if (status === 408 || status === 409 || status >= 500)
    return make('overloaded', 'failed on its side; try again in a while', true)
  if (status >= 400) return make('bad_request', `refused the request: ${said}`, false)
  return make('malformed', 'sent an answer that can not be read; try again or choose another model', true)
}

function failure(kind: ModelErrorKind, candidate: KeyedModel, what: string, cause: unknown): Failure {
  const sentence = `${modelName(candidate)} ${what}.`
  return { type: 'failure', kind, sentence, again: true, retryAfterMs: null, cause: withoutSecrets(cause, candidate) }
}

/** Libraries keep whole requests in their errors: only what was said goes on, and never a key. */
function withoutSecrets(cause: unknown, candidate: KeyedModel): unknown {
  return cause === null ? null : new Error(shortened(describe(cause), candidate))
}

function unwrapped(error: unknown): unknown {
  if (typeof error !== 'object' || error === null) return error
  // 200 and then trouble: what broke is the cause, the status says nothing.
  if (error instanceof Error && isGood(statusOf(error)) && error.cause !== undefined) return error.cause
  if ('lastError' in error && error.lastError !== undefined) return unwrapped(error.lastError)
  if (error instanceof Error && statusOf(error) === null && statusOf(error.cause) !== null) return error.cause
  return error
}

function statusOf(error: unknown): number | null {
  return isApiError(error) && typeof error.statusCode === 'number' ? error.statusCode : null
}

function isGood(status: number | null): boolean {
  return status !== null && status < 400
}

function isApiError(error: unknown): error is ApiError {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error instanceof Error
}

function bodyOf(error: object): string {
  return isApiError(error) && typeof error.responseBody === 'string' ? error.responseBody : ''
}

function messageOf(error: object): string {
  return error instanceof Error ? error.message : describe(error)
}

/** `retry-after-ms`, `retry-after` in seconds or as a date; null when there is none. */
function retryAfterOf(error: object, now: Date): number | null {
  const headers = isApiError(error) ? error.responseHeaders : null
  if (typeof headers !== 'object' || headers === null) return null
  const read = (name: string): string | null => {
    const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
    return typeof found === 'string' ? found : null
  }
  const milliseconds = Number(read('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds)
  const value = read('retry-after')
  if (value === null) return null
  const seconds = Number(value)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : new Date(value).getTime() - now.getTime()
  return Number.isFinite(wait) ? Math.max(0, wait) : null
}

function describe(error: unknown): string {
  if (error instanceof Error) {
    const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
    return error.message + cause
  }
  return typeof error === 'string' ? error : (JSON.stringify(error) ?? String(error))
}

function shortened(text: string, { secret }: KeyedModel): string {
  const hidden = secret.length >= 4 ? text.replaceAll(secret, '…') : text
  const oneLine = hidden
    .replaceAll(/\b(?:sk|key|AIza)[-_][\w-]{6,}/g, '…')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return oneLine.length > 240 ? `${oneLine.slice(0, 240)}…` : oneLine.replace(/\.$/, '')
}
