// One-time login tokens: a hash goes in when a token is printed, and comes out once.
import type { UserId } from '../vocabulary/ids.ts'

export interface AccessStore {
  addLoginToken(hash: string, userId: UserId, expiresAt: Date): Promise<void>
  /** The user, exactly once; null when unknown, used or expired. Of callers that race one gets the user. */
  takeLoginToken(hash: string, now: Date): Promise<UserId | null>
}
