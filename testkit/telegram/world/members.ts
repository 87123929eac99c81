// What a member of a chat is and may do there, read from their standing; what changes it is in membership.ts.
import type { ChatMember, ChatMemberAdministrator, User } from '@grammyjs/types'
import type { Chat } from './model.ts'

/** An administrator with every right a bot can have, in groups. */
export function administrator(user: User): ChatMemberAdministrator {
  return {
    status: 'administrator',
    user,
    can_be_edited: false,
    is_anonymous: false,
    can_manage_chat: true,
    can_delete_messages: true,
    can_manage_video_chats: true,
    can_restrict_members: true,
    can_promote_members: false,
    can_change_info: true,
    can_invite_users: true,
    can_pin_messages: true,
    can_manage_topics: true,
    can_post_stories: false,
    can_edit_stories: false,
    can_delete_stories: false,
    can_send_welcome_messages: false,
  }
}

export function isInside(member: ChatMember | undefined): boolean {
  if (member === undefined || member.status === 'left' || member.status === 'kicked') return false
  return member.status !== 'restricted' || member.is_member
}

export function isAdmin(chat: Chat, accountId: number): boolean {
  const status = chat.members.get(accountId)?.status
  return status === 'creator' || status === 'administrator'
}

/** The owner may everything; an administrator what the right says; others what the default permissions give: nothing. */
export function hasRight(
  chat: Chat,
  accountId: number,
  right: 'can_delete_messages' | 'can_pin_messages' | 'can_manage_topics' | 'can_restrict_members' | 'can_change_info',
): boolean {
  const member = chat.members.get(accountId)
  if (member?.status === 'creator') return true
  return member?.status === 'administrator' && member[right] === true
}
