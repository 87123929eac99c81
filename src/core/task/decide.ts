// What people may do to a task: approve, reject, abort. Pure: the clock and the store are somebody else's business.
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { ApprovalId, UserId } from '../vocabulary/ids.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { Task } from '../vocabulary/task.ts'

export const PLATFORM = 'platform' as UserId

/** Why a task ended whose author said something else instead of OK. */
export const REPLACED = 'A newer message took its place.'

export type TaskCommand =
  /** `approvalId` null means: the one that is pending. */
  | {
      readonly type: 'approve'
      readonly approvalId: ApprovalId | null
      readonly by: UserId
      readonly comment: string | null
    }
  | {
      readonly type: 'reject'
      readonly approvalId: ApprovalId | null
      readonly by: UserId
      readonly comment: string | null
    }
  | { readonly type: 'abort'; readonly by: UserId; readonly reason: string }
  /** The person said something else instead of answering: what waits for their OK is not wanted any more as it is. */
  | { readonly type: 'supersede'; readonly by: UserId }
  /** The platform's own: nobody answered in time. */
  | { readonly type: 'expire' }

/** The events that the command causes, or why it can't be done. Never both, never neither. */
export function decide(task: Task, command: TaskCommand, now: Date): readonly TaskEventBody[] | Refusal {
  if (isTerminal(task.status)) return { type: 'already_over', status: task.status }
  switch (command.type) {
    case 'approve':
    case 'reject':
      return decideAnswer(task, command, now)
    case 'abort':
      return decideAbort(task, command.by, command.reason)
    case 'supersede':
      return decideReplacement(task, command.by)
    case 'expire':
      return decideExpiry(task, now)
  }
}

function decideAnswer(
  task: Task,
  command: Extract<TaskCommand, { type: 'approve' | 'reject' }>,
  now: Date,
): readonly TaskEventBody[] | Refusal {
  const approval = task.approval
  if (task.status !== 'needs_approval' || approval === null) {
    return { type: 'wrong_status', status: task.status, wanted: 'needs_approval' }
  }
  if (approval.status !== 'pending') return { type: 'wrong_approval' }
  if (command.approvalId !== null && command.approvalId !== approval.id) return { type: 'wrong_approval' }
  if (command.type === 'approve' && now >= approval.expiresAt) return { type: 'approval_expired' }
  const status = command.type === 'approve' ? 'approved' : 'rejected'
  const resolved: TaskEventBody = {
    type: 'approval.resolved',
    data: { approval_id: approval.id, status, by: command.by, comment: command.comment },
  }
  if (command.type === 'approve') return [resolved, { type: 'task.queued', data: { reason: 'approved' } }]
  const reason =
    command.comment === null ? 'The approval was rejected.' : `The approval was rejected: ${command.comment}`
  return [resolved, { type: 'task.aborted', data: { by: command.by, reason } }]
}

function decideAbort(task: Task, by: UserId, reason: string): readonly TaskEventBody[] | Refusal {
  // The worker that runs it acknowledges with task.aborted; asking again while it does changes nothing.
  if (task.status === 'aborting') return []
  if (task.status === 'running') return [{ type: 'task.aborting', data: { by, reason } }]
  const aborted: TaskEventBody = { type: 'task.aborted', data: { by, reason } }
  return [...supersedePending(task, by), aborted]
}

function supersedePending(task: Task, by: UserId): readonly TaskEventBody[] {
  if (task.status !== 'needs_approval' || task.approval?.status !== 'pending') return []
  return [
    {
      type: 'approval.resolved',
      data: { approval_id: task.approval.id, status: 'superseded', by, comment: null },
    },
  ]
}

/** Only what still waits can be replaced: of an OK and a comment that race, the log lets exactly one win. */
function decideReplacement(task: Task, by: UserId): readonly TaskEventBody[] | Refusal {
  if (task.status !== 'needs_approval') return { type: 'wrong_status', status: task.status, wanted: 'needs_approval' }
  return [...supersedePending(task, by), { type: 'task.aborted', data: { by, reason: REPLACED } }]
}

function decideExpiry(task: Task, now: Date): readonly TaskEventBody[] | Refusal {
  const approval = task.approval
  if (task.status !== 'needs_approval' || approval === null || approval.status !== 'pending') {
    return { type: 'wrong_status', status: task.status, wanted: 'needs_approval' }
  }
  if (now < approval.expiresAt) return { type: 'wrong_approval' }
  return [
    {
      type: 'approval.resolved',
      data: { approval_id: approval.id, status: 'expired', by: PLATFORM, comment: null },
    },
    { type: 'task.aborted', data: { by: PLATFORM, reason: 'Nobody approved it in time.' } },
  ]
}
