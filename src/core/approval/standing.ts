// "Always run exactly this": answers a question in the name of the person who answered it for good.
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { StandingApprovals } from '../ports/standing-approvals.ts'
import { approvalDigest } from '../task/accept-request.ts'
import { applyCommand, isRefusal } from '../task/apply-command.ts'
import type { LogDeps } from '../task/apply-command.ts'
import { isMidWork, mayStand } from '../vocabulary/approval.ts'
import type { Approval } from '../vocabulary/approval.ts'
import type { ApprovalId, UserId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'

export type StandingDeps = LogDeps & { readonly standing: StandingApprovals; readonly ids: Ids }

/**
 * What a rule of this kind is known by: the exact text and, where it is about what agents do, the conversation in which they do it. Of
 * work itself there is no exact text that could come again: null.
 */
export function standingKey(ids: Ids, task: Pick<Task, 'threadId'>, approval: Approval): string | null {
  if (!mayStand(approval.kind)) return null
  const subject = isMidWork(approval.kind) ? `${task.threadId}\n${approval.subject}` : approval.subject
  return approvalDigest(ids, approval.kind, subject, null)
}

/**
 * Makes the rule that `by` confirmed: this very text, for whoever asked for the task. Nothing is approved by it yet. `answered`: the
 * question is open no more; `no_rule`: no rule may answer it, for it wants two people or has no exact text. Safe to repeat.
 */
export async function keepRule(
  { standing, ids, clock }: Pick<StandingDeps, 'standing' | 'ids'> & { readonly clock: Clock },
  task: Task,
  approvalId: ApprovalId,
  by: UserId,
): Promise<'kept' | 'answered' | 'no_rule'> {
  const { approval } = task
  if (approval === null || approval.id !== approvalId) return 'answered'
  const digest = approval.policy?.people === 2 ? null : standingKey(ids, task, approval)
  if (digest === null) return 'no_rule'
  const now = clock.now()
  if (approval.status !== 'pending' || now >= approval.expiresAt) return 'answered'
  await standing.add({ digest, subject: approval.subject, userId: task.userId, approvedBy: by, since: now })
  return 'kept'
}

/** What stands in the log beside a yes that made a rule. */
export const KEPT_COMMENT = 'From now on, always exactly this.'

/**
 * Approves what the task waits for if somebody approved exactly this text for good, for the person who asks. Returns the task as
 * it then is: unchanged where there is no such rule, or where somebody else answered first. Safe to repeat and to race.
 * Where two people have to say yes, no rule says it for them.
 */
export async function applyStandingApproval(deps: StandingDeps, task: Task): Promise<Task> {
  const approval = task.approval
  if (task.status !== 'needs_approval' || approval?.status !== 'pending' || approval.policy?.people === 2) return task
  const key = standingKey(deps.ids, task, approval)
  const rule = key === null ? null : await deps.standing.find(task.userId, key)
  // The key names the text; that both are what they say is not taken on trust.
  if (rule === null || rule.subject !== approval.subject || rule.userId !== task.userId) return task
  if (approvalDigest(deps.ids, approval.kind, approval.subject, approval.binding) !== approval.digest) return task
  const day = rule.since.toISOString().slice(0, 10)
  const answered = await applyCommand(deps, task.id, {
    type: 'approve',
    approvalId: approval.id,
    by: rule.approvedBy,
    comment: `By the rule of ${day}: always run exactly this.`,
  })
  return isRefusal(answered) ? ((await deps.store.get(task.id)) ?? task) : answered
}
