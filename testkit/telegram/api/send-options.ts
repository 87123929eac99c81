// What all sending methods share: where to, in which topic, in reply to what, with which keyboard.
import { badRequest } from '../world/api-error.ts'
import type { BotAccount, Chat, MessageContent, SendOptions, StoredMessage } from '../world/model.ts'
import { flagParam, integerParam, isJsonObject, jsonParam, textParam } from './call.ts'
import type { Call, JsonObject } from './call.ts'
import { readFormatted } from './formatted-text.ts'
import type { TextSource } from './formatted-text.ts'
import { readReplyMarkup } from './reply-markup.ts'

/** `extra` belongs to the content of whatever is sent: protection, effect, a reply into another chat. */
export type SendTarget = {
  readonly bot: BotAccount
  readonly chat: Chat
  readonly options: SendOptions
  readonly extra: MessageContent
}

/** The chat of the parameter, which must be there. Reads only; see `readSendTarget` for sends. */
export function readChat(call: Call, name = 'chat_id'): Chat {
  const chatId = textParam(call.params, name)
  if (chatId === undefined || chatId === '') throw badRequest(`${name} is empty`)
  return call.world.chatOf(call.bot, chatId)
}

/**
 * Reads chat_id, message_thread_id, reply_parameters (and reply_to_message_id), reply_markup, disable_notification.
 * Throws the Bot API's error for each that is wrong: chat, rights, reply, keyboard. The topic is checked on sending.
 */
export function readSendTarget(call: Call): SendTarget {
  const { world, bot, params } = call
  const chat = readChat(call)
  world.assertWritable(bot, chat)
  const threadId = integerParam(params, 'message_thread_id') || undefined
  const reply = readReply(call, chat)
  const replyMarkup = readReplyMarkup(params)
  const effect = chat.userId === undefined ? undefined : textParam(params, 'message_effect_id')
  return {
    bot,
    chat,
    options: {
      ...(threadId === undefined ? {} : { threadId }),
      ...reply.options,
      silent: flagParam(params, 'disable_notification'),
      ...(replyMarkup === undefined ? {} : { replyMarkup }),
    },
    extra: {
      ...reply.extra,
      ...(flagParam(params, 'protect_content') ? { has_protected_content: true } : {}),
      ...(effect === undefined || effect === '' ? {} : { effect_id: effect }),
    },
  }
}

function readReply(call: Call, chat: Chat): { readonly options: SendOptions; readonly extra: MessageContent } {
  const { world, params } = call
  const given = jsonParam(params, 'reply_parameters', 'reply parameters')
  if (given !== undefined && !isJsonObject(given)) throw badRequest('object expected as reply parameters')
  const legacyId = integerParam(params, 'reply_to_message_id')
  const reply: JsonObject = given ?? (legacyId === undefined ? {} : { message_id: legacyId })
  const inner = { values: reply, uploads: params.uploads }
  const replyToId = integerParam(inner, 'message_id')
  if (replyToId === undefined || replyToId === 0) return { options: {}, extra: {} }

  const chatId = textParam(inner, 'chat_id')
  const from = chatId === undefined ? chat : world.chatOf(call.bot, chatId)
  const replied = world.message(from, replyToId)
  if (replied === undefined) {
    const isOptional =
      flagParam(inner, 'allow_sending_without_reply') || flagParam(params, 'allow_sending_without_reply')
    if (isOptional) return { options: {}, extra: {} }
    throw badRequest('message to be replied not found')
  }
  const quote = readQuote({ world, params: inner }, replied)
  if (from === chat) return { options: { replyToId, ...quote }, extra: {} }
  return { options: { ...quote }, extra: { external_reply: externalReply(call, replied) } }
}

function readQuote(reply: TextSource, replied: StoredMessage): Pick<SendOptions, 'quote'> {
  const parsed = readFormatted(reply, 'quote', 'quote_entities', 'quote_parse_mode')
  if (parsed === undefined || parsed.text === '') return {}
  const text = replied.content.text ?? replied.content.caption ?? ''
  const wished = integerParam(reply.params, 'quote_position') ?? 0
  const position = text.startsWith(parsed.text, wished) ? wished : text.indexOf(parsed.text)
  if (position < 0) throw badRequest('QUOTE_TEXT_INVALID')
  const entities = parsed.entities.length === 0 ? {} : { entities: parsed.entities }
  return { quote: { text: parsed.text, ...entities, position, is_manual: true } }
}

function externalReply(call: Call, replied: StoredMessage): NonNullable<MessageContent['external_reply']> {
  const { chat, from } = call.world.toWire(replied)
  const isPublic = chat.type === 'supergroup' || chat.type === 'channel'
  const origin =
    from === undefined
      ? { type: 'chat' as const, date: replied.date, sender_chat: chat }
      : { type: 'user' as const, date: replied.date, sender_user: from }
  return { origin, ...(isPublic ? { chat, message_id: replied.id } : {}) }
}
