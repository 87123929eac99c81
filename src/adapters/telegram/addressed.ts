// Whether a message in a group is meant for this bot.
import type { Message, MessageEntity } from 'grammy/types'
import type { BotId } from '../../core/vocabulary/place.ts'
import { topicOf } from './update.ts'

export type BotAccount = {
  readonly id: BotId
  /** Without the @. */
  readonly username: string
}

/** By a command for it, a mention, or a reply to one of its messages. A direct chat is its own anyway. */
export function isAddressed(message: Message, bot: BotAccount): boolean {
  if (message.chat.type === 'private') return true
  // What somebody else wrote elsewhere was not meant for this bot, whoever is named in it.
  if (message.forward_origin === undefined) {
    const text = textOf(message)
    const command = commandOf(message)
    if (command !== null) return command.for === null || isSame(command.for, bot.username)
    if (entitiesOf(message).some((entity) => isOwnMention(text, entity, bot))) return true
  }
  return String(repliedTo(message)?.from?.id) === bot.id
}

/** The command that a message begins with, and whom it names; null where it begins with something else. */
export function commandOf(message: Message): { readonly name: string; readonly for: string | null } | null {
  const first = entitiesOf(message).find((entity) => entity.type === 'bot_command' && entity.offset === 0)
  if (first === undefined) return null
  const [name = '', bot] = textOf(message).slice(1, first.length).split('@')
  return { name, for: bot ?? null }
}

export function isOwnMention(text: string, entity: MessageEntity, bot: BotAccount): boolean {
  if (entity.type === 'text_mention') return String(entity.user.id) === bot.id
  if (entity.type !== 'mention') return false
  return isSame(text.slice(entity.offset + 1, entity.offset + entity.length), bot.username)
}

/** The message that a person replied to. In a topic every message points at the one that opened it, which means nothing. */
export function repliedTo(message: Message): Message | undefined {
  const replied = message.reply_to_message
  if (replied === undefined || replied.forum_topic_created !== undefined) return undefined
  return topicOf(message) === String(replied.message_id) ? undefined : replied
}

export function textOf(message: Message): string {
  return message.text ?? message.caption ?? ''
}

export function entitiesOf(message: Message): readonly MessageEntity[] {
  return (message.text === undefined ? message.caption_entities : message.entities) ?? []
}

/** Usernames are the same in any case. */
export function isSame(username: string, other: string): boolean {
  return username.toLowerCase() === other.toLowerCase()
}
