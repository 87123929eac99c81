// Makes two ids of one person known as one: a code that is shown to the one id and given by the other.
import type { AuditRecorder } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import type { Ids } from '../ports/ids.ts'
import type { UserId } from '../vocabulary/ids.ts'

export type LinkDeps = {
  readonly identities: IdentityStore
  readonly recorder: AuditRecorder
  readonly clock: Clock
  readonly ids: Ids
}

/** `unknown`: never offered, used or too old. `same`: both ids were one person already. */
export type Linked =
  | { readonly type: 'linked'; readonly person: UserId; readonly ids: readonly UserId[] }
  | { readonly type: 'unknown' }
  | { readonly type: 'same'; readonly person: UserId }

export const LINK_MS = 60 * 60_000
const CODE_LENGTH = 16
const GROUP = 4

/** A code that holds once, within the hour, in groups of four letters. Only its hash is kept; a newer one of the same id replaces it. */
export async function offerLink(
  { identities, clock, ids }: LinkDeps,
  userId: UserId,
): Promise<{ readonly code: string; readonly expiresAt: Date }> {
  const code = ids.unguessable<string>().slice(0, CODE_LENGTH)
  const expiresAt = new Date(clock.now().getTime() + LINK_MS)
  await identities.offerLink(userId, hashOf(ids, code), expiresAt)
  return { code: (code.match(new RegExp(`.{1,${GROUP}}`, 'g')) ?? [code]).join('-'), expiresAt }
}

/**
 * Memory of the two is one from now on; conversations stay apart, and so does what each id may do. Of callers that race one has the code.
 * Case, spaces and dashes do not matter.
 */
export async function takeLink(
  { identities, recorder, clock, ids }: LinkDeps,
  code: string,
  by: UserId,
): Promise<Linked> {
  const before = await identities.idsOf(by)
  const person = await identities.takeLink(hashOf(ids, code), by, clock.now())
  if (person === null) return { type: 'unknown' }
  const now = await identities.idsOf(person)
  await recorder.record(by, 'person.changed', by, { change: 'linked', with: person })
  return now.length > before.length ? { type: 'linked', person, ids: now } : { type: 'same', person }
}

/** One of the person's own ids is a person of its own again. What was remembered while they were one stays with the others. */
export async function unlink(
  { identities, recorder }: Pick<LinkDeps, 'identities' | 'recorder'>,
  userId: UserId,
  by: UserId,
): Promise<'unlinked' | 'not_linked' | 'not_yours'> {
  const own = await identities.idsOf(by)
  if (!own.includes(userId)) return 'not_yours'
  if (own.length === 1) return 'not_linked'
  await recorder.record(by, 'person.changed', userId, { change: 'unlinked' })
  return (await identities.unlink(userId)) ? 'unlinked' : 'not_linked'
}

/** Another hash than that of a login or of an owner's link: none of them opens what the other is for. */
function hashOf(ids: Ids, code: string): string {
  return ids.digest(`link of identities\n${code.toLowerCase().replace(/[^a-z0-9]/g, '')}`)
}
