// What a bot can learn about a chat, and leaving it.
import type { ChatFullInfo, ChatMember, ChatPermissions } from '@grammyjs/types'
import { badRequest } from '../world/api-error.ts'
import { isInside } from '../world/members.ts'
import type { Chat } from '../world/model.ts'
import type { World } from '../world/world.ts'
import { integerParam } from './call.ts'
import type { Call, MethodTable } from './call.ts'
import { readChat } from './send-options.ts'

const GIFTS = {
  unlimited_gifts: true,
  limited_gifts: true,
  unique_gifts: true,
  premium_subscription: true,
  gifts_from_channels: true,
}

const PERMISSIONS: ChatPermissions = {
  can_send_messages: true,
  can_send_audios: true,
  can_send_documents: true,
  can_send_photos: true,
  can_send_videos: true,
  can_send_video_notes: true,
  can_send_voice_notes: true,
  can_send_polls: true,
  can_send_other_messages: true,
  can_add_web_page_previews: true,
  can_react_to_messages: true,
  can_change_info: false,
  can_invite_users: true,
  can_pin_messages: false,
  can_manage_topics: false,
}

export const chats: MethodTable = {
  getChat: (call) => fullInfo(call.world, readChat(call)),
  getChatMember: (call) => {
    const chat = readInside(call)
    const userId = integerParam(call.params, 'user_id') ?? 0
    return memberOf(call.world, chat, userId)
  },
  getChatAdministrators: (call) => {
    const chat = readInside(call)
    if (chat.userId !== undefined) throw badRequest('there are no administrators in the private chat')
    const admins = []
    for (const member of chat.members.values()) {
      const isOtherBot = member.user.is_bot && member.user.id !== call.bot.id
      if (!isOtherBot && (member.status === 'creator' || member.status === 'administrator')) admins.push(member)
    }
    return admins
  },
  getChatMemberCount: (call) => [...readInside(call).members.values()].filter(isInside).length,
  leaveChat: (call) => {
    const chat = readInside(call)
    if (chat.userId !== undefined) throw badRequest("chat member status can't be changed in private chats")
    call.world.setMember(chat, { status: 'left', user: call.bot.user }, call.bot.id)
    return true
  },
}

/** A chat the bot is in: members and their number are nobody else's business. */
function readInside(call: Call): Chat {
  const chat = readChat(call)
  if (chat.userId === undefined) call.world.assertInside(call.bot, chat)
  return chat
}

function memberOf(world: World, chat: Chat, userId: number): ChatMember {
  const known = chat.members.get(userId)
  if (known !== undefined) return known
  const account = world.users.get(userId) ?? world.bots.get(userId)
  if (account === undefined) throw badRequest('user not found')
  return { status: 'left', user: account.user }
}

function fullInfo(world: World, chat: Chat): ChatFullInfo {
  const pinnedId = chat.pinned.at(-1)
  const pinned = pinnedId === undefined ? undefined : world.message(chat, pinnedId)
  const common = {
    accent_color_id: Math.abs(chat.id) % 7,
    max_reaction_count: 11,
    accepted_gift_types: GIFTS,
    ...(pinned === undefined ? {} : { pinned_message: world.toWire(pinned) }),
  }
  const { wire } = chat
  const names = wire.username === undefined ? {} : { active_usernames: [wire.username] }
  switch (wire.type) {
    case 'private':
      return { ...wire, ...common, ...names }
    case 'group':
      return { ...wire, ...common, permissions: PERMISSIONS }
    case 'supergroup':
      return { ...wire, ...common, ...names, permissions: PERMISSIONS }
    case 'channel':
      return { ...wire, ...common, ...names }
  }
}
