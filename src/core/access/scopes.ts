// What a person may be given: the scopes of each role, and what is left of a credential when its person has become less.
import type { CredentialRecord } from '../vocabulary/credential.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { SCOPES } from '../vocabulary/principal.ts'
import type { Principal, Scope } from '../vocabulary/principal.ts'
import type { MemberStore } from '../ports/member-store.ts'

export type Role = Principal['role']

const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  owner: SCOPES,
  member: ['tasks:read', 'tasks:write', 'tasks:approve'],
  guest: ['tasks:read'],
}
const RANKS: Readonly<Record<Role, number>> = { guest: 0, member: 1, owner: 2 }
/** Ids that a chat gave out: whoever has one is let in, or nobody. */
const OF_A_CHAT = /^telegram:/

/** Those of the scopes that the role may carry, in the order given. */
export function capScopes(role: Role, scopes: readonly Scope[]): readonly Scope[] {
  return scopes.filter((scope) => ROLE_SCOPES[role].includes(scope))
}

/**
 * What the console may do: what its user may, but not act as a worker. Commands are for owners to approve; `tasks:approve` for somebody
 * else is what an owner puts into a token on purpose.
 */
export function sessionScopes(role: Role): readonly Scope[] {
  return ROLE_SCOPES[role].filter((scope) => scope !== 'worker' && (scope !== 'tasks:approve' || role === 'owner'))
}

/** What a person is at present; null for those whom nobody let in. */
export async function roleNow(
  deps: { readonly members: Pick<MemberStore, 'find'> },
  owners: readonly string[],
  userId: UserId,
): Promise<'owner' | 'member' | null> {
  if (owners.includes(userId)) return 'owner'
  const role = (await deps.members.find(userId))?.role
  return role === 'owner' || role === 'member' ? role : null
}

/**
 * What a credential is worth now: never more than it was issued for, nor than its person is. Null where they were shut out. A client of
 * the API that nobody ever let in is what an owner issued its token as, a member at the most.
 */
export function worthNow(
  record: Pick<CredentialRecord, 'kind' | 'userId' | 'role' | 'scopes'>,
  known: 'owner' | 'member' | null,
): Principal | null {
  if (known === null && (record.role === 'owner' || (record.kind === 'session' && OF_A_CHAT.test(record.userId))))
    return null
  const role = lesser(record.role, known ?? 'member')
  return { userId: record.userId, role, scopes: capScopes(role, record.scopes) }
}

/** Why a credential of this kind can't be issued for somebody who is `known`; one sentence, null where it can. */
export function issueProblem(
  wanted: { readonly userId: UserId; readonly role: Role; readonly scopes: readonly Scope[] },
  known: 'owner' | 'member' | null,
): string | null {
  const most = known ?? 'member'
  if (RANKS[wanted.role] > RANKS[most]) return `${wanted.userId} is no ${wanted.role}, so no credential can say so.`
  const beyond = wanted.scopes.filter((scope) => !ROLE_SCOPES[wanted.role].includes(scope))
  if (beyond.length === 0) return null
  return `A ${wanted.role} can't have ${beyond.join(', ')}: at most ${ROLE_SCOPES[wanted.role].join(', ')}.`
}

/** Of two roles the one that may less. */
export function lesser(one: Role, other: Role): Role {
  return RANKS[one] <= RANKS[other] ? one : other
}
