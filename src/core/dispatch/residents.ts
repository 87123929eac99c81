// Completed tasks whose previews are still open: their sandboxes live on for a while, then go.
import type { TaskId } from '../vocabulary/ids.ts'
import type { Workshop } from '../crew/workshop.ts'
import type { Clock } from '../ports/clock.ts'
import type { Telemetry } from '../ports/telemetry.ts'

type Resident = { readonly workshop: Workshop; readonly until: number }

const SWEEP_MS = 1_000

export type ResidentLimits = {
  /** How long previews stay after their task is completed. */
  readonly previewMs: number
  /** At most this many completed tasks keep their sandbox for a preview; the oldest goes first. */
  readonly residents: number
}

export function createResidents(
  deps: { readonly clock: Clock; readonly telemetry: Telemetry },
  config: ResidentLimits,
) {
  const kept = new Map<TaskId, Resident>()

  async function close(taskId: TaskId, reason: string): Promise<void> {
    const resident = kept.get(taskId)
    if (resident === undefined) return
    kept.delete(taskId)
    try {
      await resident.workshop.close(reason)
    } catch (error) {
      deps.telemetry.log('warn', 'A preview could not be closed cleanly', { task_id: taskId, error: String(error) })
    }
  }

  return {
    count: () => kept.size,
    close,
    keep: async (taskId: TaskId, workshop: Workshop): Promise<void> => {
      if (config.previewMs <= 0 || config.residents <= 0) {
        kept.set(taskId, { workshop, until: 0 })
        return close(taskId, 'previews are not kept')
      }
      const until = deps.clock.now().getTime() + config.previewMs
      kept.set(taskId, { workshop, until })
      // Its sandbox may end by itself (memory, disk): the preview then goes with it.
      void workshop.sandbox.ended.then((end) => close(taskId, `the sandbox ended (${end.reason})`))
      const oldest = [...kept.keys()]
      for (const surplus of oldest.slice(0, Math.max(0, kept.size - config.residents))) {
        await close(surplus, 'newer previews took its place')
      }
    },
    sweep: async (signal: AbortSignal): Promise<void> => {
      while (!signal.aborted) {
        const now = deps.clock.now().getTime()
        for (const [taskId, resident] of kept) if (now >= resident.until) await close(taskId, 'its time was up')
        await deps.clock.sleep(SWEEP_MS, signal)
      }
    },
    closeAll: async (reason: string): Promise<void> => {
      await Promise.all([...kept.keys()].map((taskId) => close(taskId, reason)))
    },
  }
}
