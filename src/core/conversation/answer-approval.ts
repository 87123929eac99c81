// A person's yes or no to what a task waits for, however it was given: tapped, typed as a command, or as a reply.
import type { ApprovalId, UserId } from '../vocabulary/ids.ts'
import type { Task } from '../vocabulary/task.ts'
import { giveAnswer } from '../approval/give-answer.ts'
import { isMidWork } from '../vocabulary/approval.ts'
import { REPLACED } from '../task/decide.ts'
import { nameOf } from './people.ts'
import { idsOf } from './visit.ts'
import type { ReceiveDeps, Visitor } from './visit.ts'

/** Commands are for owners to approve; a plan also for whoever asked for the work. */
export function mayAnswer(visitor: Visitor, task: Task): boolean {
  return visitor.role === 'owner' || (task.approval?.kind === 'plan' && idsOf(visitor).includes(task.userId))
}

export const NOT_YOURS_TO_ANSWER = 'Only an owner can answer that.'

/**
 * Records the answer to exactly this approval. Returns how things stand then, as a plain sentence: the same when it is repeated, and
 * the truth when somebody else was faster.
 */
export async function answerApproval(
  deps: ReceiveDeps,
  visitor: Visitor,
  given: {
    readonly task: Task
    readonly approvalId: ApprovalId
    readonly yes: boolean
    readonly comment: string | null
  },
): Promise<string> {
  const { task, approvalId, yes, comment } = given
  if (!mayAnswer(visitor, task)) return NOT_YOURS_TO_ANSWER
  await giveAnswer(deps, task.id, { type: yes ? 'approve' : 'reject', approvalId, by: visitor.userId, comment })
  return howItStands(deps, visitor.userId, await deps.store.get(task.id), approvalId)
}

/** How the question stands, as a plain sentence to somebody who answers it. */
export async function howItStands(
  deps: ReceiveDeps,
  me: UserId,
  task: Task | null,
  approvalId: ApprovalId,
): Promise<string> {
  const approval = task?.approval ?? null
  if (approval === null || approval.id !== approvalId) return 'That question is not open any more.'
  const by = approval.resolvedBy
  const who = by === null ? 'somebody' : await nameOf(deps, by)
  const isPlan = approval.kind === 'plan'
  switch (approval.status) {
    case 'approved':
      if (isPlan) return by === me ? 'OK, I start.' : `${who} said OK already.`
      return by === me ? 'Approved.' : `Already approved by ${who}.`
    case 'rejected':
      if (isPlan) return by === me ? 'Cancelled.' : `${who} cancelled it already.`
      if (by !== me) return `Already denied by ${who}.`
      return isMidWork(approval.kind) ? 'Denied: the work goes on without it.' : 'Denied: it will not run.'
    case 'superseded':
      if (task?.error === REPLACED) return 'A newer message took its place: that one counts.'
      return 'The task was stopped: there is nothing to answer any more.'
    case 'expired':
      if (isMidWork(approval.kind)) return 'Too late: nobody answered in time, and the work went on without it.'
      return 'Too late: the question has expired. Ask again to get a new one.'
    case 'pending':
      if (approval.secondedBy.length > 0) return 'That is the first of two: another owner has to say yes too.'
      // Only the time can refuse an answer to what is pending.
      return 'Too late: the question has expired. Ask again to get a new one.'
  }
}
