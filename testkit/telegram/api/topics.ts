// Topics: of forums, and of private chats with a bot that has them switched on.
import type { ForumTopic, Sticker } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import { hasRight } from '../world/members.ts'
import type { Chat, MessageContent, Topic } from '../world/model.ts'
import { hasTopics } from '../world/wire.ts'
import type { World } from '../world/world.ts'
import { integerParam, textParam } from './call.ts'
import type { Call, MethodTable } from './call.ts'
import { readChat } from './send-options.ts'

const MAX_NAME = 128
const COLORS = [0x6fb9f0, 0xffd67e, 0xcb86db, 0x8eee98, 0xff93b2, 0xfb6f5f]
/** Emoji of the icons that anyone may use, with the ids of their custom emoji. */
const ICONS = { '📰': '5434144690511290129', '💡': '5312536423851630001', '⚡️': '5312016608254762256' }

export const topics: MethodTable = {
  getForumTopicIconStickers: ({ world }) => iconStickers(world),
  createForumTopic: (call): ForumTopic => {
    const { world, bot, params } = call
    const chat = readTopicChat(call)
    if (chat.userId === undefined && !hasRight(chat, bot.id, 'can_manage_topics')) {
      throw badRequest('not enough rights to create a topic')
    }
    const name = readName(call)
    if (name === '') throw badRequest('TOPIC_TITLE_EMPTY')
    const iconColor = integerParam(params, 'icon_color') ?? COLORS[0] ?? 0
    if (!COLORS.includes(iconColor)) throw badRequest('invalid icon color specified')
    const iconCustomEmojiId = readIcon(call)
    const icon = iconCustomEmojiId === undefined ? {} : { icon_custom_emoji_id: iconCustomEmojiId }
    // A topic's id is that of the message that says it was made, so the topic is there before its message.
    const id = (chat.bot ?? chat).lastMessageId + 1
    const topic: Topic = {
      id,
      name,
      iconColor,
      ...(iconCustomEmojiId === undefined ? {} : { iconCustomEmojiId }),
      closed: false,
      hidden: false,
    }
    chat.topics.set(id, topic)
    const created = { name, icon_color: iconColor, ...icon }
    world.sendService(chat, bot.id, { forum_topic_created: created }, id)
    world.emit({ type: 'topic', chat, topic, change: 'created' })
    return { message_thread_id: id, ...created }
  },
  editForumTopic: (call) => {
    const chat = readTopicChat(call)
    const topic = readTopic(call, chat)
    assertMayManage(call, chat, topic, 'edit')
    const name = readName(call)
    const icon = textParam(call.params, 'icon_custom_emoji_id') === '' ? '' : readIcon(call)
    const newName = name === '' || name === topic.name ? {} : { name }
    const newIcon = icon === undefined || icon === (topic.iconCustomEmojiId ?? '') ? {} : { icon_custom_emoji_id: icon }
    const change = { ...newName, ...newIcon }
    if (Object.keys(change).length === 0) throw badRequest('TOPIC_NOT_MODIFIED')
    if (name !== '') topic.name = name
    if (icon === '') delete topic.iconCustomEmojiId
    else if (icon !== undefined) topic.iconCustomEmojiId = icon
    say(call, chat, topic, { forum_topic_edited: change }, 'edited')
    return true
  },
  closeForumTopic: (call) => setClosed(call, true),
  reopenForumTopic: (call) => setClosed(call, false),
  deleteForumTopic: (call) => {
    const { world, bot } = call
    const chat = readTopicChat(call)
    const topic = readTopic(call, chat)
    if (chat.userId === undefined && !hasRight(chat, bot.id, 'can_delete_messages')) {
      throw badRequest('not enough rights to delete the topic')
    }
    for (const message of chat.messages.values()) {
      if (message.threadId === topic.id) world.remove(message, bot.id)
    }
    chat.topics.delete(topic.id)
    world.emit({ type: 'topic', chat, topic, change: 'deleted' })
    return true
  },
  unpinAllForumTopicMessages: (call) => {
    const chat = readTopicChat(call)
    const topic = readTopic(call, chat)
    return unpin(call, chat, (threadId) => threadId === topic.id)
  },
  editGeneralForumTopic: (call) => {
    const { chat, general } = readGeneral(call)
    const name = readName(call)
    if (name === '') throw badRequest('TOPIC_TITLE_EMPTY')
    if (name === general.name) throw badRequest('TOPIC_NOT_MODIFIED')
    general.name = name
    say(call, chat, general, { forum_topic_edited: { name } }, 'edited')
    return true
  },
  closeGeneralForumTopic: (call) => {
    const { chat, general } = readGeneral(call)
    if (general.closed) throw badRequest('TOPIC_NOT_MODIFIED')
    general.closed = true
    say(call, chat, general, { forum_topic_closed: {} }, 'closed')
    return true
  },
  reopenGeneralForumTopic: (call) => {
    const { chat, general } = readGeneral(call)
    if (!general.closed) throw badRequest('TOPIC_NOT_MODIFIED')
    showGeneral(call, chat, general)
    general.closed = false
    say(call, chat, general, { forum_topic_reopened: {} }, 'reopened')
    return true
  },
  hideGeneralForumTopic: (call) => {
    const { chat, general } = readGeneral(call)
    if (general.hidden) throw badRequest('TOPIC_NOT_MODIFIED')
    general.hidden = true
    general.closed = true
    say(call, chat, general, { general_forum_topic_hidden: {} }, 'hidden')
    return true
  },
  unhideGeneralForumTopic: (call) => {
    const { chat, general } = readGeneral(call)
    if (!general.hidden) throw badRequest('TOPIC_NOT_MODIFIED')
    showGeneral(call, chat, general)
    return true
  },
  unpinAllGeneralForumTopicMessages: (call) => {
    const chat = readForum(call)
    return unpin(call, chat, (threadId) => threadId === undefined)
  },
}

function readTopicChat(call: Call): Chat {
  const chat = readChat(call)
  call.world.assertWritable(call.bot, chat)
  if (!hasTopics(chat)) throw badRequest('the chat is not a forum')
  return chat
}

function readForum(call: Call): Chat {
  const chat = readTopicChat(call)
  if (chat.userId !== undefined) throw badRequest('method is available for supergroup chats only')
  return chat
}

function readTopic({ params }: Call, chat: Chat): Topic {
  const topic = chat.topics.get(integerParam(params, 'message_thread_id') ?? 0)
  if (topic === undefined) throw badRequest('TOPIC_ID_INVALID')
  return topic
}

/** In Telegram's way: cut at 128 characters, never refused for its length. Empty when it is absent. */
function readName({ params }: Call): string {
  const name = (textParam(params, 'name') ?? '').replace(/\s+/g, ' ').trim()
  return Array.from(name).slice(0, MAX_NAME).join('').trim()
}

function readIcon({ params }: Call): string | undefined {
  const icon = textParam(params, 'icon_custom_emoji_id')
  if (icon === undefined || icon === '') return undefined
  if (!/^\d{1,19}$/.test(icon)) throw badRequest('invalid custom emoji identifier specified')
  return icon
}

/** Administrators with the right, and whoever made the topic. */
function assertMayManage({ bot }: Call, chat: Chat, topic: Topic, what: string): void {
  const isCreator = chat.messages.get(topic.id)?.fromId === bot.id
  if (chat.userId !== undefined || isCreator || hasRight(chat, bot.id, 'can_manage_topics')) return
  throw badRequest(`not enough rights to ${what} the topic`)
}

function setClosed(call: Call, closed: boolean): true {
  const chat = readForum(call)
  const topic = readTopic(call, chat)
  assertMayManage(call, chat, topic, 'close or open')
  if (topic.closed === closed) throw badRequest('TOPIC_NOT_MODIFIED')
  topic.closed = closed
  const content: MessageContent = closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} }
  say(call, chat, topic, content, closed ? 'closed' : 'reopened')
  return true
}

function say({ world, bot }: Call, chat: Chat, topic: Topic, content: MessageContent, change: string): void {
  // General is no thread: what happens in it stands in the chat itself.
  world.sendService(chat, bot.id, content, generals.get(chat) === topic ? undefined : topic.id)
  world.emit({ type: 'topic', chat, topic, change })
}

function unpin({ world, bot }: Call, chat: Chat, isMeant: (threadId: number | undefined) => boolean): true {
  if (chat.userId === undefined && !hasRight(chat, bot.id, 'can_pin_messages')) {
    throw badRequest('not enough rights to manage pinned messages in the chat')
  }
  for (const messageId of chat.pinned.filter((id) => isMeant(chat.messages.get(id)?.threadId))) {
    chat.pinned.splice(chat.pinned.indexOf(messageId), 1)
    world.emit({ type: 'pin', chat, messageId, pinned: false })
  }
  return true
}

const GENERAL_ID = 1
const generals = new WeakMap<Chat, Topic>()

/** General is in every forum and in no list of topics. */
function readGeneral(call: Call): { readonly chat: Chat; readonly general: Topic } {
  const chat = readForum(call)
  if (!hasRight(chat, call.bot.id, 'can_manage_topics')) throw badRequest('not enough rights to edit the topic')
  const known = generals.get(chat)
  const iconColor = COLORS[0] ?? 0
  const general = known ?? { id: GENERAL_ID, name: 'General', iconColor, closed: false, hidden: false }
  generals.set(chat, general)
  return { chat, general }
}

function showGeneral(call: Call, chat: Chat, general: Topic): void {
  if (!general.hidden) return
  general.hidden = false
  say(call, chat, general, { general_forum_topic_unhidden: {} }, 'unhidden')
}

const stickers = new WeakMap<World, Sticker[]>()

function iconStickers(world: World): Sticker[] {
  const known = stickers.get(world)
  if (known !== undefined) return known
  const made = Object.entries(ICONS).map(([emoji, custom_emoji_id]): Sticker => {
    const bytes = new TextEncoder().encode(emoji)
    const file = world.files.add({ bytes, name: 'icon.tgs', mimeType: 'application/x-tgsticker', folder: 'stickers' })
    return {
      file_id: file.fileId,
      file_unique_id: file.fileUniqueId,
      type: 'custom_emoji',
      width: 512,
      height: 512,
      is_animated: true,
      is_video: false,
      emoji,
      set_name: 'Topics',
      custom_emoji_id,
      file_size: bytes.length,
    }
  })
  stickers.set(world, made)
  return made
}
