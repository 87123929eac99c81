// Artifacts as PostgreSQL's rows, and as JSON within the rows of their messages.
import type { ArtifactId, MessageId, TaskId } from '../../core/vocabulary/ids.ts'
import type { Artifact, ArtifactContent } from '../../core/ports/artifact-store.ts'

const NAMES = [
  'id',
  'task_id',
  'message_id',
  'kind',
  'name',
  'media_type',
  'bytes',
  'object_key',
  'content',
  'created_at',
] as const
export const ARTIFACT_COLUMNS = NAMES.join(', ')
export const ARTIFACT_JSON = `json_build_object(${NAMES.map((name) => `'${name}', a.${name}`).join(', ')})`

export type ArtifactRow = {
  readonly id: ArtifactId
  readonly task_id: TaskId | null
  readonly message_id: MessageId | null
  readonly kind: Artifact['kind']
  readonly name: string
  readonly media_type: string
  /** The driver gives 64 bits as text, JSON as a number. */
  readonly bytes: string | number
  readonly object_key: string
  readonly content: ArtifactContent | null
  readonly created_at: Date
}

export type ArtifactJson = Omit<ArtifactRow, 'created_at'> & { readonly created_at: string }

export function rowToArtifact(row: ArtifactRow): Artifact {
  return {
    id: row.id,
    taskId: row.task_id,
    messageId: row.message_id,
    kind: row.kind,
    name: row.name,
    mediaType: row.media_type,
    bytes: Number(row.bytes),
    objectKey: row.object_key,
    content: row.content,
    createdAt: row.created_at,
  }
}
