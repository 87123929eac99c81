// What a task or a message took in and gave out as files: metadata here, bytes in the ObjectStore.
import type { ArtifactId, MessageId, TaskId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'

/**
 * What was read from a file: `text` is what models are told, as material and never as instructions; `by` who read it, e.g.
 * `openai/whisper-1`. The rest is as the reader gave it.
 */
export type ArtifactContent = JsonObject & { readonly text: string; readonly by: string }

export type Artifact = {
  readonly id: ArtifactId
  /** Null while it belongs to no task. */
  readonly taskId: TaskId | null
  /** The message that it came with; null where it came with none. */
  readonly messageId: MessageId | null
  readonly kind: 'file' | 'tool_result' | 'file_meta' | 'voice_transcript' | 'image_json' | 'ocr_text'
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  readonly objectKey: string
  /** Of what was derived from a file; null for the file itself. */
  readonly content: ArtifactContent | null
  readonly createdAt: Date
}

export interface ArtifactStore {
  /** Adding an id that is there changes nothing. */
  add(artifact: Artifact): Promise<void>
  get(id: ArtifactId): Promise<Artifact | null>
  /** Oldest first. */
  ofTask(taskId: TaskId): Promise<readonly Artifact[]>
  /** Oldest first. */
  ofMessage(messageId: MessageId): Promise<readonly Artifact[]>
  /** Names the message that brought what was uploaded before it. One that a message brought stays with it: repeating changes nothing. */
  bring(id: ArtifactId, messageId: MessageId): Promise<void>
  /** Gives an artifact of a message to a task too. One that belongs to a task stays with it: repeating changes nothing. */
  attach(id: ArtifactId, taskId: TaskId): Promise<void>
}
