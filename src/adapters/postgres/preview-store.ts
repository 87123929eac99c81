// Open previews in PostgreSQL, where the process with the sandbox and the one with the browser both see them.
import type { PreviewId, TaskId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { PreviewRecord, PreviewStore } from '../../core/ports/preview-store.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = 'id, task_id, port, url, socket_path, worker, expires_at'
const SAVE: Statement = {
  name: 'save_preview',
  text: `
insert into previews (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (task_id, port) do update set
  id = excluded.id, url = excluded.url, socket_path = excluded.socket_path, worker = excluded.worker,
  expires_at = excluded.expires_at`,
}
const FIND: Statement = {
  name: 'find_preview',
  text: `select ${COLUMNS} from previews where id = $1 and expires_at > $2`,
}
const TAKE: Statement = { name: 'take_previews', text: `delete from previews where task_id = $1 returning ${COLUMNS}` }
const ALL: Statement = { name: 'all_previews', text: `select ${COLUMNS} from previews order by task_id, port` }

type PreviewRow = {
  readonly id: PreviewId
  readonly task_id: TaskId
  readonly port: number
  readonly url: string
  readonly socket_path: string
  readonly worker: WorkerId
  readonly expires_at: Date
}

export function createPostgresPreviewStore({ database }: { readonly database: Database }): PreviewStore {
  return {
    save: async (record) => {
      const { id, taskId, port, url, socketPath, worker, expiresAt } = record
      await database.run(SAVE, [id, taskId, port, url, socketPath, worker, expiresAt.toISOString()])
    },
    find: async (id, now) => {
      const [row] = await database.run<PreviewRow>(FIND, [storableText(id), now.toISOString()])
      return row === undefined ? null : rowToPreview(row)
    },
    takeOfTask: async (taskId) =>
      isUuid(taskId) ? (await database.run<PreviewRow>(TAKE, [taskId])).map(rowToPreview) : [],
    all: async () => (await database.run<PreviewRow>(ALL, [])).map(rowToPreview),
  }
}

function rowToPreview(row: PreviewRow): PreviewRecord {
  return {
    id: row.id,
    taskId: row.task_id,
    port: row.port,
    url: row.url,
    socketPath: row.socket_path,
    worker: row.worker,
    expiresAt: row.expires_at,
  }
}
