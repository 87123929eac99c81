// Credentials: what a program or a browser shows to be believed; each is on record, and worth nothing once it is revoked.
import type { CredentialId, UserId } from './ids.ts'
import type { Principal, Scope } from './principal.ts'

export const CREDENTIAL_KINDS = ['token', 'session'] as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number]

export type CredentialRecord = {
  readonly id: CredentialId
  readonly kind: CredentialKind
  readonly userId: UserId
  readonly role: Principal['role']
  readonly scopes: readonly Scope[]
  /** What it is for, in its maker's words. */
  readonly label: string
  readonly issuedBy: UserId
  readonly issuedAt: Date
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  readonly revokedBy: UserId | null
}
