// What people answered in this task so far, read from its log: a yes is worth what it says, once.
import type { Approval } from '../vocabulary/approval.ts'
import type { TaskEvent } from '../vocabulary/event.ts'
import type { ApprovalId } from '../vocabulary/ids.ts'

export type Answer = Pick<
  Approval,
  'id' | 'kind' | 'subject' | 'digest' | 'status' | 'binding' | 'comment' | 'expiresAt'
>

export type Answers = {
  /** Answered questions of this kind, oldest first. */
  readonly of: (kind: Approval['kind']) => readonly Answer[]
  /** How many questions were asked in the middle of work. */
  readonly asked: (kind: Approval['kind']) => number
  /** The oldest answer to exactly this that nothing was done by yet. A yes that its work did not begin by in time is none. */
  readonly unused: (digest: string, now: Date) => Answer | null
  /** Whether something was begun by it. */
  readonly isUsed: (id: ApprovalId) => boolean
  /** From now on something is done by it. */
  readonly use: (id: ApprovalId) => void
  /** By which yes this call was begun, by a worker that did not come to record what came of it; null where none was. */
  readonly begun: (step: string, callId: string) => ApprovalId | null
}

/** `log` is the whole log, as it stands when the work is taken up. */
export function readAnswers(log: readonly TaskEvent[]): Answers {
  const requested = new Map<ApprovalId, Answer>()
  const answered: Answer[] = []
  const used = new Set<ApprovalId>()
  const begun = new Map<string, { readonly step: string; readonly id: ApprovalId }>()
  const branches = new Set<string>()
  const isBeside = (step: string): boolean => branches.has(step.split('/')[1] ?? '')
  for (const event of log) {
    switch (event.type) {
      case 'approval.requested': {
        const { approval_id: id, kind, subject, digest, binding = null } = event.data
        const expiresAt = new Date(event.data.expires_at)
        requested.set(id, { id, kind, subject, digest, status: 'pending', binding, comment: null, expiresAt })
        // Whoever asks has come to an end of what it was doing; those who worked beside it may have been stopped in the middle.
        for (const [key, { step }] of begun) if (!isBeside(step)) begun.delete(key)
        break
      }
      case 'approval.resolved': {
        const question = requested.get(event.data.approval_id)
        const { status, comment } = event.data
        if (question !== undefined) answered.push({ ...question, status, comment })
        break
      }
      case 'tool.started':
        if (event.data.approval_id === undefined) break
        used.add(event.data.approval_id)
        begun.set(callKey(event.data.step, event.data.call_id), { step: event.data.step, id: event.data.approval_id })
        break
      case 'step.completed':
        if (event.data.branch !== undefined) branches.add(event.data.branch)
        break
      default:
        break
    }
  }
  return {
    of: (kind) => answered.filter((answer) => answer.kind === kind),
    asked: (kind) => [...requested.values()].filter((question) => question.kind === kind).length,
    unused: (digest, now) =>
      answered.find((answer) => answer.digest === digest && !used.has(answer.id) && !isTooLate(answer, now)) ?? null,
    isUsed: (id) => used.has(id),
    use: (id) => void used.add(id),
    begun: (step, callId) => begun.get(callKey(step, callId))?.id ?? null,
  }
}

/** Said in time, but for a moment that is over: what was true when somebody looked may not be any more. */
export function isTooLate({ status, expiresAt }: Pick<Answer, 'status' | 'expiresAt'>, now: Date): boolean {
  return status === 'approved' && now >= expiresAt
}

function callKey(step: string, callId: string): string {
  return JSON.stringify([step, callId])
}
