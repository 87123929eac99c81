// All bots of one process, each with a life of its own: what breaks one never touches the others or the start.
import type { ChatFiles } from '../../core/ports/chat-files.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox } from '../../core/ports/inbox.ts'
import type { Leases } from '../../core/ports/leases.ts'
import type { MemoStore } from '../../core/ports/memo-store.ts'
import type { Outbox } from '../../core/ports/outbox.ts'
import type { TaskSignals } from '../../core/ports/task-signals.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { ChatEvent } from '../../core/vocabulary/chat-message.ts'
import type { UserId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { TelegramApi } from './api.ts'
import { createTelegramBot } from './bot.ts'
import type { BotOptions, TelegramBot } from './bot.ts'
import { createTelegramChatFiles } from './chat-files.ts'
import { judge } from './health.ts'
import type { BotHealth } from './health.ts'
import { LEASE_SETTINGS } from './lease.ts'
import type { LeaseSettings } from './lease.ts'
import { POLL_SETTINGS } from './poll.ts'
import type { PollSettings } from './poll.ts'
import { createTurns } from './turns.ts'
import { createWebhookReceiver } from './webhook.ts'
import type { WebhookReceiver } from './webhook.ts'
import { webhookAddress, webhookUrl } from './webhook-address.ts'

export type TelegramBotsDeps = {
  /** What arrived, at least once and in order for each chat and topic. Resolved: it is worked off. Rejected: it comes again. */
  readonly receive: (event: ChatEvent) => Promise<void>
  readonly inbox: Inbox
  readonly outbox: Outbox
  readonly leases: Leases
  readonly signals: TaskSignals
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly worker: WorkerId
  /** True for a process that is known to be gone, whose leases nobody will renew. */
  readonly isDead: (worker: WorkerId) => boolean
  readonly remembered: MemoStore
  /** Whose chats show the owners' commands too. */
  readonly owners: () => Promise<readonly UserId[]>
  /** This process runs the bot from now on. Nothing is worked off before it resolves; where it rejects, the bot starts anew. */
  readonly onHeld: (bot: BotId, username: string) => Promise<void>
  /** It does not any more. The lease is kept until this resolves, where it can be. */
  readonly onLost: (bot: BotId) => Promise<void>
}

export type TelegramBotsOptions = {
  readonly tokens: readonly string[]
  /** E.g. `https://api.telegram.org`. */
  readonly apiRoot: string
  readonly mode:
    | { readonly type: 'poll' }
    /** `publicUrl` is ours as Telegram reaches it, without a path; each bot's path and secret are derived from `secret`. */
    | { readonly type: 'webhook'; readonly publicUrl: string; readonly secret: string }
  readonly poll?: Partial<PollSettings>
  readonly lease?: Partial<LeaseSettings>
}

export type TelegramBots = {
  readonly bots: readonly BotId[]
  /** Returns at once: a bot that can't start shows it in its health and is tried again. */
  readonly start: () => void
  /** Stops asking at once, ends what is being received, gives the leases back. Webhooks stay set: Telegram keeps what comes. */
  readonly stop: () => Promise<void>
  readonly health: () => Promise<readonly BotHealth[]>
  /** `opaque` is the last part of `/telegram/<opaque>`, `secret` the header X-Telegram-Bot-Api-Secret-Token. Any process may take it. */
  readonly receiveWebhook: WebhookReceiver
  /** Whether `/telegram/<opaque>` is the way to one of the bots, whoever asks. */
  readonly knowsWebhook: (opaque: string) => boolean
  readonly files: ChatFiles
  /** Null for a bot that is none of ours. */
  readonly api: (bot: BotId) => TelegramApi | null
  readonly username: (bot: BotId) => string | null
  /** Whether this process is the one that runs the bot now, and so also sends what its outbox holds. */
  readonly holds: (bot: BotId) => boolean
}

const WORKED_OFF_AT_ONCE = 128
const STARTED_AT_ONCE = 16
const INBOX_POLL_MS = 10_000
const DOWNLOAD_MS = 120_000

export function createTelegramBots(deps: TelegramBotsDeps, options: TelegramBotsOptions): TelegramBots {
  const { tokens, malformed } = sortTokens(options.tokens)
  const { mode } = options
  const secret = mode.type === 'webhook' ? mode.secret : null
  const addresses = new Map(
    secret === null ? [] : [...tokens.keys()].map((bot) => [bot, webhookAddress(secret, bot)] as const),
  )
  const opaques = new Set([...addresses.values()].map((address) => address.opaque))
  const shared = {
    ...deps,
    turns: createTurns(WORKED_OFF_AT_ONCE),
    starts: createTurns(STARTED_AT_ONCE),
    pollSettings: { ...POLL_SETTINGS, ...options.poll },
    settings: { ...LEASE_SETTINGS, ...options.lease },
    inboxPollMs: INBOX_POLL_MS,
  }
  const bots = new Map<BotId, TelegramBot>()
  for (const [id, token] of tokens) {
    bots.set(id, createTelegramBot(shared, { id, token, apiRoot: options.apiRoot, mode: modeOf(id) }))
  }

  function modeOf(bot: BotId): BotOptions['mode'] {
    const address = addresses.get(bot)
    if (mode.type === 'poll' || address === undefined) return { type: 'poll' }
    return { type: 'webhook', url: webhookUrl(mode.publicUrl, address), secretToken: address.secretToken }
  }

  const stopping = new AbortController()
  let unsubscribe: () => void = () => undefined

  async function healthOf(bot: TelegramBot): Promise<BotHealth> {
    const [inbox, outbox] = await Promise.all([
      deps.inbox.state(bot.id).catch(() => null),
      deps.outbox.state(bot.id).catch(() => null),
    ])
    // Webhooks may be received by other processes than the one that looks.
    const lastUpdateAt = later(bot.sight().lastUpdateAt, inbox?.lastReceivedAt ?? null)
    const sight = { ...bot.sight(), lastUpdateAt }
    return {
      bot: bot.id,
      username: bot.username(),
      mode: sight.mode,
      ...judge(sight, deps.clock.now()),
      lastPollAt: sight.answeredAt,
      lastUpdateAt,
      inbox,
      outbox,
    }
  }

  return {
    bots: [...bots.keys()],
    start: () => {
      unsubscribe = deps.signals.subscribe((signal) => {
        if (signal.type === 'mail') bots.get(signal.bot)?.hint()
      })
      for (const bot of bots.values()) bot.start()
    },
    stop: async () => {
      stopping.abort()
      await Promise.all([...bots.values()].map((bot) => bot.stop()))
      unsubscribe()
    },
    health: async () => [
      ...(await Promise.all([...bots.values()].map(healthOf))),
      ...malformed.map((position) => malformedHealth(position, mode.type)),
    ],
    receiveWebhook: createWebhookReceiver({
      inbox: deps.inbox,
      clock: deps.clock,
      addresses,
      onStored: (id) => {
        const bot = bots.get(id)
        if (bot?.isHeld() === true) bot.wake()
        else deps.signals.publish({ type: 'mail', bot: id })
      },
    }),
    knowsWebhook: (opaque) => opaques.has(opaque),
    files: createTelegramChatFiles({
      account: (id) => {
        const [bot, token] = [bots.get(id), tokens.get(id)]
        return bot === undefined || token === undefined ? null : { api: bot.api, token }
      },
      apiRoot: options.apiRoot,
      timeoutMs: DOWNLOAD_MS,
      signal: stopping.signal,
    }),
    api: (bot) => bots.get(bot)?.api ?? null,
    username: (bot) => bots.get(bot)?.username() ?? null,
    holds: (bot) => bots.get(bot)?.isHeld() ?? false,
  }
}

/** A token begins with the bot's number. Of two for one bot the later holds: BotFather's latest is the valid one. */
function sortTokens(given: readonly string[]) {
  const tokens = new Map<BotId, string>()
  const malformed: number[] = []
  for (const [index, token] of given.entries()) {
    const id = /^(\d{1,16}):[\w-]+$/.exec(token.trim())?.[1]
    if (id === undefined) malformed.push(index + 1)
    else tokens.set(id as BotId, token.trim())
  }
  return { tokens, malformed }
}

function malformedHealth(position: number, mode: BotHealth['mode']): BotHealth {
  return {
    bot: `token-${position}` as BotId,
    username: null,
    mode,
    state: 'broken',
    detail: `Token ${position} does not look like one of Telegram (123456:ABC…): copy it again from @BotFather.`,
    lastPollAt: null,
    lastUpdateAt: null,
    inbox: null,
    outbox: null,
  }
}

function later(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}
