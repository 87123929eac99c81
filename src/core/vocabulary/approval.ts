// An approval: a person's yes or no to one exact thing, told apart from every other thing by its digest.
import type { ApprovalId, CommitId, UserId } from './ids.ts'
import type { CommandClass, WorkPlace } from './policy.ts'

export const APPROVAL_STATUSES = ['pending', 'approved', 'rejected', 'superseded', 'expired'] as const
export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number]

/** What work of this kind took before, in the middle. */
export type Estimate = { readonly seconds: number; readonly tokens: number; readonly tasks: number }

/**
 * `shell_command`: a command as a person typed it, before it runs. `plan`: work, before it begins. In the middle of work: `tool`, a call
 * of an agent's tool; `egress`, a host to be reached; `secret`, a secret to be sent to a host; `tests`, tests that were removed or made
 * milder. `delivery`: finished work on its way to a repository, before anything is sent.
 */
export const APPROVAL_KINDS = ['shell_command', 'plan', 'tool', 'egress', 'secret', 'tests', 'delivery'] as const
export type ApprovalKind = (typeof APPROVAL_KINDS)[number]

/** Asked by work that has begun: whatever the answer, the work goes on, with it or without. */
export function isMidWork(kind: ApprovalKind): boolean {
  return kind === 'tool' || kind === 'egress' || kind === 'secret' || kind === 'tests'
}

/** The questions that can be answered for good. The others are about one piece of work alone. */
export type StandingKind = Exclude<ApprovalKind, 'plan' | 'tests' | 'delivery'>

export function mayStand(kind: ApprovalKind): kind is StandingKind {
  return kind === 'shell_command' || kind === 'tool' || kind === 'egress' || kind === 'secret'
}

/** What a yes holds for, beside the subject: once anything of it differs, it is a yes to something else. */
export type ApprovalBinding = {
  readonly where: WorkPlace
  /** For whom it is done. */
  readonly person: UserId
  /** The files that it is done to: a commit, or the digest of a folder that is yet to be copied; null where there are none. */
  readonly tree: CommitId | string | null
  /** What the task may cost in all, in tokens. */
  readonly tokens: number
}

/** Why the policy wants it to be asked. */
export type ApprovalPolicy = {
  readonly rule: string
  readonly why: string
  readonly classes: readonly CommandClass[]
  /** How many different people have to say yes. */
  readonly people: 1 | 2
}

export type Approval = {
  readonly id: ApprovalId
  readonly status: ApprovalStatus
  readonly kind: ApprovalKind
  /** The exact text that is approved: the command line, what was understood and will be done, the host. */
  readonly subject: string
  /** SHA-256 of kind, subject and binding: what happens later must hash to this. */
  readonly digest: string
  /** Null in records of older versions, whose digest is of kind and subject alone. */
  readonly binding: ApprovalBinding | null
  readonly policy: ApprovalPolicy | null
  /** Who said yes so far, where more than one has to. */
  readonly secondedBy: readonly UserId[]
  readonly reason: string
  /** Null where there is too little history. */
  readonly estimate: Estimate | null
  readonly expiresAt: Date
  readonly resolvedBy: UserId | null
  readonly comment: string | null
}
