// Who somebody is: an owner by configuration or record, a member who was let in, or nobody here.
import type { ChatAuthor } from '../vocabulary/chat-message.ts'
import type { Member, MemberStore } from '../ports/member-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import type { ConversationDeps, ConversationSettings } from './deps.ts'
import { namesOf } from './names.ts'
import { oneLine } from './visible.ts'
import type { Role, Visitor } from './visit.ts'

export type OwnersDeps = {
  readonly members: Pick<MemberStore, 'list'>
  readonly settings: Pick<ConversationSettings, 'owners'>
}

const NAME = 60

/** Null for people who were not let in. */
export async function roleOf(deps: ConversationDeps, userId: UserId): Promise<Role | null> {
  if (deps.settings.owners.includes(userId)) return 'owner'
  const role = (await deps.members.find(userId))?.role
  return role === 'owner' || role === 'member' ? role : null
}

/** Somebody who may act here, with whatever other ids they linked; null for people who were not let in. */
export async function visitorOf(deps: ConversationDeps, userId: UserId): Promise<Visitor | null> {
  const role = await roleOf(deps, userId)
  if (role === null) return null
  return role === 'owner' ? { userId, role } : { userId, role, ids: await deps.identities.idsOf(userId) }
}

/**
 * Owners by configuration have no record of their own: they get one that gives them nothing but the name under which others read of
 * what they did. `known` holds those for whom there is nothing to do; it is added to.
 */
export async function rememberOwner(deps: ConversationDeps, author: ChatAuthor, known: Set<UserId>): Promise<void> {
  const { userId, name } = author
  if (known.has(userId) || !deps.settings.owners.includes(userId)) return
  if ((await deps.members.find(userId)) === null)
    await deps.members.put({ userId, role: 'guest', name: shownName(name), since: deps.clock.now() })
  known.add(userId)
}

/** As people may be shown it, plain; an id where no name is known. */
export async function nameOf(deps: ConversationDeps, userId: UserId): Promise<string> {
  return (await namesOf(deps.members, [userId]))(userId)
}

export function shownName(name: string): string {
  return oneLine(name, NAME) || 'somebody'
}

/** By configuration or by record, each once. */
export async function ownerIds(deps: OwnersDeps): Promise<readonly UserId[]> {
  const recorded = (await deps.members.list()).filter((member: Member) => member.role === 'owner')
  return [...new Set([...deps.settings.owners, ...recorded.map((member) => member.userId)])]
}

/** The direct chats of everybody who owns the platform and is known to the place's interface: a person's own id names their chat. */
export async function ownersChats(deps: OwnersDeps, place: Place): Promise<readonly Place[]> {
  const prefix = `${place.interface}:`
  return (await ownerIds(deps))
    .filter((userId) => userId.startsWith(prefix))
    .map((userId) => ({ ...place, chat: userId.slice(prefix.length), topic: null }))
}
