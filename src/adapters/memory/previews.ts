// Previews that lead nowhere but are recorded like real ones: for tests and for the simulation of the core.
import type { Clock } from '../../core/ports/clock.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { PreviewStore } from '../../core/ports/preview-store.ts'
import type { Previews } from '../../core/ports/previews.ts'
import type { PreviewId, WorkerId } from '../../core/vocabulary/ids.ts'

export type MemoryPreviewsDeps = {
  readonly store: PreviewStore
  readonly ids: Ids
  readonly clock: Clock
  readonly worker: WorkerId
  readonly previewMs: number
}

export function createMemoryPreviews(deps: MemoryPreviewsDeps): Previews {
  return {
    open: async (taskId, port, socketPath) => {
      const id = deps.ids.unguessable<PreviewId>()
      const expiresAt = new Date(deps.clock.now().getTime() + deps.previewMs)
      const preview = { id, taskId, port, url: `http://preview.invalid/${id}/`, expiresAt }
      await deps.store.save({ ...preview, socketPath, worker: deps.worker })
      return preview
    },
    close: (taskId) => deps.store.takeOfTask(taskId),
  }
}
