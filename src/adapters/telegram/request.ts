// One request of a delivery, with what its failure means beside it: nothing that the network does is thrown past here.
import type { RawApi } from 'grammy'
import type { Clock } from '../../core/ports/clock.ts'
import type { MessageRef, Place } from '../../core/vocabulary/place.ts'
import { abortable } from './api.ts'
import type { TelegramApi } from './api.ts'
import { errorToOutcome } from './api-outcome.ts'
import type { RequestOutcome } from './api-outcome.ts'

/** What all requests of one delivery share. */
export type Channel = {
  readonly raw: RawApi
  readonly place: Place
  readonly chat_id: number | string
  /** For whatever makes something new in the place. */
  readonly thread: { readonly message_thread_id?: number }
  readonly signal: ReturnType<typeof abortable>
}

export type Tried<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly outcome: RequestOutcome; readonly error: unknown }

/** Something that makes a new message: what came of it is in doubt when no answer comes. */
export function tryOnce<Value>(call: () => Promise<Value>): Promise<Tried<Value>> {
  return tryRequest(call, false)
}

/** Something that may as well be done twice. What was done already counts as done now. */
export async function tryRepeatable(call: () => Promise<unknown>): Promise<Tried<null>> {
  const tried = await tryRequest(call, true)
  return tried.ok || tried.outcome.type === 'delivered' ? { ok: true, value: null } : tried
}

async function tryRequest<Value>(call: () => Promise<Value>, repeatable: boolean): Promise<Tried<Value>> {
  try {
    return { ok: true, value: await call() }
  } catch (error) {
    return { ok: false, outcome: errorToOutcome(error, { repeatable }), error }
  }
}

/** Runs something with `ms` for all its requests together, measured by the clock. */
export async function withChannel<Value>(
  clock: Clock,
  ms: number,
  api: TelegramApi,
  place: Place,
  run: (channel: Channel) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController()
  const done = new AbortController()
  void clock.sleep(ms, done.signal).then(() => late.abort())
  try {
    return await run({
      raw: api.raw,
      place,
      chat_id: toChatId(place.chat),
      thread: toThread(place),
      signal: abortable(late.signal),
    })
  } finally {
    done.abort()
  }
}

export function toMessageId(ref: MessageRef): number {
  return Number(ref)
}

export function toRef(message: { readonly message_id: number }): MessageRef {
  return String(message.message_id) as MessageRef
}

function toChatId(chat: string): number | string {
  return /^-?\d+$/.test(chat) ? Number(chat) : chat
}

function toThread({ topic }: Place): Channel['thread'] {
  return topic === null ? {} : { message_thread_id: Number(topic) }
}
