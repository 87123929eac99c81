// Chats: made, found by what a bot calls them, and whether a bot may write there.
import type { Chat as WireChat, ChatMember } from '@grammyjs/types'
import { badRequest, forbidden } from './api-error.ts'
import { administrator, isAdmin, isInside } from './members.ts'
import type { BotAccount, Chat, UserAccount } from './model.ts'
import type { WorldState } from './state.ts'
import { privateWireChat } from './wire.ts'

export type NewGroup = {
  readonly title: string
  /** Default 'supergroup'; a forum always is one. */
  readonly type?: 'group' | 'supergroup' | 'channel'
  readonly isForum?: boolean
  readonly username?: string
  /** The first one is the owner. */
  readonly members: readonly (UserAccount | BotAccount)[]
  readonly admins?: readonly (UserAccount | BotAccount)[]
}

export function privateChat(state: WorldState, bot: BotAccount, user: UserAccount): Chat {
  const key = `p${bot.id}:${user.id}`
  const known = state.privateChats.get(key)
  if (known !== undefined) return known
  const chat = {
    ...emptyChat(key, privateWireChat(user.user)),
    bot,
    userId: user.id,
  }
  chat.members.set(user.id, { status: 'member', user: user.user })
  chat.members.set(bot.id, { status: 'member', user: bot.user })
  chat.bots.add(bot.id)
  state.privateChats.set(key, chat)
  return chat
}

export function addGroup(state: WorldState, group: NewGroup): Chat {
  const type = group.isForum === true ? 'supergroup' : (group.type ?? 'supergroup')
  const id = newGroupId(state, type)
  const { title } = group
  const username = group.username === undefined ? {} : { username: group.username }
  const wire: WireChat =
    type === 'group'
      ? { id, type, title }
      : type === 'channel'
        ? { id, type, title, ...username }
        : { id, type, title, ...username, ...(group.isForum === true ? { is_forum: true } : {}) }
  const chat = emptyChat(`g${id}`, wire)
  for (const [index, { user }] of [...group.members, ...(group.admins ?? [])].entries()) {
    const isMember = index < group.members.length
    if (isMember && index > 0 && chat.members.has(user.id)) continue
    const member: ChatMember =
      index === 0
        ? { status: 'creator', user, is_anonymous: false }
        : isMember
          ? { status: 'member', user }
          : administrator(user)
    if (chat.members.get(user.id)?.status !== 'creator') chat.members.set(user.id, member)
    if (user.is_bot) chat.bots.add(user.id)
  }
  rememberGroup(state, chat)
  return chat
}

/** The same people and topics under the id of a supergroup. Messages stay where they were. */
export function upgradedGroup(state: WorldState, chat: Chat): Chat {
  const id = newGroupId(state, 'supergroup')
  const upgraded = emptyChat(`g${id}`, { id, type: 'supergroup', title: chat.wire.title ?? '' })
  for (const [accountId, member] of chat.members) upgraded.members.set(accountId, member)
  for (const botId of chat.bots) upgraded.bots.add(botId)
  chat.migratedTo = id
  rememberGroup(state, upgraded)
  return upgraded
}

export function chatOf(state: WorldState, bot: BotAccount, chatId: number | string): Chat {
  const id = typeof chatId === 'number' ? chatId : /^-?\d{1,15}$/.test(chatId.trim()) ? Number(chatId) : undefined
  if (id === undefined) {
    const name = String(chatId)
    const named = name.startsWith('@') ? state.chatUsernames.get(name.slice(1).toLowerCase()) : undefined
    if (named === undefined) throw badRequest('chat not found')
    return named
  }
  if (id > 0) return privateChatOf(state, bot, id)
  const chat = state.chats.get(id)
  if (chat === undefined || !(chat.members.has(bot.id) || chat.wire.username !== undefined)) {
    throw badRequest('chat not found')
  }
  if (chat.migratedTo !== undefined) {
    throw badRequest('group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo })
  }
  return chat
}

function privateChatOf(state: WorldState, bot: BotAccount, userId: number): Chat {
  const chat = state.privateChats.get(`p${bot.id}:${userId}`)
  if (chat !== undefined) return chat
  if (state.bots.has(userId)) throw forbidden("bot can't send messages to bots")
  const isKnown = [...state.chats.values()].some((group) => group.bots.has(bot.id) && group.members.has(userId))
  throw isKnown ? forbidden("bot can't initiate conversation with a user") : badRequest('chat not found')
}

export function assertWritable(state: WorldState, bot: BotAccount, chat: Chat): void {
  if (chat.userId !== undefined) {
    if (state.users.get(chat.userId)?.deactivated === true) throw forbidden('user is deactivated')
    if (bot.blockedBy.has(chat.userId)) throw forbidden('bot was blocked by the user')
    return
  }
  assertInside(bot, chat)
  const member = chat.members.get(bot.id)
  if (chat.wire.type === 'channel' && !isAdmin(chat, bot.id))
    throw badRequest('need administrator rights in the channel chat')
  if (member?.status === 'restricted' && !member.can_send_messages) {
    throw badRequest('not enough rights to send text messages to the chat')
  }
}

/** Of groups: the 403 of a bot that was kicked, left, or never was there. */
export function assertInside(bot: BotAccount, chat: Chat): void {
  const { type } = chat.wire
  const member = chat.members.get(bot.id)
  if (member?.status === 'kicked') throw forbidden(`bot was kicked from the ${type} chat`)
  if (!isInside(member)) throw forbidden(`bot is not a member of the ${type} chat`)
}

function newGroupId(state: WorldState, type: 'group' | 'supergroup' | 'channel'): number {
  if (type === 'group') return -state.nextNumber('group')
  return -1_000_000_000_000 - state.nextNumber('supergroup')
}

function rememberGroup(state: WorldState, chat: Chat): void {
  state.chats.set(chat.id, chat)
  if (chat.wire.username !== undefined) state.chatUsernames.set(chat.wire.username.toLowerCase(), chat)
}

function emptyChat(key: string, wire: WireChat): Chat {
  return {
    key,
    id: wire.id,
    wire,
    members: new Map(),
    bots: new Set(),
    messages: new Map(),
    topics: new Map(),
    pinned: [],
    drafts: new Map(),
    actions: new Map(),
    lastMessageId: 0,
  }
}
