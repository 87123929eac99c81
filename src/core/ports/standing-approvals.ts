// What people approved for good: "always this exact command". A person sees the rule before it holds.
import type { UserId } from '../vocabulary/ids.ts'

export type StandingApproval = {
  /** The digest of what is approved: kind and exact text. */
  readonly digest: string
  readonly subject: string
  /** Whose requests it holds for. */
  readonly userId: UserId
  readonly approvedBy: UserId
  readonly since: Date
}

export interface StandingApprovals {
  find(userId: UserId, digest: string): Promise<StandingApproval | null>
  /** One that is there stays as it is. */
  add(approval: StandingApproval): Promise<void>
  /** False when there was none. */
  remove(userId: UserId, digest: string): Promise<boolean>
  list(): Promise<readonly StandingApproval[]>
}
