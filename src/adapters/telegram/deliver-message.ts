// Makes a message stand in a chat: as one or several of Telegram's, new or in the place of those that stand there.
import type { ForceReply, InlineKeyboardMarkup } from 'grammy/types'
import type { MessageRef } from '../../core/vocabulary/place.ts'
import type { Posting } from '../../core/vocabulary/post.ts'
import { refusedForm } from './api-outcome.ts'
import type { RequestOutcome } from './api-outcome.ts'
import { digestOf } from './known-of-bots.ts'
import type { KnownOfBots } from './known-of-bots.ts'
import { renderContent } from './render/render-content.ts'
import type { Form, Rendered, RenderedMessage } from './render/render-content.ts'
import type { WholeText } from './render/whole-text.ts'
import { toMessageId, toRef, tryOnce, tryRepeatable } from './request.ts'
import type { Channel, Tried } from './request.ts'
import { takeAway, takeAwayFrom } from './take-away.ts'
import { isUnknownMethodError } from './unknown-method.ts'
import { replaceUpload, sendUpload } from './upload.ts'
import type { SendOptions } from './upload.ts'

export type MessagePosting = Extract<Posting, { type: 'message' }>
type Failed = Extract<Tried<null>, { ok: false }>

const WORSE: Readonly<Record<Form, Form | null>> = { rich: 'entities', entities: 'plain', plain: null }

/** Answers of a server that knows the bot: then an unknown method was unknown, and not the bot behind it. */
const KNOWS_THE_BOT: ReadonlySet<RequestOutcome['type']> = new Set([
  'slow_down',
  'closed',
  'missing',
  'topic_missing',
  'moved',
])

/**
 * Changes `standing` as it goes, so that it holds what stands there also where it ends half-way. Tries worse forms only
 * where a better one is refused, which leaves nothing behind.
 */
export async function deliverMessage(
  channel: Channel,
  known: KnownOfBots,
  posting: MessagePosting,
  standing: MessageRef[],
): Promise<RequestOutcome> {
  const { bot } = channel.place
  const fresh = standing.length === 0
  let form = known.form(bot)
  let urlButtons = true
  let asReply = true
  let richRefusal: 'unknown_method' | 'form' | null = null
  for (;;) {
    const rendered = renderContent(posting.content, form, urlButtons)
    const failed = await show(channel, known, asReply ? posting : { ...posting, replyTo: null }, rendered, standing)
    if (failed === null) break
    const refused = refusedForm(failed.error)
    if ((refused === 'buttons' && urlButtons) || (refused === 'reply' && asReply)) {
      urlButtons &&= refused !== 'buttons'
      asReply &&= refused !== 'reply'
      continue
    }
    const next = WORSE[form]
    if (refused === null || next === null || (refused === 'unknown_method' && form !== 'rich')) {
      if (richRefusal === 'unknown_method' && KNOWS_THE_BOT.has(failed.outcome.type)) known.richRefused(bot, true)
      return failed.outcome
    }
    if (form === 'rich') richRefusal = refused === 'unknown_method' ? refused : 'form'
    form = next
  }
  // Only now it is certain that the form was the trouble.
  if (richRefusal !== null) known.richRefused(bot, richRefusal === 'unknown_method')
  await pin(channel, known, { pinned: posting.pinned, fresh }, standing[0])
  return { type: 'delivered' }
}

/** Null: everything stands as rendered, and nothing else. */
async function show(
  channel: Channel,
  known: KnownOfBots,
  posting: MessagePosting,
  rendered: Rendered,
  standing: MessageRef[],
): Promise<Failed | null> {
  const { messages, whole } = rendered
  for (let index = 0; index < messages.length;) {
    const message = messages[index]
    if (message === undefined) break
    const keyboard = index === messages.length - 1 ? rendered.keyboard : []
    const ref = standing[index]
    if (ref === undefined) {
      const sent = await send(channel, message, optionsOf(posting, index), markupOf(keyboard, posting, index, messages))
      if (!sent.ok) return sent
      standing.push(sent.value)
      known.shows(channel.place, sent.value, digestOfMessage(message, keyboard))
      index += 1
      continue
    }
    const edited = await edit(channel, known, ref, message, keyboard)
    if (edited.ok) index += 1
    else {
      const gone = edited.outcome.type === 'missing' || refusedForm(edited.error) === 'no_text'
      if (!gone) return edited
      // It was deleted, or can't be changed into this; then it must not stand there beside what replaces it.
      await takeAway(channel, ref)
      standing.splice(index, 1)
      if (standing.length === 0 && edited.outcome.type === 'missing') return edited
    }
  }
  const failed = whole === null ? null : await showWhole(channel, known, whole, messages.length, standing)
  return failed ?? (await takeAwayFrom(channel, standing, messages.length + (whole === null ? 0 : 1)))
}

async function send(
  { raw, chat_id, thread, signal }: Channel,
  message: RenderedMessage,
  options: SendOptions,
  reply_markup: InlineKeyboardMarkup | ForceReply | null,
): Promise<Tried<MessageRef>> {
  const common = { chat_id, ...thread, ...options, ...(reply_markup === null ? {} : { reply_markup }) }
  const sent = await tryOnce<{ readonly message_id: number }>(() =>
    message.type === 'rich'
      ? raw.sendRichMessage({ ...common, rich_message: { blocks: [...message.blocks] } }, signal)
      : raw.sendMessage({ ...common, ...textOf(message) }, signal),
  )
  return sent.ok ? { ok: true, value: toRef(sent.value) } : sent
}

async function edit(
  { raw, chat_id, place, signal }: Channel,
  known: KnownOfBots,
  ref: MessageRef,
  message: RenderedMessage,
  keyboard: Rendered['keyboard'],
): Promise<Tried<null>> {
  const digest = digestOfMessage(message, keyboard)
  if (known.shown(place, ref) === digest) return { ok: true, value: null }
  // Until an answer comes it may show the old or the new.
  known.shows(place, ref, null)
  const content = message.type === 'rich' ? { rich_message: { blocks: [...message.blocks] } } : textOf(message)
  const target = { chat_id, message_id: toMessageId(ref), reply_markup: { inline_keyboard: keyboard } }
  const edited = await tryRepeatable(() => raw.editMessageText({ ...target, ...content }, signal))
  if (edited.ok) known.shows(place, ref, digest)
  return edited
}

async function showWhole(
  channel: Channel,
  known: KnownOfBots,
  whole: WholeText,
  index: number,
  standing: MessageRef[],
): Promise<Failed | null> {
  const { place } = channel
  const upload = { ...whole, caption: '' }
  const digest = digestOf(whole.name, whole.bytes)
  const ref = standing[index]
  if (ref !== undefined) {
    if (known.shown(place, ref) === digest) return null
    known.shows(place, ref, null)
    const replaced = await replaceUpload(channel, ref, upload)
    if (replaced.ok) known.shows(place, ref, digest)
    else if (replaced.outcome.type === 'missing' || replaced.outcome.type === 'refused') {
      await takeAway(channel, ref)
      standing.splice(index, 1)
      return showWhole(channel, known, whole, index, standing)
    }
    return replaced.ok ? null : replaced
  }
  const sent = await sendUpload(channel, upload, { disable_notification: true })
  // The beginning stands in the chat, and a server without files takes no more.
  if (!sent.ok) return isUnknownMethodError(sent.error) ? null : sent
  standing.push(sent.value)
  known.shows(place, sent.value, digest)
  return null
}

/**
 * Silently, and only where it changes something. That it can't be pinned is no reason to say that it was not delivered. What
 * stands there was pinned when it was sent: doing it again would announce it again, or undo what a person did.
 */
async function pin(
  { raw, chat_id, place, signal }: Channel,
  known: KnownOfBots,
  { pinned, fresh }: { readonly pinned: boolean; readonly fresh: boolean },
  ref?: MessageRef,
) {
  if (ref === undefined || known.pinned(place, ref) === pinned || (pinned && !fresh)) return
  const message_id = toMessageId(ref)
  await tryRepeatable(() =>
    pinned
      ? raw.pinChatMessage({ chat_id, message_id, disable_notification: true }, signal)
      : raw.unpinChatMessage({ chat_id, message_id }, signal),
  )
  known.pin(place, ref, pinned)
}

function textOf({ text, entities }: Extract<RenderedMessage, { type: 'text' }>) {
  return {
    text,
    ...(entities.length === 0 ? {} : { entities: [...entities] }),
    link_preview_options: { is_disabled: true },
  }
}

/** Only the first of several messages answers and makes a sound. */
function optionsOf(posting: MessagePosting, index: number): SendOptions {
  return {
    ...(posting.silent || index > 0 ? { disable_notification: true } : {}),
    ...(posting.replyTo === null || index > 0 ? {} : { reply_parameters: replyTo(posting.replyTo) }),
  }
}

/** What was deleted meanwhile is not answered, but the answer is said all the same. */
export function replyTo(ref: MessageRef): NonNullable<SendOptions['reply_parameters']> {
  return { message_id: toMessageId(ref), allow_sending_without_reply: true }
}

function markupOf(
  keyboard: Rendered['keyboard'],
  posting: MessagePosting,
  index: number,
  messages: readonly RenderedMessage[],
): InlineKeyboardMarkup | ForceReply | null {
  const asks = posting.wantsReply && index === messages.length - 1
  if (keyboard.length > 0) return { inline_keyboard: keyboard, ...(asks ? { force_reply: true } : {}) }
  return asks ? { force_reply: true, selective: true } : null
}

function digestOfMessage(message: RenderedMessage, keyboard: Rendered['keyboard']): string {
  return digestOf(JSON.stringify([message, keyboard]))
}
