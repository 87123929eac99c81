// What a credential with a good signature is worth at this moment: whether it is on record, and what its person is by now.
import { capScopes, lesser, roleNow, worthNow } from '../../core/access/scopes.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { CredentialStore } from '../../core/ports/credential-store.ts'
import type { IdentityStore } from '../../core/ports/identity-store.ts'
import type { MemberStore } from '../../core/ports/member-store.ts'
import type { TaskSignals } from '../../core/ports/task-signals.ts'
import type { CredentialKind, CredentialRecord } from '../../core/vocabulary/credential.ts'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import type { Principal } from '../../core/vocabulary/principal.ts'
import type { Claims } from './tokens.ts'

/** A principal, and all the ids of the person behind it, in the same order for each: what they see is theirs under all of them. */
export type Person = Principal & { readonly ids: readonly UserId[] }

export type CredentialCheck = {
  /**
   * Null where it is not on record, was revoked, or its person was shut out. What was found is looked at again after a second, and at
   * once after a `revoked` signal.
   */
  readonly worth: (claims: Claims, kind: CredentialKind) => Promise<Person | null>
  /** Calls back at once when the credential is revoked. Returns the way to stop that. */
  readonly onRevoked: (id: CredentialId, listener: () => void) => () => void
  readonly close: () => void
}

type CheckDeps = {
  readonly credentials: Pick<CredentialStore, 'find'>
  readonly members: Pick<MemberStore, 'find'>
  readonly identities: Pick<IdentityStore, 'idsOf'>
  readonly signals: Pick<TaskSignals, 'subscribe'>
  readonly clock: Pick<Clock, 'now'>
}

type Found = { readonly record: CredentialRecord; readonly person: Person } | null

const TRUSTED_MS = 1_000
const MAX_TRUSTED = 5_000

export function createCredentialCheck(deps: CheckDeps, owners: readonly string[]): CredentialCheck {
  const trusted = new Map<CredentialId, { readonly found: Promise<Found>; readonly lookedAt: number }>()
  const listeners = new Map<CredentialId, Set<() => void>>()
  const unsubscribe = deps.signals.subscribe((signal) => {
    if (signal.type !== 'revoked') return
    trusted.delete(signal.credential)
    for (const listener of [...(listeners.get(signal.credential) ?? [])]) listener()
  })

  async function look(id: CredentialId): Promise<Found> {
    const record = await deps.credentials.find(id)
    if (record === null || record.revokedAt !== null) return null
    const [known, ids] = await Promise.all([roleNow(deps, owners, record.userId), deps.identities.idsOf(record.userId)])
    const principal = worthNow(record, known)
    if (principal === null) return null
    return { record, person: { ...principal, ids } }
  }

  function lookNowAndThen(id: CredentialId): Promise<Found> {
    const now = deps.clock.now().getTime()
    const known = trusted.get(id)
    if (known !== undefined && Math.abs(now - known.lookedAt) < TRUSTED_MS) return known.found
    const looked = { found: look(id), lookedAt: now }
    trusted.delete(id)
    trusted.set(id, looked)
    const forget = () => void (trusted.get(id) === looked && trusted.delete(id))
    // Only what is good is remembered: whoever tries what is not is looked up each time, and fills nothing.
    looked.found.then((found) => found === null && forget(), forget)
    for (const oldest of trusted.keys()) {
      if (trusted.size <= MAX_TRUSTED) break
      trusted.delete(oldest)
    }
    return looked.found
  }

  return {
    worth: async ({ id, principal, expiresAt }, kind) => {
      const found = await lookNowAndThen(id)
      if (found === null) return null
      const { record, person } = found
      // Signed with our key and yet not what we recorded: somebody else has the key.
      if (record.kind !== kind || record.userId !== principal.userId || record.expiresAt < expiresAt) return null
      // What was signed is the most that it is worth: the record and the person are rows that somebody may have changed.
      const role = lesser(person.role, principal.role)
      return { ...person, role, scopes: capScopes(role, person.scopes).filter((it) => principal.scopes.includes(it)) }
    },
    onRevoked: (id, listener) => {
      const own = () => listener()
      const known = listeners.get(id) ?? new Set()
      listeners.set(id, known.add(own))
      return () => {
        known.delete(own)
        if (known.size === 0 && listeners.get(id) === known) listeners.delete(id)
      }
    },
    close: unsubscribe,
  }
}
