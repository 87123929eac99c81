// Previews that are gone, and how the task's log tells of them.
import type { Preview } from '../ports/previews.ts'
import type { PreviewStore } from '../ports/preview-store.ts'
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { appendFromOutside } from './apply-command.ts'
import type { LogDeps } from './apply-command.ts'

export function previewsClosed(closed: readonly Preview[], reason: string): readonly TaskEventBody[] {
  return closed.map(({ id }) => ({ type: 'preview.closed', data: { preview_id: id, reason } }))
}

/** Takes the task's records away, from outside of the worker that serves them. Each is told of once, whoever comes first. */
export async function closePreviews(
  deps: LogDeps & { readonly previewStore: PreviewStore },
  taskId: TaskId,
  reason: string,
): Promise<readonly Preview[]> {
  const closed = await deps.previewStore.takeOfTask(taskId)
  await appendFromOutside(deps, taskId, previewsClosed(closed, reason))
  return closed
}
