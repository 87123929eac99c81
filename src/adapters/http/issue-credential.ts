// A new token or session: recorded first, then signed and handed out, so that nothing goes around that can't be taken back.
import type { AuditRecorder } from '../../core/ports/audit-log.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { CredentialStore } from '../../core/ports/credential-store.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { TaskSignals } from '../../core/ports/task-signals.ts'
import type { CredentialKind, CredentialRecord } from '../../core/vocabulary/credential.ts'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import type { Principal } from '../../core/vocabulary/principal.ts'
import { signSession, signToken } from './tokens.ts'
import type { SigningKey } from './tokens.ts'

type IssueDeps = {
  readonly credentials: CredentialStore
  readonly recorder: AuditRecorder
  readonly ids: Ids
  readonly clock: Clock
}

export type Wanted = {
  readonly key: SigningKey
  readonly kind: CredentialKind
  readonly principal: Principal
  readonly label: string
  readonly issuedBy: UserId
  readonly ttlSeconds: number
}

const LABEL = 100

/** On record, durable and in the audit log when it resolves. Whether it may be issued is for the caller to have asked. */
export async function issueCredential(
  deps: IssueDeps,
  { key, kind, principal, label, issuedBy, ttlSeconds }: Wanted,
): Promise<{ readonly credential: CredentialRecord; readonly token: string }> {
  // Tokens tell whole seconds, and so does the record of them.
  const issuedAt = new Date(Math.floor(deps.clock.now().getTime() / 1_000) * 1_000)
  const credential: CredentialRecord = {
    id: deps.ids.next<CredentialId>(),
    kind,
    ...principal,
    label: shownLabel(label),
    issuedBy,
    issuedAt,
    expiresAt: new Date(issuedAt.getTime() + ttlSeconds * 1_000),
    revokedAt: null,
    revokedBy: null,
  }
  const { id, userId, role, scopes } = credential
  await deps.recorder.record(issuedBy, 'credential.issued', `${kind} ${id} of ${userId}`, {
    credential_id: id,
    user_id: userId,
    role,
    scopes,
    label: credential.label,
    expires_at: credential.expiresAt.toISOString(),
  })
  await deps.credentials.add(credential)
  const signed = kind === 'session' ? signSession : signToken
  return { credential, token: await signed({ key, principal, ttlSeconds, now: issuedAt, id }) }
}

type RevokeDeps = {
  readonly credentials: CredentialStore
  readonly signals: Pick<TaskSignals, 'publish'>
  readonly recorder: AuditRecorder
  readonly clock: Clock
}

/** Worth nothing at once, in this process and the others. False where there is none, or it was revoked before. */
export async function revokeCredential(deps: RevokeDeps, id: CredentialId, by: UserId): Promise<boolean> {
  if (!(await deps.credentials.revoke(id, by, deps.clock.now()))) return false
  deps.signals.publish({ type: 'revoked', credential: id })
  await deps.recorder.record(by, 'credential.revoked', id, { credential_id: id })
  return true
}

/** All that a person has. Returns how many those were. */
export async function revokeCredentialsOf(deps: RevokeDeps, userId: UserId, by: UserId): Promise<number> {
  const ids = await deps.credentials.revokeAllOf(userId, by, deps.clock.now())
  for (const credential of ids) deps.signals.publish({ type: 'revoked', credential })
  if (ids.length > 0)
    await deps.recorder.record(by, 'credential.revoked', `all of ${userId}`, { user_id: userId, credential_ids: ids })
  return ids.length
}

/** In one line, without what hides or turns text around. */
function shownLabel(label: string): string {
  return label
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LABEL)
    .toWellFormed()
}
