// Which task a question is about that stands in a chat.
import type { ApprovalId } from '../vocabulary/ids.ts'
import type { Place } from '../vocabulary/place.ts'
import type { Task } from '../vocabulary/task.ts'
import { taskAskedAbout } from './asked-places.ts'
import { recentHere } from './find-task.ts'
import type { ReceiveDeps } from './visit.ts'

/** The question that a post of ours is, as its key says; null for every other post. */
export function approvalOf(key: string): ApprovalId | null {
  return (/^approval:([0-9a-f-]{36})/.exec(key)?.[1] ?? null) as ApprovalId | null
}

/** Null where it is not the task's last question any more. */
export async function askedTask(deps: ReceiveDeps, place: Place, approvalId: ApprovalId): Promise<Task | null> {
  const here = (await recentHere(deps, place)).find((one) => one.approval?.id === approvalId)
  if (here !== undefined) return here
  const taskId = await taskAskedAbout(deps, approvalId)
  const task = taskId === null ? null : await deps.store.get(taskId)
  return task?.approval?.id === approvalId ? task : null
}
