// Which ids at which interfaces are one person: linked by that person on both sides, and by nobody else.
import type { UserId } from '../vocabulary/ids.ts'

export interface IdentityStore {
  /** The person behind an id: the id itself where nothing is linked. */
  personOf(userId: UserId): Promise<UserId>
  /** All ids of the person behind an id, that person's own first; the id alone where nothing is linked. */
  idsOf(userId: UserId): Promise<readonly UserId[]>
  /** A code that links `userId` to whoever uses it. Replaces an earlier one of the same id. */
  offerLink(userId: UserId, code: string, expiresAt: Date): Promise<void>
  /** Uses up the code: from now on `by` and the id that offered it are one person. Null when unknown, used, or expired. */
  takeLink(code: string, by: UserId, now: Date): Promise<UserId | null>
  /** The id is a person of its own again. False when it was not linked. */
  unlink(userId: UserId): Promise<boolean>
}
