// Which previews are open, shared by the process that holds the sandbox and the process that answers the browser.
import type { PreviewId, TaskId, WorkerId } from '../vocabulary/ids.ts'
import type { Preview } from './previews.ts'

export type PreviewRecord = Preview & { readonly socketPath: string; readonly worker: WorkerId }

export interface PreviewStore {
  /** Replaces what the same task had open on the same port. */
  save(record: PreviewRecord): Promise<void>
  /** Null when unknown or expired. */
  find(id: PreviewId, now: Date): Promise<PreviewRecord | null>
  /** Removes and returns them. */
  takeOfTask(taskId: TaskId): Promise<readonly PreviewRecord[]>
  /** Every record, expired ones too: for cleaning up after a worker that died. */
  all(): Promise<readonly PreviewRecord[]>
}
