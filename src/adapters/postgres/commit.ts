// Appends to tasks' logs: the changes of many callers in one statement, each under its own version and token.
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { CommitOutcome, TaskChange } from '../../core/ports/task-store.ts'
import type { Database, Statement } from './pool.ts'
import {
  columns,
  EVENT_COLUMNS,
  eventToColumns,
  rowToTask,
  TASK_COLUMNS,
  taskToChangedColumns,
  USAGE_COLUMNS,
  usageEntries,
} from './rows.ts'
import type { TaskRow } from './rows.ts'

const CHANGE = [
  'id',
  'expected_seq',
  'token',
  'claimable',
  'claimable_at',
  'progressed',
  'task_type',
  'status',
  'routing',
  'approval',
  'result',
  'error',
  'last_seq',
  'updated_at',
] as const

// Rows are locked one by one in the order of their ids, as every statement here does that locks several, so two of
// them can't wait for each other. Locking reads the newest version, so version and token are compared with what is
// true at the moment of writing. Giving the task to whoever comes ('now', 'at') also ends the claim it was under.
const COMMIT: Statement = {
  name: 'commit',
  text: `
with change as (
  select * from unnest(
    $1::uuid[], $2::integer[], $3::bigint[], $4::text[], $5::timestamptz[], $6::boolean[], $7::text[], $8::text[],
    $9::json[], $10::json[], $11::json[], $12::text[], $13::integer[], $14::timestamptz[]
  ) as c (
    id, expected_seq, token, claimable, claimable_at, progressed, task_type, status,
    routing, approval, result, error, last_seq, updated_at
  )
), locked as materialized (
  select c.id, l.last_seq, l.fencing_token
  from (select id from change order by id) c
  cross join lateral (select t.last_seq, t.fencing_token from tasks t where t.id = c.id for update) l
), written as (
  update tasks t set
    task_type = c.task_type, status = c.status, routing = c.routing, approval = c.approval, result = c.result,
    error = c.error, last_seq = c.last_seq, updated_at = c.updated_at,
    claimable_at = case c.claimable
      when 'keep' then t.claimable_at when 'now' then now() when 'at' then c.claimable_at end,
    fencing_token = case when c.claimable in ('now', 'at') then null else t.fencing_token end,
    worker = case when c.claimable in ('now', 'at') then null else t.worker end,
    attempts = case when c.progressed then 0 else t.attempts end
  from change c join locked l using (id)
  where t.id = c.id and l.last_seq = c.expected_seq and (c.token is null or c.token = l.fencing_token)
  returning t.id
), logged as (
  insert into task_events (task_id, seq, type, at, data)
  select e.* from unnest($15::uuid[], $16::integer[], $17::text[], $18::timestamptz[], $19::json[])
    as e (task_id, seq, type, at, data)
  join written w on w.id = e.task_id
), spent as (
  insert into ledger
  select u.* from unnest(
    $20::uuid[], $21::integer[], $22::text[], $23::timestamptz[], $24::text[], $25::text[], $26::text[], $27::boolean[],
    $28::bigint[], $29::bigint[], $30::bigint[]
  ) as u (task_id, seq, user_id, at, provider, model, tier, offline, input_tokens, output_tokens, cached_input_tokens)
  join written w on w.id = u.task_id
)
select c.id,
  case
    when w.id is not null then 'committed'
    when l.id is null then 'not_found'
    when c.token is not null and c.token is distinct from l.fencing_token then 'stale_token'
    else 'conflict'
  end as outcome
from change c left join locked l using (id) left join written w using (id)`,
}

export const GET_TASKS: Statement = {
  name: 'get_tasks',
  text: `select ${TASK_COLUMNS} from tasks t where t.id = any ($1::uuid[])`,
}

/** Writes the batch; two changes of one task must not share it. */
export async function commitAll(database: Database, batch: readonly TaskChange[]): Promise<readonly CommitOutcome[]> {
  const rows = await database.run<{ id: TaskId; outcome: CommitOutcome['type'] }>(COMMIT, [
    ...columns(batch.map(toChange), CHANGE),
    ...columns(
      batch.flatMap((change) => change.events.map(eventToColumns)),
      EVENT_COLUMNS,
    ),
    ...columns(
      batch.flatMap((change) => usageEntries(change.next.userId, change.events)),
      USAGE_COLUMNS,
    ),
  ])
  const outcomes = new Map(rows.map((row) => [row.id, row.outcome]))
  const conflicts = rows.filter((row) => row.outcome === 'conflict').map((row) => row.id)
  const present = new Map<TaskId, TaskRow>()
  if (conflicts.length > 0) {
    for (const row of await database.run<TaskRow>(GET_TASKS, [conflicts])) present.set(row.id, row)
  }
  return batch.map(({ taskId }) => {
    const type = outcomes.get(taskId) ?? 'not_found'
    if (type !== 'conflict') return { type }
    const row = present.get(taskId)
    return row === undefined ? { type: 'not_found' } : { type, task: rowToTask(row) }
  })
}

function toChange(change: TaskChange) {
  const at = change.claimable instanceof Date ? change.claimable : null
  return {
    id: change.taskId,
    expected_seq: change.expectedSeq,
    token: change.token === null ? null : change.token.toString(),
    claimable: at === null ? change.claimable : 'at',
    claimable_at: at === null ? null : at.toISOString(),
    progressed: change.progressed,
    ...taskToChangedColumns(change.next),
  }
}
