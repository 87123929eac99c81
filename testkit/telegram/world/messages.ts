// Messages: stored with every version, announced to whoever may see them.
import type { ReactionType, Update } from '@grammyjs/types'
import { badRequest } from './api-error.ts'
import { hasRight, isAdmin, isInside } from './members.ts'
import type {
  BotAccount,
  Chat,
  MessageContent,
  MessageVersion,
  SendOptions,
  StoredMessage,
  UpdateKind,
  UserAccount,
} from './model.ts'
import { botSees } from './privacy.ts'
import type { WorldState } from './state.ts'
import { accountUser, hasTopics, messageToWire } from './wire.ts'

export function sendAsBot(
  state: WorldState,
  bot: BotAccount,
  chat: Chat,
  content: MessageContent,
  options: SendOptions = {},
): StoredMessage {
  const threadId = options.threadId
  if (threadId !== undefined) {
    const topic = hasTopics(chat) ? chat.topics.get(threadId) : undefined
    if (topic === undefined) throw badRequest('message thread not found')
    if (topic.closed && !hasRight(chat, bot.id, 'can_manage_topics')) throw badRequest('TOPIC_CLOSED')
  }
  chat.lastBotId = bot.id
  for (const [key, shown] of chat.actions) {
    if (shown.bot === bot && shown.threadId === threadId) chat.actions.delete(key)
  }
  return store(state, chat, bot.id, content, options)
}

export function sendAsUser(
  state: WorldState,
  user: UserAccount,
  chat: Chat,
  content: MessageContent,
  options: SendOptions = {},
): StoredMessage {
  if (!isInside(chat.members.get(user.id))) throw new Error(`${user.user.first_name} is not in this chat.`)
  const message = store(state, chat, user.id, content, options)
  const kind = chat.wire.type === 'channel' ? 'channel_post' : 'message'
  announce(state, message, kind)
  return message
}

/** Something that happened in the chat, said by the chat itself: every bot inside sees it, even the one that did it. */
export function sendService(
  state: WorldState,
  chat: Chat,
  byId: number,
  content: MessageContent,
  threadId?: number,
): StoredMessage {
  const message = store(state, chat, byId, content, threadId === undefined ? {} : { threadId })
  announce(state, message, chat.wire.type === 'channel' ? 'channel_post' : 'message')
  return message
}

export function edit(
  state: WorldState,
  message: StoredMessage,
  byId: number,
  change: { readonly content: MessageContent; readonly inlineKeyboard?: StoredMessage['inlineKeyboard'] },
): void {
  message.content = change.content
  if (change.inlineKeyboard === undefined) delete message.inlineKeyboard
  else message.inlineKeyboard = change.inlineKeyboard
  message.editDate = state.clock.unix()
  const version = addVersion(state, message, 'edited', byId)
  state.emit({ type: 'edit', message, version })
  if (!state.bots.has(byId)) {
    announce(state, message, message.chat.wire.type === 'channel' ? 'edited_channel_post' : 'edited_message')
  }
}

export function remove(state: WorldState, message: StoredMessage, byId: number): boolean {
  if (message.deletedAt !== undefined) return false
  message.deletedAt = state.clock.now()
  addVersion(state, message, 'deleted', byId)
  const pin = message.chat.pinned.indexOf(message.id)
  if (pin >= 0) message.chat.pinned.splice(pin, 1)
  state.emit({ type: 'delete', message })
  return true
}

export function react(
  state: WorldState,
  message: StoredMessage,
  byId: number,
  reactions: readonly ReactionType[],
): void {
  const old = message.reactions.get(byId) ?? []
  if (JSON.stringify(old) === JSON.stringify(reactions)) return
  if (reactions.length === 0) message.reactions.delete(byId)
  else message.reactions.set(byId, reactions)
  state.emit({ type: 'reaction', message, byId, old, now: reactions })
  if (state.bots.has(byId)) return
  for (const botId of message.chat.bots) {
    const isTold = message.chat.userId !== undefined || isAdmin(message.chat, botId)
    if (!isTold) continue
    push(state, botId, 'message_reaction', {
      chat: message.chat.wire,
      message_id: message.id,
      user: accountUser(state, byId),
      date: state.clock.unix(),
      old_reaction: [...old],
      new_reaction: [...reactions],
    })
  }
}

export function push<K extends UpdateKind>(
  state: WorldState,
  botId: number,
  kind: K,
  payload: NonNullable<Update[K]>,
): void {
  state.queues.get(botId)?.push({ [kind]: payload }, kind)
}

function store(
  state: WorldState,
  chat: Chat,
  fromId: number,
  content: MessageContent,
  options: SendOptions,
): StoredMessage {
  const { replyMarkup, replyToId, quote } = options
  const replied = replyToId === undefined ? undefined : chat.messages.get(replyToId)
  const threadId = options.threadId ?? (replied === undefined ? undefined : threadOfReply(chat, replied))
  const inlineKeyboard = replyMarkup !== undefined && 'inline_keyboard' in replyMarkup ? replyMarkup : undefined
  const keyboard = replyMarkup !== undefined && !('inline_keyboard' in replyMarkup) ? replyMarkup : undefined
  const message: StoredMessage = {
    chat,
    id: nextMessageId(chat),
    fromId,
    date: state.clock.unix(),
    ...(threadId === undefined ? {} : { threadId }),
    ...(replyToId === undefined ? {} : { replyToId }),
    ...(quote === undefined ? {} : { quote }),
    silent: options.silent ?? false,
    content,
    ...(inlineKeyboard === undefined ? {} : { inlineKeyboard }),
    ...(keyboard === undefined ? {} : { keyboard }),
    versions: [],
    reactions: new Map(),
  }
  chat.messages.set(message.id, message)
  if (keyboard !== undefined && 'remove_keyboard' in keyboard) delete chat.keyboard
  else if (keyboard !== undefined) chat.keyboard = keyboard
  addVersion(state, message, 'sent', fromId)
  state.emit({ type: 'message', message })
  return message
}

/** A topic's reply stays in the topic; a supergroup without topics has a thread under each message that was replied to. */
function threadOfReply(chat: Chat, replied: StoredMessage): number | undefined {
  if (hasTopics(chat) || chat.wire.type !== 'supergroup') return replied.threadId
  return replied.threadId ?? replied.id
}

function nextMessageId(chat: Chat): number {
  const counter = chat.bot ?? chat
  counter.lastMessageId += 1
  return counter.lastMessageId
}

function addVersion(
  state: WorldState,
  message: StoredMessage,
  kind: MessageVersion['kind'],
  byId: number,
): MessageVersion {
  const { content, inlineKeyboard } = message
  const at = state.clock.now()
  const version = { at, kind, byId, content, ...(inlineKeyboard === undefined ? {} : { inlineKeyboard }) }
  message.versions.push(version)
  return version
}

function announce(
  state: WorldState,
  message: StoredMessage,
  kind: 'message' | 'edited_message' | 'channel_post' | 'edited_channel_post',
): void {
  const { chat } = message
  for (const botId of chat.bots) {
    const bot = state.bots.get(botId)
    if (bot === undefined || !botSees(bot, message)) continue
    const wire = messageToWire(state, message)
    state.queues.get(botId)?.push({ [kind]: wire }, kind)
  }
}
