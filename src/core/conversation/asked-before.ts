// Whether something was asked before words were said: a yes that was long on its way is none to what was asked meanwhile.
import type { TaskStore } from '../ports/task-store.ts'
import { readLog } from '../task/read-log.ts'
import type { ApprovalId, TaskId } from '../vocabulary/ids.ts'

/** Clocks of several machines may be that far apart. */
const APART_MS = 10_000

/** `said` is when the words reached us first. */
export async function wasAskedBefore(
  { store }: { readonly store: TaskStore },
  { taskId, approvalId }: { readonly taskId: TaskId; readonly approvalId: ApprovalId },
  said: Date,
): Promise<boolean> {
  const log = await readLog(store, taskId)
  const asked = log.findLast((event) => event.type === 'approval.requested' && event.data.approval_id === approvalId)
  return asked !== undefined && asked.at.getTime() <= said.getTime() + APART_MS
}
