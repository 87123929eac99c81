// Telegram: the bots of one process over one platform: what arrives goes to the conversation, what is posted to the chats.
import { join } from 'node:path'
import { createTelegramBots } from '../adapters/telegram/bots.ts'
import { createTelegramMessenger } from '../adapters/telegram/messenger.ts'
import { noteBot } from '../core/audit/note-bot.ts'
import { createCards } from '../core/conversation/create-cards.ts'
import type { ConversationDeps } from '../core/conversation/deps.ts'
import { speakOfDoubt } from '../core/conversation/doubt.ts'
import { keepHouse } from '../core/conversation/housekeeping.ts'
import { recordPosts } from '../core/conversation/record-posts.ts'
import { moveChat } from '../core/conversation/move-chat.ts'
import { createReceive } from '../core/conversation/receive.ts'
import { PLATFORM } from '../core/task/decide.ts'
import { createDispatcher } from '../core/delivery/dispatcher.ts'
import type { Pace } from '../core/delivery/pace.ts'
import { lookUp } from '../core/knowledge/look-up.ts'
import type { Verbosity } from '../core/ports/chat-store.ts'
import type { ChatEvent } from '../core/vocabulary/chat-message.ts'
import type { UserId } from '../core/vocabulary/ids.ts'
import type { Place } from '../core/vocabulary/place.ts'
import { createOwnerCode, takeOwnerCode } from './owner-link.ts'
import { chatOwnersOf, createChatLogin } from './login.ts'
import type { Platform } from './platform.ts'
import { readRunning } from './running.ts'

export type Telegram = {
  readonly start: () => void
  readonly stop: () => Promise<void>
  /** Whether a webhook of this address is one of ours. */
  readonly knows: (opaque: string) => boolean
  readonly receive: (
    opaque: string,
    secret: string | null,
    update: unknown,
  ) => Promise<'accepted' | 'unknown' | 'refused'>
}

/** As Telegram advises; what it really bears, it says itself. */
const PACE: Pace = { gapMs: 1_000, groupGapMs: 3_000, groupMinute: 15, parallel: 24 }
const DELIVERY_MS = 60_000
/** For a model to hear or see what somebody sent: they wait for it, and so does what they write meanwhile. */
const READING_MS = 60_000

export function createTelegram(platform: Platform): Telegram {
  const { config, clock, telemetry, objects } = platform
  const owners = chatOwnersOf(config)
  const closing = new AbortController()
  const messenger = createTelegramMessenger({
    api: (bot) => bots.api(bot),
    username: (bot) => bots.username(bot),
    objects,
    clock,
    telemetry,
    deadlineMs: DELIVERY_MS,
  })
  const dispatcher = createDispatcher({
    ...platform,
    messenger,
    pace: PACE,
    isGroup,
    mayDeliver: (bot) => bots.holds(bot),
    onAmbiguous: (entry) => speakOfDoubt(conversation, entry),
    onClosed: async (place) => void (await platform.chats.set({ ...place, topic: null }, { closed: true })),
    isClosed: async (place) => (await platform.chats.get({ ...place, topic: null })).closed,
    onMoved: (bot, from, to) => moveChat(conversation, bot, from, to),
  })
  const said = recordPosts(platform, dispatcher.outbox)
  const conversation: ConversationDeps = {
    ...platform,
    outbox: said.outbox,
    messenger,
    lookUp: (scopes, words) => lookUp(platform, scopes, words),
    modelDeadlineMs: READING_MS,
    stopping: closing.signal,
    files: { fetch: (bot, fileRef) => bots.files.fetch(bot, fileRef) },
    claimOwnership: (code) => takeOwnerCode({ ...platform, isOwned: () => isOwned(platform, owners) }, code),
    requests: { rates: platform.rates, settings: config.requests },
    consoleLogin: createChatLogin(platform, async () => (await readRunning(config.dataDir))?.url ?? null),
    settings: {
      owners,
      requesterAbort: config.REQUESTER_ABORT,
      verbosity: config.TG_VERBOSITY as Verbosity,
      onlyAgentOutput: config.TG_ONLY_AGENT_OUTPUT,
      staleMs: config.TG_STALE_MINUTES * 60_000,
      drafts: config.TG_DRAFTS,
      proposes: config.CONFIRM_WORK !== 'never',
      contextTokens: config.CONTEXT_TOKENS,
      memoryFolder: join(config.dataDir, 'memory'),
    },
  }
  const cards = createCards(conversation)
  const take = createReceive(conversation, cards)
  const receive = async (event: ChatEvent): Promise<void> => {
    await take(event)
    telemetry.count('chat_updates_total', { kind: event.type })
  }
  const bots = createTelegramBots(
    {
      ...platform,
      outbox: said.outbox,
      receive,
      remembered: platform.memos,
      owners: async () => [...owners, ...(await ownersAmong(platform))],
      onHeld: async (bot, username) => {
        await noteBot({ ...platform, by: PLATFORM }, bot, username)
        await dispatcher.start(bot)
        void said.catchUp(bot)
        await cards.follow(bot)
        await offerOwnership(platform, owners, username)
      },
      onLost: async (bot) => {
        await cards.unfollow(bot)
        await dispatcher.stop(bot)
      },
    },
    {
      tokens: config.telegramTokens,
      apiRoot: config.TELEGRAM_API_ROOT,
      mode:
        config.TELEGRAM_WEBHOOK_SECRET === undefined || config.PUBLIC_URL === undefined
          ? { type: 'poll' }
          : { type: 'webhook', publicUrl: config.PUBLIC_URL, secret: config.TELEGRAM_WEBHOOK_SECRET },
    },
  )
  return {
    start: () => {
      bots.start()
      void keepHouse(platform, closing.signal)
    },
    stop: async () => {
      closing.abort()
      await bots.stop()
      await cards.close()
      await dispatcher.close()
      await said.settle()
    },
    knows: bots.knowsWebhook,
    receive: (opaque, secret, update) => bots.receiveWebhook(opaque, secret ?? '', update),
  }
}

/** Telegram numbers groups below zero. */
function isGroup(place: Place): boolean {
  return place.chat.startsWith('-')
}

async function ownersAmong({ members }: Platform): Promise<readonly UserId[]> {
  return (await members.list()).filter((member) => member.role === 'owner').map((member) => member.userId)
}

async function isOwned(platform: Platform, owners: readonly UserId[]): Promise<boolean> {
  return owners.length > 0 || (await ownersAmong(platform)).length > 0
}

/** A bot that nobody owns yet belongs to the first who opens a link that only the terminal shows. */
async function offerOwnership(platform: Platform, owners: readonly UserId[], username: string): Promise<void> {
  if (await isOwned(platform, owners)) {
    platform.say(`Telegram: @${username} is listening.`)
    return
  }
  const code = await createOwnerCode(platform)
  platform.say(
    `Telegram: @${username} is listening and has no owner yet. Whoever opens this within an hour becomes it: https://t.me/${username}?start=${code}`,
  )
}
