// Credentials on record: what is not here, or was revoked, is worth nothing however well it is signed.
import type { CredentialRecord } from '../vocabulary/credential.ts'
import type { CredentialId, UserId } from '../vocabulary/ids.ts'

export interface CredentialStore {
  /** Durable when it resolves. */
  add(credential: CredentialRecord): Promise<void>
  find(id: CredentialId): Promise<CredentialRecord | null>
  /** Newest first, those that ended more than 30 days ago left out; of everybody where `userId` is null. */
  list(userId: UserId | null): Promise<readonly CredentialRecord[]>
  /** False when there is none, or it was revoked before. */
  revoke(id: CredentialId, by: UserId, at: Date): Promise<boolean>
  /** Those of a person that were still good. */
  revokeAllOf(userId: UserId, by: UserId, at: Date): Promise<readonly CredentialId[]>
}
