// What a person reads after they answered a question by typing.
import type { ApprovalId, TaskId } from '../vocabulary/ids.ts'
import { escapeMarkdown } from './markdown.ts'
import { answer, seen } from './notes.ts'
import type { ReceiveDeps, Visit } from './visit.ts'

export type Given = { readonly taskId: TaskId; readonly approvalId: ApprovalId; readonly yes: boolean }

/**
 * `sentence` says how the question stands now. A plan's own message shows that it was answered: a reaction is enough then. Safe to
 * repeat.
 */
export async function tellAnswered(
  deps: ReceiveDeps,
  { message, visitor }: Visit,
  { taskId, approvalId, yes }: Given,
  sentence: string,
): Promise<void> {
  const approval = (await deps.store.get(taskId))?.approval ?? null
  const counts =
    approval?.id === approvalId &&
    approval.status === (yes ? 'approved' : 'rejected') &&
    approval.resolvedBy === visitor.userId
  if (counts && approval.kind === 'plan') await deps.outbox.put([seen(message, '👌')])
  else await answer(deps, message, escapeMarkdown(sentence))
  await deps.follower.refresh(taskId)
}
