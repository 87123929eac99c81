// Who may use the bots: people who were let in, and people who ask to be.
import type { UserId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Principal } from '../vocabulary/principal.ts'

export type Member = {
  readonly userId: UserId
  readonly role: Principal['role']
  readonly name: string
  readonly since: Date
}

export type PairingRequest = {
  readonly userId: UserId
  readonly name: string
  /** What the person shows the owner; unguessable enough for its hour. */
  readonly code: string
  readonly place: Place
  readonly expiresAt: Date
}

export interface MemberStore {
  find(userId: UserId): Promise<Member | null>
  list(): Promise<readonly Member[]>
  /** Lets in, or changes role and name. */
  put(member: Member): Promise<void>
  /** False when there was none. */
  remove(userId: UserId): Promise<boolean>
  /**
   * Asks to be let in. A person with an open request gets that one back; `too_many` when `cap` others are open already.
   */
  ask(
    request: PairingRequest,
    cap: number,
    now: Date,
  ): Promise<{ readonly type: 'asked' | 'open'; readonly request: PairingRequest } | { readonly type: 'too_many' }>
  /** The open request of that code, taken: exactly once. Null when unknown or expired. */
  takeRequest(code: string, now: Date): Promise<PairingRequest | null>
  requests(now: Date): Promise<readonly PairingRequest[]>
}
