// The list of artifacts in PostgreSQL; their bytes are in the ObjectStore.
import type { ArtifactStore } from '../../core/ports/artifact-store.ts'
import { ARTIFACT_COLUMNS, rowToArtifact } from './artifact-rows.ts'
import type { ArtifactRow } from './artifact-rows.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableJsonOrNull, storableText } from './storable-text.ts'

const ADD: Statement = {
  name: 'add_artifact',
  text: `insert into artifacts (${ARTIFACT_COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing`,
}
const GET: Statement = { name: 'get_artifact', text: `select ${ARTIFACT_COLUMNS} from artifacts where id = $1` }
const OF_TASK: Statement = {
  name: 'artifacts_of_task',
  text: `select ${ARTIFACT_COLUMNS} from artifacts where task_id = $1 order by created_at, id`,
}
const OF_MESSAGE: Statement = {
  name: 'artifacts_of_message',
  text: `select ${ARTIFACT_COLUMNS} from artifacts where message_id = $1 order by created_at, id`,
}
const BRING: Statement = {
  name: 'bring_artifact',
  text: 'update artifacts set message_id = $2 where id = $1 and message_id is null',
}
const ATTACH: Statement = {
  name: 'attach_artifact',
  text: 'update artifacts set task_id = $2 where id = $1 and task_id is null',
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
        storableJsonOrNull(artifact.content),
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
    bring: async (id, messageId) => {
      if (isUuid(id)) await database.run(BRING, [id, messageId])
    },
    attach: async (id, taskId) => {
      if (isUuid(id)) await database.run(ATTACH, [id, taskId])
    },
  }
}
