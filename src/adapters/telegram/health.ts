// What an operator needs to know of a bot: whether it hears its people, and what to do where it does not.
import type { InboxState } from '../../core/ports/inbox.ts'
import type { OutboxState } from '../../core/ports/outbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { CallFailure } from './call-failure.ts'
import type { WebhookSight } from './webhook-watch.ts'

/**
 * `starting`: not known yet. `connected`: hears, also when nobody writes. `elsewhere`: another of our processes has it.
 * `conflict`: another program uses the token. `unreachable`: Telegram, or our own store, can't be reached. `broken`: the token does
 * not hold. `deaf`: looks connected and hears nothing. `stopped`: by us.
 */
export type BotHealthState =
  | 'starting'
  | 'connected'
  | 'elsewhere'
  | 'conflict'
  | 'unreachable'
  | 'broken'
  | 'deaf'
  | 'stopped'

export type BotHealth = {
  readonly bot: BotId
  /** Without the @; null while unknown. */
  readonly username: string | null
  readonly mode: 'poll' | 'webhook'
  readonly state: BotHealthState
  /** One sentence: what is wrong and what to do. Empty when all is well. */
  readonly detail: string
  /** When Telegram last answered a poll, or a question about the webhook. */
  readonly lastPollAt: Date | null
  readonly lastUpdateAt: Date | null
  /** Null where the store did not answer. */
  readonly inbox: InboxState | null
  readonly outbox: OutboxState | null
}

/** What is known of a bot in this process. */
export type BotSight = {
  readonly mode: 'poll' | 'webhook'
  readonly phase: 'starting' | 'elsewhere' | 'holding' | 'stopped'
  /** Which process has it, in phase `elsewhere`. */
  readonly holder: string | null
  /** Since when updates are asked for, or brought. */
  readonly since: Date | null
  /** When Telegram last answered as it should. */
  readonly answeredAt: Date | null
  /** What failed since then. */
  readonly trouble: Trouble | null
  /** How long Telegram may hold an answer back; for polls. */
  readonly pollTimeoutMs: number
  readonly webhook: WebhookSight | null
  readonly lastUpdateAt: Date | null
}

export type Trouble = { readonly where: 'telegram' | 'store'; readonly failure: CallFailure }

export type Judgement = { readonly state: BotHealthState; readonly detail: string }

/**
 * Tells quiet from deaf. Polls that return in time are proof of hearing, empty or not; with a webhook it is that Telegram has nothing
 * left to bring.
 */
export function judge(sight: BotSight, now: Date): Judgement {
  if (sight.phase === 'stopped') return { state: 'stopped', detail: 'It was stopped with this process.' }
  const { trouble } = sight
  if (trouble?.failure.type === 'broken') {
    return {
      state: 'broken',
      detail: `Telegram does not accept the token (${trouble.failure.reason}): get the right one from @BotFather and set it.`,
    }
  }
  if (sight.phase === 'elsewhere') {
    return { state: 'elsewhere', detail: `Another process of the platform runs it: ${sight.holder ?? 'unknown'}.` }
  }
  if (trouble !== null) return judgeTrouble(trouble, sight.mode)
  if (sight.phase === 'starting') return { state: 'starting', detail: '' }
  return sight.mode === 'poll' ? judgePolls(sight, now) : judgeWebhook(sight, now)
}

function judgeTrouble({ where, failure }: Trouble, mode: 'poll' | 'webhook'): Judgement {
  if (where === 'store') {
    return {
      state: 'unreachable',
      detail: `The platform's own store does not answer (${failure.reason}): see whether the database runs and its disk has room.`,
    }
  }
  switch (failure.type) {
    case 'conflict':
      return {
        state: 'conflict',
        detail: `Another program uses this token (${failure.reason}): stop it, or give it a bot of its own.`,
      }
    case 'refused':
      return {
        state: 'deaf',
        detail: `Telegram refuses to ${mode === 'poll' ? 'give updates' : 'bring updates to our address'} (${failure.reason})${
          mode === 'webhook' ? ': see whether PUBLIC_URL is right and reachable by https.' : '.'
        }`,
      }
    case 'slow_down':
      return { state: 'unreachable', detail: `Telegram asks to wait for ${Math.ceil(failure.retryAfterMs / 1_000)} s.` }
    case 'broken':
    case 'unreachable':
      return {
        state: 'unreachable',
        detail: `Telegram can't be reached (${failure.reason}): see to the network; it is tried again by itself.`,
      }
  }
}

function judgePolls({ since, answeredAt, pollTimeoutMs }: BotSight, now: Date): Judgement {
  const last = answeredAt ?? since
  if (last !== null && now.getTime() - last.getTime() > 2 * pollTimeoutMs) {
    const seconds = Math.round((now.getTime() - last.getTime()) / 1_000)
    return {
      state: 'deaf',
      detail: `No poll has come back for ${seconds} s, though none failed: if this stays, restart the platform.`,
    }
  }
  return answeredAt === null ? { state: 'starting', detail: '' } : { state: 'connected', detail: '' }
}

function judgeWebhook({ webhook, lastUpdateAt }: BotSight, now: Date): Judgement {
  if (webhook === null) return { state: 'starting', detail: '' }
  const { pending, pendingBefore, lastErrorAt, lastError } = webhook
  const heard = lastUpdateAt?.getTime() ?? Number.NEGATIVE_INFINITY
  if (pending > 0 && lastErrorAt !== null && lastErrorAt.getTime() > heard) {
    return {
      state: 'deaf',
      detail: `Telegram can't bring ${pending} updates (${lastError}): see whether PUBLIC_URL leads here by https.`,
    }
  }
  if (pendingBefore !== null && pending > pendingBefore && now.getTime() - heard > webhook.betweenMs) {
    return {
      state: 'deaf',
      detail: `${pending} updates wait at Telegram and none comes: see whether PUBLIC_URL leads here by https.`,
    }
  }
  return { state: 'connected', detail: '' }
}
