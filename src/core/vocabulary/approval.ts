// An approval: a person's yes or no to one exact thing, told apart from every other thing by its digest.
import type { ApprovalId, UserId } from './ids.ts'

export const APPROVAL_STATUSES = ['pending', 'approved', 'rejected', 'superseded', 'expired'] as const
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number]

/** What work of this kind took before, in the middle. */
export type Estimate = { readonly seconds: number; readonly tokens: number; readonly tasks: number }

export type Approval = {
  readonly id: ApprovalId
  readonly status: ApprovalStatus
  readonly kind: 'shell_command' | 'plan'
  /** The exact text that is approved: the command line, or what was understood and will be done. */
  readonly subject: string
  /** SHA-256 of kind and subject: what runs later must hash to this. */
  readonly digest: string
  readonly reason: string
  /** Null where there is too little history. */
  readonly estimate: Estimate | null
  readonly expiresAt: Date
  readonly resolvedBy: UserId | null
  readonly comment: string | null
}
