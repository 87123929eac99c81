// One bot's way to a Bot API server: grammY's typed methods over a transport that knows how far a request got.
import { Api, InputFile } from 'grammy'
import type { RawApi } from 'grammy'
import { createTransport } from './transport.ts'
import type { Transport } from './transport.ts'
import { isUnknownMethod, METHOD_NOT_FOUND } from './unknown-method.ts'

/** The Bot API's methods by name, as `api.raw.sendMessage({ chat_id, text }, abortable(signal))`. */
export type TelegramApi = { readonly raw: RawApi }

export type TelegramApiOptions = {
  readonly token: string
  /** E.g. `https://api.telegram.org`. */
  readonly apiRoot: string
  /** How long one request may take, 30 seconds when missing; asking for updates its own `timeout` longer, files ten times. */
  readonly timeoutMs?: number
  /** In place of the network. */
  readonly fetch?: Transport
}

type GrammySignal = NonNullable<Parameters<RawApi['getMe']>[0]>

const DEFAULT_TIMEOUT_MS = 30_000
/** A server that does not know a method is not asked for it with every message; after an update it may know it. */
const UNKNOWN_METHOD_MS = 600_000
/** grammY's own guard, behind ours: it cannot tell how far a request got. */
const LONGEST_TIMEOUT_SECONDS = 500

/**
 * Makes the API of one bot; cheap enough for hundreds in a process, which share their connections. Nothing is tried
 * twice and nothing is held back. Methods reject with grammY's `GrammyError` where Telegram answered with an error, and with its
 * `HttpError` around a `TransportError` where no answer came; `errorToOutcome` tells what that means. No error holds the token.
 */
export function createTelegramApi(options: TelegramApiOptions): TelegramApi {
  const patience = options.timeoutMs ?? DEFAULT_TIMEOUT_MS
  const api = new Api(options.token, {
    apiRoot: options.apiRoot.replace(/\/+$/, ''),
    timeoutSeconds: LONGEST_TIMEOUT_SECONDS,
    sensitiveLogs: false,
    fetch: options.fetch ?? createTransport(),
  })
  const unknown = new Map<string, number>()
  api.config.use(async (previous, method, payload, signal) => {
    if ((unknown.get(method) ?? 0) > performance.now()) return METHOD_NOT_FOUND
    const controller = new AbortController()
    const stop = () => controller.abort()
    const asked = 'timeout' in payload && typeof payload.timeout === 'number' ? payload.timeout * 1000 : 0
    const timer = setTimeout(stop, carriesFile(payload) ? patience * 10 : patience + asked)
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop)
    try {
      const answer = await previous(method, payload, abortable(controller.signal))
      if (!answer.ok && isUnknownMethod(answer)) unknown.set(method, performance.now() + UNKNOWN_METHOD_MS)
      return answer
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
  })
  return { raw: api.raw }
}

function carriesFile(payload: object): boolean {
  return Object.values(payload).some(
    (value: unknown) =>
      value instanceof InputFile ||
      (typeof value === 'object' && value !== null && 'media' in value && value.media instanceof InputFile),
  )
}

/** Node's signal as grammY's types want it: they stem from a package that came before Node had signals. */
export function abortable(signal: AbortSignal): GrammySignal {
  const given: object = signal
  if (isGrammySignal(given)) return given
  throw new TypeError('not a signal')
}

function isGrammySignal(value: object): value is GrammySignal {
  return 'aborted' in value && 'addEventListener' in value && 'removeEventListener' in value
}
