// The tasks and their logs in PostgreSQL: the truth. Writes of concurrent callers go together (group commit).
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { CommitOutcome, TaskChange, TaskFilter, TaskStore } from '../../core/ports/task-store.ts'
import { createAccept } from './accept.ts'
import type { Acceptance, Accepted } from './accept.ts'
import { commitAll, GET_TASKS } from './commit.ts'
import { createGroupCommit } from './group-commit.ts'
import { createGroupRead } from './group-read.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Sessions, Statement } from './pool.ts'
import { columns, isUuid, rowToEvent, rowToTask, TASK_COLUMNS } from './rows.ts'
import type { EventRow, TaskRow } from './rows.ts'
import { filterOfUsers } from './user-filter.ts'

// Two, so that a batch is on its way while the former one waits for the disk; more only make the batches smaller.
const LANES = 2
const MAX_BATCH = 250

const EVENTS: Statement = {
  name: 'events',
  text: `
select g.number, e.task_id, e.seq, e.type, e.at, e.data
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) with ordinality as g (task_id, after, most, number)
cross join lateral (
  select * from task_events t where t.task_id = g.task_id and t.seq > g.after order by t.seq limit g.most
) e
order by g.number, e.seq`,
}

// A cursor is the last id of the page before; ids of version 7 sort by creation. An unknown cursor is as good as none.
const LIST: Statement = {
  name: 'list',
  replanned: true,
  text: `
select ${TASK_COLUMNS} from tasks t
where ($1::text is null or t.user_id = $1) and ($5::text[] is null or t.user_id = any ($5))
  and ($2::text[] is null or t.status = any ($2))
  and t.id < coalesce((select c.id from tasks c where c.id = $3::uuid), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
order by t.id desc limit $4`,
}

type Wanted = { readonly taskId: TaskId; readonly after: number; readonly limit: number }

export function createPostgresTaskStore({ database }: { readonly database: Database & Sessions }): TaskStore {
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

  const events = createGroupRead((wanted: readonly Wanted[]) => readEvents(database, wanted))

  return {
    accept: (message, task, events) => accept({ message, task, events }),
    commit: async (change) => (isUuid(change.taskId) ? commit(change) : { type: 'not_found' }),
    get: async (taskId) => {
      if (!isUuid(taskId)) return null
      const [row] = await database.run<TaskRow>(GET_TASKS, [[taskId]])
      return row === undefined ? null : rowToTask(row)
    },
    list: (filter) => list(database, filter),
    events: async (taskId, after, limit) => (isUuid(taskId) ? events({ taskId, after, limit }) : []),
  }
}

async function readEvents(database: Database, wanted: readonly Wanted[]): Promise<readonly (readonly TaskEvent[])[]> {
  const values = columns(wanted, ['taskId', 'after', 'limit'])
  const logs: TaskEvent[][] = wanted.map(() => [])
  for (const row of await database.run<EventRow & { readonly number: string }>(EVENTS, values)) {
    logs[Number(row.number) - 1]?.push(rowToEvent(row))
  }
  return logs
}

async function list(database: Database, filter: TaskFilter) {
  const cursor = filter.cursor !== null && isUuid(filter.cursor) ? filter.cursor : null
  const [one, several] = filterOfUsers(filter.userId)
  const limit = Math.max(1, filter.limit)
  const rows = await database.run<TaskRow>(LIST, [one, filter.statuses, cursor, limit + 1, several])
  const items = rows.slice(0, limit).map(rowToTask)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
