// Changes of membership and of the chat itself, with the updates and service messages that follow from them.
import type { ChatMember, ChatMemberUpdated } from '@grammyjs/types'
import { upgradedGroup } from './chats.ts'
import { isAdmin, isInside } from './members.ts'
import { push, sendService } from './messages.ts'
import type { BotAccount, Chat, UserAccount } from './model.ts'
import { privateChat } from './chats.ts'
import type { WorldState } from './state.ts'
import { accountUser } from './wire.ts'

export function setMember(state: WorldState, chat: Chat, member: ChatMember, byId: number): void {
  const { user } = member
  const old = chat.members.get(user.id) ?? { status: 'left', user }
  chat.members.set(user.id, member)
  if (user.is_bot && isInside(member)) chat.bots.add(user.id)
  state.emit({ type: 'member', chat, old, now: member })
  tellMembers(state, chat, old, member, byId)
  const came = isInside(member) && !isInside(old)
  const went = isInside(old) && !isInside(member)
  if (chat.wire.type !== 'channel' && chat.userId === undefined) {
    if (came) sendService(state, chat, byId, { new_chat_members: [user] })
    if (went) sendService(state, chat, byId, { left_chat_member: user })
  }
  // Only now, so that a bot sees its own farewell.
  if (user.is_bot && !isInside(member)) chat.bots.delete(user.id)
}

export function setBlocked(state: WorldState, bot: BotAccount, user: UserAccount, blocked: boolean): void {
  if (bot.blockedBy.has(user.id) === blocked) return
  if (blocked) bot.blockedBy.add(user.id)
  else bot.blockedBy.delete(user.id)
  const chat = privateChat(state, bot, user)
  const kicked: ChatMember = { status: 'kicked', user: bot.user, until_date: 0 }
  const inside: ChatMember = { status: 'member', user: bot.user }
  const [old, now] = blocked ? [inside, kicked] : [kicked, inside]
  chat.members.set(bot.id, now)
  state.emit({ type: 'member', chat, old, now })
  tellMembers(state, chat, old, now, user.id)
}

export function migrateGroup(state: WorldState, chat: Chat): Chat {
  if (chat.wire.type !== 'group' || chat.migratedTo !== undefined)
    throw new Error('Only a basic group can be upgraded.')
  const ownerId = [...chat.members.values()].find((member) => member.status === 'creator')?.user.id
  if (ownerId === undefined) throw new Error('The group has no owner.')
  const upgraded = upgradedGroup(state, chat)
  sendService(state, chat, ownerId, { migrate_to_chat_id: upgraded.id })
  sendService(state, upgraded, ownerId, { migrate_from_chat_id: chat.id })
  state.emit({ type: 'chat', chat: upgraded })
  return upgraded
}

function tellMembers(state: WorldState, chat: Chat, old: ChatMember, now: ChatMember, byId: number): void {
  const change: ChatMemberUpdated = {
    chat: chat.wire,
    from: accountUser(state, byId),
    date: state.clock.unix(),
    old_chat_member: old,
    new_chat_member: now,
  }
  for (const botId of chat.bots) {
    if (botId === now.user.id) push(state, botId, 'my_chat_member', change)
    else if (isAdmin(chat, botId)) push(state, botId, 'chat_member', change)
  }
}
