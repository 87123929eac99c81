// What a task took in and gave out as files: metadata here, bytes in the ObjectStore.
import type { ArtifactId, TaskId } from '../vocabulary/ids.ts'

export type Artifact = {
  readonly id: ArtifactId
  readonly taskId: TaskId
  readonly kind: 'file' | 'tool_result' | 'file_meta' | 'voice_transcript' | 'image_json' | 'ocr_text'
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly objectKey: string
  readonly createdAt: Date
}

export interface ArtifactStore {
  /** Adding an id that is there changes nothing. */
  add(artifact: Artifact): Promise<void>
  get(id: ArtifactId): Promise<Artifact | null>
  /** Oldest first. */
  ofTask(taskId: TaskId): Promise<readonly Artifact[]>
}
