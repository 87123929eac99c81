// What a bot in a group gets to see: with privacy mode, only what is addressed to it and what happens to the chat.
import { isAdmin } from './members.ts'
import type { BotAccount, MessageContent, StoredMessage } from './model.ts'

const SAID: readonly (keyof MessageContent)[] = [
  'text',
  'rich_message',
  'animation',
  'audio',
  'document',
  'live_photo',
  'photo',
  'sticker',
  'video',
  'video_note',
  'voice',
  'contact',
  'dice',
  'poll',
  'venue',
  'location',
]

/** Nothing that anybody said: it only tells what happened to the chat. */
export function isService(content: MessageContent): boolean {
  return !SAID.some((field) => content[field] !== undefined)
}

/** For messages of users and of chats; no bot sees what bots write. */
export function botSees(bot: BotAccount, message: StoredMessage): boolean {
  const { chat, content } = message
  if (chat.userId !== undefined) return !bot.blockedBy.has(chat.userId)
  if (chat.wire.type === 'channel') return isAdmin(chat, bot.id)
  if (bot.canReadAllGroupMessages || isAdmin(chat, bot.id)) return true
  if (isService(content)) return true
  const replied = message.replyToId === undefined ? undefined : chat.messages.get(message.replyToId)
  return replied?.fromId === bot.id || isAddressed(bot, message)
}

function isAddressed(bot: BotAccount, message: StoredMessage): boolean {
  const { chat, content } = message
  const text = content.text ?? content.caption ?? ''
  const name = `@${bot.user.username.toLowerCase()}`
  for (const entity of content.entities ?? content.caption_entities ?? []) {
    const part = text.slice(entity.offset, entity.offset + entity.length).toLowerCase()
    if (entity.type === 'mention' && part === name) return true
    if (entity.type === 'text_mention' && entity.user.id === bot.id) return true
    if (entity.type !== 'bot_command') continue
    const at = part.indexOf('@')
    if (at >= 0 ? part.slice(at) === name : chat.lastBotId === undefined || chat.lastBotId === bot.id) return true
  }
  return false
}
