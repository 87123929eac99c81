// What people are called in chats: by the name under which they were let in.
import { PLATFORM } from '../task/decide.ts'
import { OWNER } from '../vocabulary/principal.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { MemberStore } from '../ports/member-store.ts'
import { oneLine } from './visible.ts'

/** Plain text, untrusted: escape it. */
export type NameOf = (userId: UserId) => string

const NAME_CHARACTERS = 40

/** Looks the names up beforehand; who is not among `userIds` is called by their id. */
export async function namesOf(members: MemberStore, userIds: Iterable<UserId>): Promise<NameOf> {
  const names = new Map<UserId, string>([
    [OWNER, 'the console'],
    [PLATFORM, 'Factotum'],
  ])
  const unknown = [...new Set(userIds)].filter((userId) => !names.has(userId))
  for (const member of await Promise.all(unknown.map((userId) => members.find(userId)))) {
    const name = member === null ? '' : oneLine(member.name, NAME_CHARACTERS)
    if (member !== null && name !== '') names.set(member.userId, name)
  }
  return (userId) => names.get(userId) ?? oneLine(userId, NAME_CHARACTERS)
}
