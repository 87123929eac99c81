// Stored things in the shapes of the Bot API.
import type { Chat as WireChat, Message, User } from '@grammyjs/types'
import type { Chat, StoredMessage } from './model.ts'
import type { WorldState } from './state.ts'

type RepliedMessage = NonNullable<Message['reply_to_message']>

export function accountUser(state: WorldState, id: number): User {
  const account = state.bots.get(id) ?? state.users.get(id)
  if (account === undefined) throw new Error(`There is no account ${id}.`)
  return account.user
}

/** As it is now, with the message it replies to unless that was deleted. */
export function messageToWire(state: WorldState, message: StoredMessage): Message {
  const repliedId = message.replyToId
  const replied = repliedId === undefined ? undefined : message.chat.messages.get(repliedId)
  if (replied === undefined || replied.deletedAt !== undefined) return withoutReply(state, message)
  // The type asks for the absence of a reply in the reply as a value; on the wire it is an absence.
  return { ...withoutReply(state, message), reply_to_message: withoutReply(state, replied) as RepliedMessage }
}

function withoutReply(state: WorldState, message: StoredMessage): Message {
  const { chat, threadId } = message
  const sender =
    chat.wire.type === 'channel' ? { sender_chat: chat.wire } : { from: accountUser(state, message.fromId) }
  return {
    message_id: message.id,
    ...sender,
    chat: chat.wire,
    date: message.date,
    ...(message.editDate === undefined ? {} : { edit_date: message.editDate }),
    ...(threadId === undefined ? {} : { message_thread_id: threadId }),
    ...(threadId !== undefined && hasTopics(chat) ? { is_topic_message: true } : {}),
    ...(message.quote === undefined ? {} : { quote: message.quote }),
    ...message.content,
    ...(message.inlineKeyboard === undefined ? {} : { reply_markup: message.inlineKeyboard }),
  }
}

/** A forum, or a private chat with a bot that has topics switched on. */
export function hasTopics(chat: Chat): boolean {
  return chat.wire.is_forum === true || chat.bot?.hasTopicsEnabled === true
}

export function privateWireChat(user: User): WireChat {
  return {
    id: user.id,
    type: 'private',
    first_name: user.first_name,
    ...(user.last_name === undefined ? {} : { last_name: user.last_name }),
    ...(user.username === undefined ? {} : { username: user.username }),
  }
}
