// What all sending methods share: where to, in which topic, in reply to what, with which keyboard.
import type { BotAccount, Chat, SendOptions } from '../world/model.ts'
import type { Call } from './call.ts'

export type SendTarget = { readonly bot: BotAccount; readonly chat: Chat; readonly options: SendOptions }

/**
 * Reads chat_id, message_thread_id, reply_parameters (and reply_to_message_id), reply_markup, disable_notification.
 * Throws the Bot API's error for each that is wrong, in Telegram's order: chat, rights, topic, reply, keyboard.
 */
export type ReadSendTarget = (call: Call) => SendTarget
