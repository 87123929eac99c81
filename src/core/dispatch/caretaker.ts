// What somebody has to look after now and then: approvals nobody answered, and previews whose worker died.
import type { WorkerId } from '../vocabulary/ids.ts'
import type { PreviewStore } from '../ports/preview-store.ts'
import type { TaskQueue } from '../ports/task-queue.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { applyStandingApproval } from '../approval/standing.ts'
import type { StandingDeps } from '../approval/standing.ts'
import { applyCommand } from '../task/apply-command.ts'
import { closePreviews } from '../task/close-previews.ts'

export type CaretakerDeps = StandingDeps & {
  readonly queue: TaskQueue
  readonly previewStore: PreviewStore
  readonly telemetry: Telemetry
  /** True only for a worker that surely runs no more: a process of this machine that is gone. */
  readonly isDead: (worker: WorkerId) => boolean
  /** See core/stop: everything that is to be stopped stays so. */
  readonly keepStopped: () => Promise<void>
}

const ROUND_MS = 10_000
const WATCH_MS = 1_000
const PAGE = 200

/** Runs until `signal` aborts. Several at once do no harm: each act is a decision on the task's own log. */
export async function takeCare(deps: CaretakerDeps, signal: AbortSignal): Promise<void> {
  await Promise.all([
    repeat(deps, signal, WATCH_MS, () => buryTheDead(deps)),
    repeat(deps, signal, WATCH_MS, deps.keepStopped),
    repeat(deps, signal, ROUND_MS, async () => {
      await settleApprovals(deps)
      await closeOrphans(deps)
    }),
  ])
}

async function repeat(
  deps: CaretakerDeps,
  signal: AbortSignal,
  everyMs: number,
  round: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await round()
    } catch (error) {
      deps.telemetry.log('warn', 'A caretaker round failed', { error: String(error) })
    }
    await deps.clock.sleep(everyMs, signal)
  }
}

/** Tasks of workers that are surely gone go on at once, not when their leases end. */
export async function buryTheDead(deps: CaretakerDeps): Promise<void> {
  const { workers } = await deps.queue.state()
  for (const worker of workers.filter(deps.isDead)) {
    const tasks = await deps.queue.bury(worker)
    deps.telemetry.log('info', 'A worker is gone; its tasks go on', { worker, tasks })
    if (tasks > 0) deps.signals.publish({ type: 'work' })
  }
}

/** Ends what nobody answered in time, and answers what somebody approved for good before its worker could. */
export async function settleApprovals(deps: StandingDeps): Promise<void> {
  let cursor: string | null = null
  do {
    const page = await deps.store.list({ userId: null, statuses: ['needs_approval'], limit: PAGE, cursor })
    const now = deps.clock.now()
    for (const task of page.items) {
      if (task.approval !== null && now >= task.approval.expiresAt)
        await applyCommand(deps, task.id, { type: 'expire' })
      else await applyStandingApproval(deps, task)
    }
    cursor = page.nextCursor
  } while (cursor !== null)
}

/** Previews whose workers are gone, or whose time is up, lead nowhere: their records go, and the task's log says so. */
export async function closeOrphans(deps: CaretakerDeps): Promise<void> {
  const { workers } = await deps.queue.state()
  const now = deps.clock.now()
  const byTask = Map.groupBy(await deps.previewStore.all(), (record) => record.taskId)
  for (const [taskId, records] of byTask) {
    // A task's records are taken all at once, so one that still leads somewhere keeps the others.
    if (records.some((record) => workers.includes(record.worker) && now < record.expiresAt)) continue
    await closePreviews(deps, taskId, 'its worker is gone or its time was up')
  }
}
