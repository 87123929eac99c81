// What somebody has to look after now and then: approvals nobody answered, and previews whose worker died.
import type { TaskId } from '../vocabulary/ids.ts'
import type { PreviewStore } from '../ports/preview-store.ts'
import type { TaskQueue } from '../ports/task-queue.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { appendFromOutside, applyCommand } from '../task/apply-command.ts'
import type { LogDeps } from '../task/apply-command.ts'

export type CaretakerDeps = LogDeps & {
  readonly queue: TaskQueue
  readonly previewStore: PreviewStore
  readonly telemetry: Telemetry
}

const ROUND_MS = 10_000
const PAGE = 200

/** Runs until `signal` aborts. Several at once do no harm: each act is a decision on the task's own log. */
export async function takeCare(deps: CaretakerDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await expireApprovals(deps)
      await closeOrphans(deps)
    } catch (error) {
      deps.telemetry.log('warn', 'A caretaker round failed', { error: String(error) })
    }
    await deps.clock.sleep(ROUND_MS, signal)
  }
}

export async function expireApprovals(deps: LogDeps): Promise<void> {
  let cursor: string | null = null
  do {
    const page = await deps.store.list({ userId: null, statuses: ['needs_approval'], limit: PAGE, cursor })
    const now = deps.clock.now()
    for (const task of page.items) {
      if (task.approval !== null && now >= task.approval.expiresAt)
        await applyCommand(deps, task.id, { type: 'expire' })
    }
    cursor = page.nextCursor
  } while (cursor !== null)
}

/** A preview whose worker is gone leads nowhere: its record goes, and the task's log says so. */
export async function closeOrphans(deps: CaretakerDeps): Promise<void> {
  const { workers } = await deps.queue.state()
  const orphaned = new Set<TaskId>()
  for (const record of await deps.previewStore.all()) if (!workers.includes(record.worker)) orphaned.add(record.taskId)
  for (const taskId of orphaned) {
    const closed = await deps.previewStore.takeOfTask(taskId)
    const reason = 'its worker is gone'
    await appendFromOutside(
      deps,
      taskId,
      closed.map(({ id }) => ({ type: 'preview.closed', data: { preview_id: id, reason } })),
    )
  }
}
