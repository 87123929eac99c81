// The list of artifacts in PostgreSQL; their bytes are in the ObjectStore.
import type { ArtifactId, TaskId } from '../../core/vocabulary/ids.ts'
import type { Artifact, ArtifactStore } from '../../core/ports/artifact-store.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = 'id, task_id, kind, name, media_type, bytes, object_key, created_at'
const ADD: Statement = {
  name: 'add_artifact',
  text: `insert into artifacts (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do nothing`,
}
const GET: Statement = { name: 'get_artifact', text: `select ${COLUMNS} from artifacts where id = $1` }
const OF_TASK: Statement = {
  name: 'artifacts_of_task',
  text: `select ${COLUMNS} from artifacts where task_id = $1 order by created_at, id`,
}

type ArtifactRow = {
  readonly id: ArtifactId
  readonly task_id: TaskId
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
  }
}

function rowToArtifact(row: ArtifactRow): Artifact {
  return {
    id: row.id,
    taskId: row.task_id,
    kind: row.kind,
    name: row.name,
    mediaType: row.media_type,
    bytes: Number(row.bytes),
    objectKey: row.object_key,
    createdAt: row.created_at,
  }
}
