// Where a task's report is, for whoever just saw how it ended.
import type { Platform } from '../processes/platform.ts'
import { evidenceKey, REPORT_FILE } from '../core/vocabulary/evidence-files.ts'
import type { TaskId } from '../core/vocabulary/ids.ts'

/** The command that prints it; null where no evidence of the task's work was kept. */
export async function reportCommand({ artifacts }: Platform, taskId: TaskId): Promise<string | null> {
  const files = await artifacts.ofTask(taskId)
  const isThere = files.some(({ objectKey }) => objectKey === evidenceKey(taskId, REPORT_FILE))
  return isThere ? `factotum task report ${taskId}` : null
}
