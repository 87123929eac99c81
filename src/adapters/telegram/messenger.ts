// Brings posts to Telegram chats, for every bot of the process.
import type { Clock } from '../../core/ports/clock.ts'
import type { Delivery, Messenger } from '../../core/ports/messenger.ts'
import type { ObjectStore } from '../../core/ports/object-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { BotId, MessageRef, Place } from '../../core/vocabulary/place.ts'
import type { Posting } from '../../core/vocabulary/post.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import type { TelegramApi } from './api.ts'
import { refusedForm } from './api-outcome.ts'
import type { RequestOutcome } from './api-outcome.ts'
import { deliverMessage, replyTo } from './deliver-message.ts'
import { showDraft } from './draft.ts'
import { createKnownOfBots } from './known-of-bots.ts'
import { toReactionEmoji } from './reaction-emoji.ts'
import { cleanText, isVisible, shorten } from './render/clean-text.ts'
import { toMessageId, tryRepeatable, withChannel } from './request.ts'
import type { Channel, Tried } from './request.ts'
import { takeAway, takeAwayFrom } from './take-away.ts'
import { replaceUpload, sendUpload, sizeRefusal } from './upload.ts'

export type TelegramMessengerDeps = {
  /** Null: no such bot, or no token for it at present. */
  readonly api: (bot: BotId) => TelegramApi | null
  /** Null while unknown. */
  readonly username: (bot: BotId) => string | null
  readonly objects: ObjectStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** How long one delivery may take, all its requests together. */
  readonly deadlineMs: number
}

const FLEETING_MS = 10_000
const LONGEST_TAP_ANSWER = 200
const LONGEST_TOPIC_NAME = 128

const SLOW_LINE_BYTES_A_MS = 250

/** Deliveries for one place must not overlap; for different places they may. */
export function createTelegramMessenger(deps: TelegramMessengerDeps): Messenger {
  const { clock } = deps
  const known = createKnownOfBots(clock)

  /** Fifty megabytes take a while on a slow line. */
  function deadlineFor(posting: Posting): number {
    return deps.deadlineMs + (posting.type === 'file' ? posting.file.bytes / SLOW_LINE_BYTES_A_MS : 0)
  }

  async function deliver(delivery: Delivery) {
    const { place, posting } = delivery
    const standing = [...delivery.refs]
    const api = deps.api(place.bot)
    if (api === null) return { type: 'broken_bot' as const, reason: 'There is no token for this bot.', refs: standing }
    try {
      const outcome = await withChannel(clock, deadlineFor(posting), api, place, (channel) =>
        deliverPosting(channel, posting, standing),
      )
      return { ...outcome, refs: standing }
    } catch (error) {
      // Not the network's doing: this post can't be made, and trying again would not change that.
      const reason = messageOf(error)
      deps.telemetry.log('error', 'a post could not be made', { bot: place.bot, posting: posting.type, reason })
      return { type: 'refused' as const, reason: `It could not be made: ${reason}`, refs: standing }
    }
  }

  async function deliverPosting(channel: Channel, posting: Posting, standing: MessageRef[]): Promise<RequestOutcome> {
    switch (posting.type) {
      case 'message':
        return deliverMessage(channel, known, posting, standing)
      case 'file':
        return deliverFile(channel, posting, standing)
      case 'reaction':
        return react(channel, posting)
      case 'tap_answer':
        return outcomeOf(await answerTap(channel, posting))
      case 'nothing':
        return (await takeAwayFrom(channel, standing, 0))?.outcome ?? { type: 'delivered' }
    }
  }

  async function deliverFile(
    channel: Channel,
    { file, caption, replyTo: to, silent }: Extract<Posting, { type: 'file' }>,
    standing: MessageRef[],
  ): Promise<RequestOutcome> {
    const tooBig = sizeRefusal(file.name, file.bytes)
    if (tooBig !== null) return { type: 'refused', reason: tooBig }
    const bytes = await readFile(channel, file.objectKey)
    if (typeof bytes === 'string') return { type: 'unsent', reason: `${file.name} could not be read: ${bytes}` }
    if (bytes === null) return { type: 'refused', reason: `${file.name} is not kept any more.` }
    const refusal = sizeRefusal(file.name, bytes.byteLength)
    if (refusal !== null) return { type: 'refused', reason: refusal }
    const upload = { name: file.name, mediaType: file.mediaType, bytes, caption }
    const [ref] = standing
    if (ref !== undefined) {
      const replaced = await replaceUpload(channel, ref, upload)
      if (!replaced.ok && replaced.outcome.type !== 'refused') return replaced.outcome
      if (replaced.ok) return (await takeAwayFrom(channel, standing, 1))?.outcome ?? { type: 'delivered' }
      // What stands there can't become a file, so it makes room for one.
      await takeAway(channel, ref)
      standing.shift()
    }
    const options = silent ? { disable_notification: true as const } : {}
    const reply = to === null ? {} : { reply_parameters: replyTo(to) }
    let sent = await sendUpload(channel, upload, { ...options, ...reply })
    if (!sent.ok && refusedForm(sent.error) === 'reply') sent = await sendUpload(channel, upload, options)
    if (!sent.ok) return sent.outcome
    standing.unshift(sent.value)
    return (await takeAwayFrom(channel, standing, 1))?.outcome ?? { type: 'delivered' }
  }

  /** The bytes, null where there are none, or why they could not be read now. */
  async function readFile({ signal }: Channel, key: string): Promise<Uint8Array | string | null> {
    const late = new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('no time is left')))
    try {
      return await Promise.race([deps.objects.get(key), late])
    } catch (error) {
      return messageOf(error)
    }
  }

  async function fleeting(place: Place, call: (channel: Channel) => Promise<unknown>): Promise<Tried<null>> {
    const api = deps.api(place.bot)
    if (api === null) return { ok: false, outcome: { type: 'broken_bot', reason: 'no token' }, error: null }
    return withChannel(clock, FLEETING_MS, api, place, (channel) => tryRepeatable(() => call(channel)))
  }

  return {
    deliver,
    showActivity: async (place) => {
      if (!known.activity(place)) return
      const shown = await fleeting(place, ({ raw, chat_id, thread, signal }) =>
        raw.sendChatAction({ chat_id, ...thread, action: 'typing' }, signal),
      )
      if (!shown.ok) known.activityRefused(place)
    },
    showDraft: async (place, draft, text) => {
      const api = deps.api(place.bot)
      if (api === null || !known.drafts(place.bot)) return false
      return withChannel(clock, FLEETING_MS, api, place, (channel) => showDraft(channel, known, draft, text))
    },
    renameTopic: async (place, title) => {
      const name = shorten(cleanText(title).replaceAll('\n', ' ').trim(), LONGEST_TOPIC_NAME)
      if (place.topic === null || !isVisible(name)) return false
      const message_thread_id = Number(place.topic)
      const renamed = await fleeting(place, ({ raw, chat_id, signal }) =>
        raw.editForumTopic({ chat_id, message_thread_id, name }, signal),
      )
      return renamed.ok
    },
    username: deps.username,
  }
}

async function react(
  { raw, chat_id, signal }: Channel,
  { to, emoji }: Extract<Posting, { type: 'reaction' }>,
): Promise<RequestOutcome> {
  const known = emoji === null ? null : toReactionEmoji(emoji)
  if (emoji !== null && known === null) return { type: 'refused', reason: `Telegram knows no reaction ${emoji}.` }
  const reaction = known === null ? [] : [{ type: 'emoji' as const, emoji: known }]
  const message_id = toMessageId(to)
  return outcomeOf(await tryRepeatable(() => raw.setMessageReaction({ chat_id, message_id, reaction }, signal)))
}

function answerTap(
  { raw, signal }: Channel,
  { tap, text, loud }: Extract<Posting, { type: 'tap_answer' }>,
): Promise<Tried<null>> {
  const said = text === null ? '' : shorten(cleanText(text).trim(), LONGEST_TAP_ANSWER)
  const words = isVisible(said) ? { text: said, show_alert: loud } : {}
  return tryRepeatable(() => raw.answerCallbackQuery({ callback_query_id: tap, ...words }, signal))
}

function outcomeOf(tried: Tried<unknown>): RequestOutcome {
  return tried.ok ? { type: 'delivered' } : tried.outcome
}
