// What the log keeps of the conversation around a task: read once, when the task begins.
import type { ContextPack } from '../context/context-pack.ts'
import type { ArtifactId, CommitId, TaskId } from '../vocabulary/ids.ts'
import type { AttachedFile, Reading } from './task-pack.ts'

export type Attachment = AttachedFile & { readonly artifact_id: ArtifactId }

export type TaskContext = {
  readonly pack: ContextPack
  /** For the router: without any material, so that what a file says can't choose what is done. */
  readonly routers: string
  readonly attachments: readonly Attachment[]
  readonly readings: readonly Reading[]
  /** The newest finished software of the conversation; null where there is none. */
  readonly finished: { readonly task_id: TaskId; readonly commit: CommitId | null } | null
  /** The last thing said before was our question what is wanted: it is not asked again. */
  readonly asked: boolean
}
