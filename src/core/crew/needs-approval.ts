// The question in the middle of work: thrown where the work meets it, caught once where the task's claim is let go of.
import type { Approval, ApprovalBinding, ApprovalPolicy } from '../vocabulary/approval.ts'
import type { PolicyDecision } from '../vocabulary/policy.ts'
import { Paused } from '../task/paused.ts'
import type { Run } from './run.ts'

/** What is asked. Once it is answered the work that threw it is done again, from the files as they were last recorded. */
export type MidWorkQuestion = Pick<Approval, 'kind' | 'subject'> & {
  readonly binding: ApprovalBinding | null
  readonly policy: ApprovalPolicy
}

export class NeedsApproval extends Paused {
  readonly question: MidWorkQuestion
  constructor(question: MidWorkQuestion) {
    super(`A person has to say whether this may be done: ${question.kind}`)
    this.name = 'NeedsApproval'
    this.question = question
  }
}

/** What holds for everything of a task that a person is asked about. */
export function bindingOf(run: Pick<Run, 'task' | 'limits'>, tree: string | null): ApprovalBinding {
  return { where: 'sandbox', person: run.task.userId, tree, tokens: run.limits.tokensPerTask }
}

export function askedBy({ rule, why, classes, people }: PolicyDecision): ApprovalPolicy {
  return { rule, why, classes, people }
}
