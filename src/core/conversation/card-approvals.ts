// The questions of a task beside its card: asked once, and shown as answered once.
import type { Card } from '../ports/card-store.ts'
import type { ApprovalId } from '../vocabulary/ids.ts'
import type { Post } from '../vocabulary/post.ts'
import { REPLACED } from '../task/decide.ts'
import { answeredPosts, questionPosts, withdrawQuestion } from './approval-post.ts'
import type { AskedApproval, CardView } from './card-view.ts'
import type { ConversationDeps } from './deps.ts'

/** How far the questions of a card are put. */
export type PutApprovals = Map<ApprovalId, 'asked' | 'answered'>

type ApprovalPosts = {
  readonly posts: readonly Post[]
  /** To be called once they are put. */
  readonly settle: () => Promise<void>
}

/** What is not put yet; with `forced` a question that waits is put again, with buttons that work. */
export async function approvalPosts(
  deps: ConversationDeps,
  { card, approvals }: { readonly card: Card; readonly approvals: PutApprovals },
  view: CardView,
  forced: boolean,
): Promise<ApprovalPosts> {
  const posts: Post[] = []
  const done: PutApprovals = new Map()
  const answered: AskedApproval[] = []
  for (const approval of view.approvals) {
    const known = approvals.get(approval.id)
    const pending = approval.status === 'pending'
    if (known === 'answered' || (pending && known === 'asked' && !forced)) continue
    const question = { taskId: view.taskId, request: view.inputText, approval, card }
    posts.push(
      ...(pending
        ? await questionPosts(deps, question, forced)
        : await answeredPosts(deps, approval, card, isReplaced(view))),
    )
    done.set(approval.id, pending ? 'asked' : 'answered')
    if (!pending) answered.push(approval)
  }
  return {
    posts,
    settle: async () => {
      for (const approval of answered) await withdrawQuestion(deps, approval, card)
      for (const [id, state] of done) approvals.set(id, state)
    },
  }
}

function isReplaced({ abort }: CardView): boolean {
  return abort?.reason === REPLACED
}
