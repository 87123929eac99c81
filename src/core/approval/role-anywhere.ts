// Who somebody is for the policy, under whichever of their names they ask.
import type { IdentityStore } from '../ports/identity-store.ts'
import type { MemberStore } from '../ports/member-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Principal } from '../vocabulary/principal.ts'

type RoleDeps = {
  readonly identities: Pick<IdentityStore, 'idsOf'>
  readonly members: Pick<MemberStore, 'find'>
  /** By configuration. */
  readonly owners: readonly UserId[]
}

/** The highest role that any of their linked identities has; a stranger is a guest. */
export async function roleAnywhere(
  { identities, members, owners }: RoleDeps,
  userId: UserId,
): Promise<Principal['role']> {
  const ids = [userId, ...(await identities.idsOf(userId))]
  if (ids.some((id) => owners.includes(id))) return 'owner'
  const roles = (await Promise.all(ids.map((id) => members.find(id)))).map((member) => member?.role)
  if (roles.includes('owner')) return 'owner'
  return roles.includes('member') ? 'member' : 'guest'
}
