// An approval: a person's yes or no to one exact thing, told apart from every other thing by its digest.
import type { ApprovalId, UserId } from './ids.ts'

export const APPROVAL_STATUSES = ['pending', 'approved', 'rejected', 'superseded', 'expired'] as const
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number]

export type Approval = {
  readonly id: ApprovalId
  readonly status: ApprovalStatus
  readonly kind: 'shell_command' | 'plan'
  /** The exact text that is approved, e.g. the command line. */
  readonly subject: string
  /** SHA-256 of kind and subject: what runs later must hash to this. */
  readonly digest: string
  readonly reason: string
  readonly expiresAt: Date
  readonly resolvedBy: UserId | null
  readonly comment: string | null
}
