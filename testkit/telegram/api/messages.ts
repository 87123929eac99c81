// Sending and editing text, deleting, copying, forwarding, pinning: what happens to messages whatever they hold.
import { isDeepStrictEqual } from 'node:util'
import type { InlineKeyboardMarkup, LinkPreviewOptions, Message, MessageEntity } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import { hasRight } from '../world/members.ts'
import type { Chat, MessageContent, StoredMessage } from '../world/model.ts'
import { flagParam, integerParam, isJsonObject, jsonParam } from './call.ts'
import type { Call, MethodTable, Params } from './call.ts'
import { readCaption, readMessageText } from './formatted-text.ts'
import type { TextSource } from './formatted-text.ts'
import { readInlineKeyboard } from './reply-markup.ts'
import { readChat, readSendTarget } from './send-options.ts'
import { isService } from '../world/privacy.ts'

const DELETABLE_SECONDS = 48 * 60 * 60
const CAPTIONED: readonly (keyof MessageContent)[] = ['photo', 'document', 'video', 'audio', 'voice', 'animation']

export const messages: MethodTable = {
  sendMessage: (call) => {
    const { bot, chat, options, extra } = readSendTarget(call)
    const content = { ...textContent(call), ...extra }
    return textMessage(call.world.toWire(call.world.sendAsBot(bot, chat, content, options)))
  },
  editMessageText: (call) => {
    const message = messageToEdit(call)
    if (message.content.text === undefined && message.content.rich_message === undefined) {
      throw badRequest('there is no text in the message to edit')
    }
    return edited(call, message, textContent(call), textMessage)
  },
  editMessageCaption: (call) => {
    const message = messageToEdit(call)
    if (!CAPTIONED.some((field) => message.content[field] !== undefined)) {
      throw badRequest('there is no caption in the message to edit')
    }
    const { caption: _text, caption_entities: _entities, ...rest } = message.content
    return edited(call, message, { ...rest, ...captionContent(call) }, (wire) => wire)
  },
  editMessageReplyMarkup: (call) => {
    const message = messageToEdit(call)
    return edited(call, message, message.content, (wire) => wire)
  },
  deleteMessage: (call) => {
    const chat = readChat(call)
    const message = call.world.message(chat, readMessageId(call.params))
    if (message === undefined) throw badRequest('message to delete not found')
    assertDeletable(call, message)
    call.world.remove(message, call.bot.id)
    return true
  },
  deleteMessages: (call) => {
    const chat = readChat(call)
    const found = readIds(call.params).flatMap((id) => call.world.message(chat, id) ?? [])
    for (const message of found) assertDeletable(call, message)
    for (const message of found) call.world.remove(message, call.bot.id)
    return true
  },
  pinChatMessage: (call) => {
    const { world, bot } = call
    const chat = readPinnable(call)
    const message = world.message(chat, readMessageId(call.params))
    if (message === undefined) throw badRequest('message to pin not found')
    const index = chat.pinned.indexOf(message.id)
    if (index >= 0) chat.pinned.splice(index, 1)
    chat.pinned.push(message.id)
    world.emit({ type: 'pin', chat, messageId: message.id, pinned: true })
    world.sendService(chat, bot.id, { pinned_message: world.toWire(message) }, message.threadId)
    return true
  },
  unpinChatMessage: (call) => {
    const chat = readPinnable(call)
    const id = integerParam(call.params, 'message_id') ?? chat.pinned.at(-1)
    const index = id === undefined ? -1 : chat.pinned.indexOf(id)
    if (id === undefined || index < 0) throw badRequest('message to unpin not found')
    chat.pinned.splice(index, 1)
    call.world.emit({ type: 'pin', chat, messageId: id, pinned: false })
    return true
  },
  unpinAllChatMessages: (call) => {
    const chat = readPinnable(call)
    chat.pinned.splice(0)
    call.world.emit({ type: 'pin', chat, pinned: false })
    return true
  },
}

/** The message of an edit: there, the bot's own, and no service message. */
export function messageToEdit(call: Call): StoredMessage {
  if (call.params.values['inline_message_id'] !== undefined) throw badRequest('MESSAGE_ID_INVALID')
  const chat = readChat(call)
  const message = call.world.message(chat, readMessageId(call.params))
  if (message === undefined) throw badRequest('message to edit not found')
  const isOwn = message.fromId === call.bot.id || chat.wire.type === 'channel'
  if (!isOwn || isService(message.content)) throw badRequest("message can't be edited")
  call.world.assertWritable(call.bot, chat)
  return message
}

/** Makes the edit, with the keyboard of the call: without one, the message loses its own. Refuses what changes nothing. */
export function edited<M extends Message>(
  call: Call,
  message: StoredMessage,
  content: MessageContent,
  narrow: (wire: Message) => M,
): M & { edit_date: number } {
  const inlineKeyboard = readInlineKeyboard(call.params)
  const kept = { ...keptContent(message.content), ...content }
  if (isSame(kept, message.content) && isSame(inlineKeyboard, message.inlineKeyboard)) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    )
  }
  const keyboard: { inlineKeyboard?: InlineKeyboardMarkup } = inlineKeyboard === undefined ? {} : { inlineKeyboard }
  call.world.edit(message, call.bot.id, { content: kept, ...keyboard })
  return { ...narrow(call.world.toWire(message)), edit_date: message.editDate ?? message.date }
}

/** Caption of a call as content; nothing when there is none. */
export function captionContent(source: TextSource): MessageContent {
  const parsed = readCaption(source)
  const above: MessageContent = flagParam(source.params, 'show_caption_above_media')
    ? { show_caption_above_media: true }
    : {}
  if (parsed === undefined || parsed.text === '') return above
  return { caption: parsed.text, ...withEntities('caption_entities', parsed.entities), ...above }
}

/** 1 to 100 ids, rising, as copies and forwards want them. */
export function readIds(params: Params): readonly number[] {
  const given = jsonParam(params, 'message_ids', 'message identifiers')
  if (!Array.isArray(given)) throw badRequest('message identifiers are not specified')
  const ids = given.map(Number).filter(Number.isSafeInteger)
  if (ids.length === 0) throw badRequest('message identifiers are not specified')
  if (ids.length > 100) throw badRequest('too many message identifiers specified')
  return ids
}

function readMessageId(params: Params): number {
  const id = integerParam(params, 'message_id')
  if (id === undefined) throw badRequest('message identifier is not specified')
  return id
}

function textContent(call: Call): MessageContent {
  const { text, entities } = readMessageText(call)
  const preview = linkPreview(call.params)
  return {
    text,
    ...withEntities('entities', entities),
    ...(preview === undefined ? {} : { link_preview_options: preview }),
  }
}

function withEntities<N extends 'entities' | 'caption_entities'>(
  name: N,
  entities: MessageEntity[],
): Partial<Record<N, MessageEntity[]>> {
  const named: Partial<Record<N, MessageEntity[]>> = {}
  if (entities.length > 0) named[name] = entities
  return named
}

function linkPreview(params: Params): LinkPreviewOptions | undefined {
  const given = jsonParam(params, 'link_preview_options', 'link preview options')
  if (given === undefined) return flagParam(params, 'disable_web_page_preview') ? { is_disabled: true } : undefined
  if (!isJsonObject(given)) throw badRequest('object expected as link preview options')
  const options: LinkPreviewOptions = {}
  for (const flag of ['is_disabled', 'prefer_small_media', 'prefer_large_media', 'show_above_text'] as const) {
    if (given[flag] === true) options[flag] = true
  }
  if (typeof given['url'] === 'string' && given['url'] !== '') options.url = given['url']
  return Object.keys(options).length === 0 ? undefined : options
}

/** What an edit of the text or the media leaves as it is. */
function keptContent(content: MessageContent): MessageContent {
  const { has_protected_content, effect_id, external_reply, forward_origin } = content
  return {
    ...(has_protected_content === undefined ? {} : { has_protected_content }),
    ...(effect_id === undefined ? {} : { effect_id }),
    ...(external_reply === undefined ? {} : { external_reply }),
    ...(forward_origin === undefined ? {} : { forward_origin }),
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b)
}

function textMessage(wire: Message): Message.TextMessage {
  if (wire.text === undefined) throw new Error(`Message ${wire.message_id} has no text.`)
  return { ...wire, text: wire.text }
}

function assertDeletable(call: Call, message: StoredMessage): void {
  const { world, bot } = call
  const { chat } = message
  if (chat.userId === undefined && hasRight(chat, bot.id, 'can_delete_messages')) return
  if (message.fromId !== bot.id && chat.userId === undefined) throw badRequest("message can't be deleted")
  if (world.clock.unix() - message.date > DELETABLE_SECONDS) throw badRequest("message can't be deleted for everyone")
}

function readPinnable(call: Call): Chat {
  const chat = readChat(call)
  call.world.assertWritable(call.bot, chat)
  if (chat.userId === undefined && !hasRight(chat, call.bot.id, 'can_pin_messages')) {
    throw badRequest('not enough rights to manage pinned messages in the chat')
  }
  return chat
}
