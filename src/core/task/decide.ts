// What people may do to a task: approve, reject, abort. Pure: the clock and the store are somebody else's business.
import { isMidWork } from '../vocabulary/approval.ts'
import type { Approval } from '../vocabulary/approval.ts'
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
      /** Other names of the same person. */
      readonly also?: readonly UserId[]
      readonly comment: string | null
    }
  | {
      readonly type: 'reject'
      readonly approvalId: ApprovalId | null
      readonly by: UserId
      readonly comment: string | null
    }
  | { readonly type: 'abort'; readonly by: UserId; readonly reason: string }
  /**
   * The person said something else instead of answering: what waits for their OK is not wanted any more as it is. Work that has begun
   * goes on without, and is told what they said.
   */
  | { readonly type: 'supersede'; readonly by: UserId; readonly comment?: string }
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
      return decideReplacement(task, command)
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
  if (command.type === 'reject') return refuse(approval, command.by, command.comment)
  if (approval.policy?.people === 2) {
    if (approval.secondedBy.length === 0)
      return [{ type: 'approval.seconded', data: { approval_id: approval.id, by: command.by } }]
    // One person is one voice, however often it is raised.
    const names = [command.by, ...(command.also ?? [])]
    if (names.some((name) => approval.secondedBy.includes(name))) return []
  }
  return [
    {
      type: 'approval.resolved',
      data: { approval_id: approval.id, status: 'approved', by: command.by, comment: command.comment },
    },
    { type: 'task.queued', data: { reason: 'approved' } },
  ]
}

/** Before work began a no is the end of it. Work that has begun goes on, and is told that it may not. */
function refuse(approval: Approval, by: UserId, comment: string | null): readonly TaskEventBody[] {
  const resolved: TaskEventBody = {
    type: 'approval.resolved',
    data: { approval_id: approval.id, status: 'rejected', by, comment },
  }
  if (isMidWork(approval.kind)) return [resolved, { type: 'task.queued', data: { reason: 'refused' } }]
  const reason = comment === null ? 'The approval was rejected.' : `The approval was rejected: ${comment}`
  return [resolved, { type: 'task.aborted', data: { by, reason } }]
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
function decideReplacement(
  task: Task,
  { by, comment }: Extract<TaskCommand, { type: 'supersede' }>,
): readonly TaskEventBody[] | Refusal {
  const { approval } = task
  if (task.status !== 'needs_approval') return { type: 'wrong_status', status: task.status, wanted: 'needs_approval' }
  if (approval?.status === 'pending' && isMidWork(approval.kind)) return refuse(approval, by, comment ?? null)
  return [...supersedePending(task, by), { type: 'task.aborted', data: { by, reason: REPLACED } }]
}

function decideExpiry(task: Task, now: Date): readonly TaskEventBody[] | Refusal {
  const approval = task.approval
  if (task.status !== 'needs_approval' || approval === null || approval.status !== 'pending') {
    return { type: 'wrong_status', status: task.status, wanted: 'needs_approval' }
  }
  if (now < approval.expiresAt) return { type: 'wrong_approval' }
  const expired: TaskEventBody = {
    type: 'approval.resolved',
    data: { approval_id: approval.id, status: 'expired', by: PLATFORM, comment: null },
  }
  if (isMidWork(approval.kind)) return [expired, { type: 'task.queued', data: { reason: 'nobody answered' } }]
  return [expired, { type: 'task.aborted', data: { by: PLATFORM, reason: 'Nobody approved it in time.' } }]
}
