// The tasks and their logs in PostgreSQL: the truth. Writes of concurrent callers go together (group commit).
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { CommitOutcome, TaskChange, TaskFilter, TaskStore } from '../../core/ports/task-store.ts'
import { createAccept } from './accept.ts'
import type { Acceptance, Accepted } from './accept.ts'
import { commitAll, GET_TASKS } from './commit.ts'
import { createGroupCommit } from './group-commit.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid, rowToEvent, rowToTask, TASK_COLUMNS } from './rows.ts'
import type { EventRow, TaskRow } from './rows.ts'
import { storableText } from './storable-text.ts'

// Two, so that a batch is on its way while the former one waits for the disk; more only make the batches smaller.
const LANES = 2
const MAX_BATCH = 250

const EVENTS: Statement = {
  name: 'events',
  text: 'select task_id, seq, type, at, data from task_events where task_id = $1 and seq > $2::bigint order by seq limit $3',
}

// A cursor is the last id of the page before; ids of version 7 sort by creation. An unknown cursor is as good as none.
const LIST: Statement = {
  name: 'list',
  replanned: true,
  text: `
select ${TASK_COLUMNS} from tasks t
where ($1::text is null or t.user_id = $1)
  and ($2::text[] is null or t.status = any ($2))
  and t.id < coalesce((select c.id from tasks c where c.id = $3::uuid), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by t.id desc limit $4`,
}

export function createPostgresTaskStore({ database }: { readonly database: Database }): TaskStore {
  const isInputsFault = (error: unknown) => error instanceof DatabaseFailure && error.refused
  const accept = createGroupCommit<Acceptance, Accepted>({
    write: createAccept(database),
    keyOf: ({ message }) => JSON.stringify([message.interface, message.chat, message.externalId]),
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault,
  })
  const commit = createGroupCommit<TaskChange, CommitOutcome>({
    write: (batch) => commitAll(database, batch),
    keyOf: (change) => change.taskId,
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault,
  })

  return {
    accept: (message, task, events) => accept({ message, task, events }),
    commit: async (change) => (isUuid(change.taskId) ? commit(change) : { type: 'not_found' }),
    get: async (taskId) => {
      if (!isUuid(taskId)) return null
      const [row] = await database.run<TaskRow>(GET_TASKS, [[taskId]])
      return row === undefined ? null : rowToTask(row)
    },
    list: (filter) => list(database, filter),
    events: async (taskId, after, limit): Promise<readonly TaskEvent[]> => {
      if (!isUuid(taskId)) return []
      return (await database.run<EventRow>(EVENTS, [taskId, after, limit])).map(rowToEvent)
    },
  }
}

async function list(database: Database, filter: TaskFilter) {
  const cursor = filter.cursor !== null && isUuid(filter.cursor) ? filter.cursor : null
  const userId = filter.userId === null ? null : storableText(filter.userId)
  const limit = Math.max(1, filter.limit)
  const rows = await database.run<TaskRow>(LIST, [userId, filter.statuses, cursor, limit + 1])
  const items = rows.slice(0, limit).map(rowToTask)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
