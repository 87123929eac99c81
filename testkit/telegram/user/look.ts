// From what the world stores to what a person sees.
import type { InlineKeyboardButton, KeyboardButton, MessageEntity, RichMessageButton } from '@grammyjs/types'
import type { Chat, Draft, MessageContent, ReplyMarkup, StoredMessage } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { richButtons, richTextToPlain, richToPlain } from './rich-plain.ts'
import type { SeenButton, SeenDraft, SeenMedia, SeenMessage } from './seen.ts'

export function messageToSeen(world: World, me: number, stored: StoredMessage): SeenMessage {
  const { content, chat } = stored
  const rich = content.rich_message?.blocks ?? null
  const edits = stored.versions.filter((version) => version.kind === 'edited')
  const service = serviceText(content)
  return {
    chat: chat.id,
    bot: chat.bot?.id ?? null,
    id: stored.id,
    topic: stored.threadId ?? null,
    from: { id: stored.fromId, name: nameOf(world, stored.fromId), isBot: world.bots.has(stored.fromId) },
    mine: stored.fromId === me,
    at: new Date(stored.versions[0]?.at ?? stored.date * 1000),
    editedAt: edits.length > 0 ? new Date(edits[edits.length - 1]?.at ?? 0) : null,
    version: 1 + edits.length,
    text: service ?? contentText(content),
    entities: contentEntities(content),
    rich,
    buttons: [
      ...(stored.inlineKeyboard?.inline_keyboard ?? []).map((row) => row.map(buttonToSeen)),
      ...richButtons(rich ?? []).map((row) => row.map(buttonToSeen)),
    ],
    media: mediaOf(content),
    album: content.media_group_id ?? null,
    replyTo: stored.replyToId ?? null,
    asksReply: [stored.keyboard, stored.inlineKeyboard].some(forcesReply),
    reactions: [...stored.reactions].flatMap(([from, reactions]) =>
      reactions.map((reaction) => ({ from, emoji: reaction.type === 'emoji' ? reaction.emoji : reaction.type })),
    ),
    pinned: chat.pinned.includes(stored.id),
    deleted: stored.deletedAt !== undefined,
    service: service !== null,
    wire: world.toWire(stored),
  }
}

export function draftToSeen(draft: Draft): SeenDraft {
  return {
    id: draft.id,
    bot: draft.bot.id,
    topic: draft.threadId ?? null,
    text: contentText(draft.content),
    entities: contentEntities(draft.content),
    rich: draft.content.rich_message?.blocks ?? null,
    canStop: draft.canStop,
  }
}

function forcesReply(markup: ReplyMarkup | undefined): boolean {
  return markup !== undefined && 'force_reply' in markup && markup.force_reply === true
}

/** Text, caption, or a rich message in plain words. */
export function contentText(content: MessageContent): string {
  if (content.rich_message !== undefined) return richToPlain(content.rich_message.blocks)
  return content.text ?? content.caption ?? ''
}

export function nameOf(world: World, id: number): string {
  const user = world.bots.get(id)?.user ?? world.users.get(id)?.user
  return user?.first_name ?? `#${id}`
}

export function titleOf(chat: Chat): string {
  if (chat.bot !== undefined) return chat.bot.user.first_name
  return chat.wire.title ?? `${chat.id}`
}

/** The keys of a reply keyboard; none for what is no keyboard. */
export function keyboardRows(markup: ReplyMarkup | undefined): readonly (readonly Exclude<KeyboardButton, string>[])[] {
  if (markup === undefined || !('keyboard' in markup)) return []
  return markup.keyboard.map((row) => row.map((key) => (typeof key === 'string' ? { text: key } : key)))
}

function contentEntities(content: MessageContent): readonly MessageEntity[] {
  return content.entities ?? content.caption_entities ?? []
}

function buttonToSeen(button: InlineKeyboardButton | RichMessageButton): SeenButton {
  return {
    text: richTextToPlain(button.text),
    disabled: 'disabled' in button,
    ...('callback_data' in button && { data: button.callback_data }),
    ...('url' in button && { url: button.url }),
    ...('copy_text' in button && { copyText: button.copy_text.text }),
    ...(button.style !== undefined && button.style !== 'link' && { style: button.style }),
  }
}

const SINGLE = ['document', 'voice', 'audio', 'video', 'video_note', 'animation', 'sticker'] as const

function mediaOf(content: MessageContent): SeenMedia | null {
  const photo = content.photo?.at(-1)
  if (photo !== undefined) return { type: 'photo', fileId: photo.file_id, size: photo.file_size ?? 0 }
  // An animation is also given as a document: the more exact word wins.
  const type = content.animation === undefined ? SINGLE.find((name) => content[name] !== undefined) : 'animation'
  const file = type && content[type]
  if (type === undefined || file === undefined) return null
  return {
    type,
    fileId: file.file_id,
    size: file.file_size ?? 0,
    ...('file_name' in file && file.file_name !== undefined && { name: file.file_name }),
    ...('mime_type' in file && file.mime_type !== undefined && { mimeType: file.mime_type }),
  }
}

/** Null for messages that somebody wrote. */
function serviceText(content: MessageContent): string | null {
  if (content.pinned_message !== undefined) return 'pinned a message'
  if (content.new_chat_members !== undefined)
    return `added ${content.new_chat_members.map((user) => user.first_name).join(', ')}`
  if (content.left_chat_member !== undefined) return `removed ${content.left_chat_member.first_name}`
  if (content.new_chat_title !== undefined) return `named the chat "${content.new_chat_title}"`
  if (content.forum_topic_created !== undefined) return `made the topic "${content.forum_topic_created.name}"`
  if (content.forum_topic_edited !== undefined) return `changed the topic "${content.forum_topic_edited.name ?? ''}"`
  if (content.managed_bot_created !== undefined)
    return `made the bot @${content.managed_bot_created.bot.username ?? content.managed_bot_created.bot.id}`
  const plain = PLAIN_SERVICE.find(([field]) => content[field] !== undefined)
  return plain === undefined ? null : plain[1]
}

const PLAIN_SERVICE = [
  ['forum_topic_closed', 'closed the topic'],
  ['forum_topic_reopened', 'opened the topic again'],
  ['general_forum_topic_hidden', 'hid the General topic'],
  ['general_forum_topic_unhidden', 'showed the General topic'],
  ['migrate_to_chat_id', 'turned the group into a supergroup'],
  ['migrate_from_chat_id', 'turned the group into this supergroup'],
  ['group_chat_created', 'made the group'],
  ['supergroup_chat_created', 'made the group'],
  ['channel_chat_created', 'made the channel'],
  ['delete_chat_photo', 'removed the photo'],
  ['new_chat_photo', 'changed the photo'],
  ['chat_owner_changed', 'changed the owner'],
  ['chat_owner_left', 'left, and was the owner'],
  ['message_auto_delete_timer_changed', 'changed how long messages live'],
] as const
