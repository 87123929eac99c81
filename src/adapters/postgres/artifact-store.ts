// The list of artifacts in PostgreSQL; their bytes are in the ObjectStore.
import type { ArtifactId, MessageId, TaskId } from '../../core/vocabulary/ids.ts'
import type { Artifact, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = 'id, task_id, message_id, kind, name, media_type, bytes, object_key, created_at'
const ADD: Statement = {
  name: 'add_artifact',
  text: `insert into artifacts (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing`,
}
const GET: Statement = { name: 'get_artifact', text: `select ${COLUMNS} from artifacts where id = $1` }
const OF_TASK: Statement = {
  name: 'artifacts_of_task',
  text: `select ${COLUMNS} from artifacts where task_id = $1 order by created_at, id`,
}
const OF_MESSAGE: Statement = {
  name: 'artifacts_of_message',
  text: `select ${COLUMNS} from artifacts where message_id = $1 order by created_at, id`,
}
const ATTACH: Statement = {
  name: 'attach_artifact',
  text: 'update artifacts set task_id = $2 where id = $1 and task_id is null',
}

type ArtifactRow = {
  readonly id: ArtifactId
  readonly task_id: TaskId | null
  readonly message_id: MessageId | null
  readonly kind: Artifact['kind']
  readonly name: string
  readonly media_type: string
  readonly bytes: string
  readonly object_key: string
  readonly created_at: Date
}

export function createPostgresArtifactStore({ database }: { readonly database: Database }): ArtifactStore {
  return {
    add: async (artifact) => {
      await database.run(ADD, [
        artifact.id,
        artifact.taskId,
        artifact.messageId,
        artifact.kind,
        storableText(artifact.name),
        storableText(artifact.mediaType),
        artifact.bytes,
        artifact.objectKey,
        artifact.createdAt.toISOString(),
      ])
    },
    get: async (id) => {
      if (!isUuid(id)) return null
      const [row] = await database.run<ArtifactRow>(GET, [id])
      return row === undefined ? null : rowToArtifact(row)
    },
    ofTask: async (taskId) =>
      isUuid(taskId) ? (await database.run<ArtifactRow>(OF_TASK, [taskId])).map(rowToArtifact) : [],
    ofMessage: async (messageId) =>
      isUuid(messageId) ? (await database.run<ArtifactRow>(OF_MESSAGE, [messageId])).map(rowToArtifact) : [],
    attach: async (id, taskId) => {
      if (isUuid(id)) await database.run(ATTACH, [id, taskId])
    },
  }
}

function rowToArtifact(row: ArtifactRow): Artifact {
  return {
    id: row.id,
    taskId: row.task_id,
    messageId: row.message_id,
    kind: row.kind,
    name: row.name,
    mediaType: row.media_type,
    bytes: Number(row.bytes),
    objectKey: row.object_key,
    createdAt: row.created_at,
  }
}
