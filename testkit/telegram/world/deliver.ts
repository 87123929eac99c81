// Webhooks: each update posted until it is accepted, in order within a chat, with growing pauses in between.
import type { Update } from '@grammyjs/types'
import type { VirtualClock } from './clock.ts'
import type { Faults } from './faults.ts'
import type { BotAccount } from './model.ts'
import type { UpdateQueue } from './updates.ts'
import type { World } from './world.ts'

export type Webhook = {
  readonly url: string
  readonly secret?: string
  readonly maxConnections: number
  readonly ipAddress?: string
  lastError?: { readonly date: number; readonly message: string }
}

export type Webhooks = {
  readonly get: (bot: BotAccount) => Webhook | undefined
  /** Replaces an earlier one. Waiting updates are delivered at once. */
  readonly set: (bot: BotAccount, webhook: Webhook) => void
  /** False when there was none. A post that is on its way is given up. */
  readonly remove: (bot: BotAccount) => boolean
  readonly close: () => void
}

/** Does what the body of a webhook's answer asks for; the result goes nowhere, as on Telegram. */
export type RunAnswer = (bot: BotAccount, contentType: string, body: Buffer) => Promise<void>

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
const TIMEOUT_MS = 60_000

export function createWebhooks(
  world: World,
  faults: Pick<Faults, 'duplicateUpdates' | 'reorderUpdates'>,
  runAnswer: RunAnswer,
): Webhooks {
  const running = new Map<number, { readonly webhook: Webhook; readonly stop: () => void }>()
  const remove = (bot: BotAccount): boolean => {
    const entry = running.get(bot.id)
    running.delete(bot.id)
    entry?.stop()
    return entry !== undefined
  }
  return {
    get: (bot) => running.get(bot.id)?.webhook,
    set: (bot, webhook) => {
      remove(bot)
      const post = (update: Update, given: AbortSignal) => postUpdate(world.clock, webhook, update, given)
      const answer = async (contentType: string, body: Buffer) => await runAnswer(bot, contentType, body)
      const stop = startDelivery({ clock: world.clock, queue: world.queueOf(bot), webhook, faults, post, answer })
      running.set(bot.id, { webhook, stop })
    },
    remove,
    close: () => {
      for (const { stop } of running.values()) stop()
      running.clear()
    },
  }
}

type Delivery = {
  readonly clock: VirtualClock
  readonly queue: UpdateQueue
  readonly webhook: Webhook
  readonly faults: Pick<Faults, 'duplicateUpdates' | 'reorderUpdates'>
  readonly post: (update: Update, given: AbortSignal) => Promise<PostOutcome>
  readonly answer: (contentType: string, body: Buffer) => Promise<void>
}

type PostOutcome =
  | { readonly ok: true; readonly contentType: string; readonly body: Buffer }
  | { readonly ok: false; readonly message: string; readonly retryAfterMs?: number }

/** Lanes are chats: the next update of a lane waits until the one before was accepted. */
function startDelivery({ clock, queue, webhook, faults, post, answer }: Delivery): () => void {
  const stopping = new AbortController()
  const busyLanes = new Set<string>()
  const cancels = new Set<() => void>()
  let isScheduled = false

  const deliver = async (update: Update, lane: string): Promise<void> => {
    let pause = FIRST_PAUSE_MS
    while (!stopping.signal.aborted) {
      const outcome = await post(update, stopping.signal)
      if (stopping.signal.aborted) return
      if (outcome.ok) {
        queue.drop(update.update_id)
        busyLanes.delete(lane)
        pump()
        await answer(outcome.contentType, outcome.body)
        return
      }
      webhook.lastError = { date: clock.unix(), message: outcome.message }
      await sleep(outcome.retryAfterMs ?? pause)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }
  const sleep = async (ms: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        cancels.delete(cancel)
        resolve()
      }
      const stopTimer = clock.after(ms, done)
      const cancel = (): void => {
        stopTimer()
        resolve()
      }
      cancels.add(cancel)
    })
  }
  const pump = (): void => {
    isScheduled = false
    if (stopping.signal.aborted) return
    const waiting = queue.peek(1000)
    for (const update of faults.reorderUpdates ? waiting.toReversed() : waiting) {
      if (busyLanes.size >= webhook.maxConnections) return
      const lane = laneOf(update)
      if (busyLanes.has(lane)) continue
      busyLanes.add(lane)
      const isTwice = faults.duplicateUpdates
      void deliver(update, lane).then(async () => {
        if (isTwice && !stopping.signal.aborted) await post(update, stopping.signal)
      })
    }
  }
  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(pump)
  }

  const unsubscribe = queue.onArrival(schedule)
  schedule()
  return () => {
    stopping.abort()
    unsubscribe()
    for (const cancel of cancels) cancel()
  }
}

function laneOf(update: Update): string {
  const { update_id: id, ...kinds } = update
  for (const payload of Object.values(kinds)) {
    if (typeof payload !== 'object' || payload === null) continue
    if ('chat' in payload) return `chat ${chatId(payload.chat)}`
    if ('from' in payload) return `user ${chatId(payload.from)}`
  }
  return `update ${id}`
}

function chatId(owner: unknown): string {
  return typeof owner === 'object' && owner !== null && 'id' in owner ? String(owner.id) : ''
}

async function postUpdate(
  clock: VirtualClock,
  webhook: Webhook,
  update: Update,
  given: AbortSignal,
): Promise<PostOutcome> {
  const late = new AbortController()
  const cancel = clock.after(TIMEOUT_MS, () => late.abort())
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(webhook.secret === undefined ? {} : { 'x-telegram-bot-api-secret-token': webhook.secret }),
      },
      body: JSON.stringify(update),
      redirect: 'manual',
      signal: AbortSignal.any([given, late.signal]),
    })
    const body = Buffer.from(await response.arrayBuffer())
    if (response.ok) return { ok: true, contentType: response.headers.get('content-type') ?? '', body }
    const message = `Wrong response from the webhook: ${response.status} ${response.statusText}`
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    return { ok: false, message, ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}) }
  } catch (error) {
    if (late.signal.aborted) return { ok: false, message: 'Read timeout expired' }
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined
    const isRefused = cause !== undefined && 'code' in cause && cause.code === 'ECONNREFUSED'
    return { ok: false, message: isRefused ? 'Connection refused' : 'Connection reset by peer' }
  } finally {
    cancel()
  }
}
