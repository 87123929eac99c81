// Appends to tasks' logs: the changes of many callers in one statement, each under its own version and token.
import { v7 } from 'uuid'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import type { CommitOutcome, TaskChange } from '../../core/ports/task-store.ts'
import { appendAudit, auditedOf } from './audit-log.ts'
import type { Database, Sessions, Statement } from './pool.ts'
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
import { storableText } from './storable-text.ts'
import { bumped } from './thread-time.ts'

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
// Events and usage name their change by its place in the batch: looking up an answer by place needs no join.
const SPENT = `, spent as (
  insert into ledger
  select u.task_id, u.seq, u.user_id, u.at, u.provider, u.model, u.tier, u.offline, u.input_tokens, u.output_tokens,
    u.cached_input_tokens, u.from_cache
  from unnest(
    $21::integer[], $22::uuid[], $23::integer[], $24::text[], $25::timestamptz[], $26::text[], $27::text[], $28::text[],
    $29::boolean[], $30::bigint[], $31::bigint[], $32::bigint[], $33::boolean[]
  ) as u (
    place, task_id, seq, user_id, at, provider, model, tier, offline, input_tokens, output_tokens, cached_input_tokens,
    from_cache
  )
  where (select places from written)[u.place]
)`
// Into the thread that the task has by now; `first` is the number of the first of its values.
const saidFrom = (first: number) => `, said as (
  insert into messages (id, thread_id, role, body, task_id, created_at)
  select s.id, d.thread_id, 'assistant', s.body, d.id, s.at
  from unnest($${first}::integer[], $${first + 1}::uuid[], $${first + 2}::text[], $${first + 3}::timestamptz[])
    as s (place, id, body, at)
  join decided d on d.place = s.place
  where d.outcome = 'committed'
  returning thread_id, created_at
), ${bumped('said', 'true')}`
const SAID = ['place', 'id', 'body', 'at'] as const

const commitWith = (name: string, spent: string, said: string): Statement => ({
  name,
  text: `
with change as (
  select * from unnest(
    $1::uuid[], $2::integer[], $3::bigint[], $4::text[], $5::timestamptz[], $6::boolean[], $7::text[], $8::text[],
    $9::json[], $10::json[], $11::json[], $12::text[], $13::integer[], $14::timestamptz[]
  ) with ordinality as c (
    id, expected_seq, token, claimable, claimable_at, progressed, task_type, status,
    routing, approval, result, error, last_seq, updated_at, place
  )
), decided as materialized (
  select c.*, l.thread_id,
    case
      when l.id is null then 'not_found'
      when c.token is not null and c.token is distinct from l.fencing_token then 'stale_token'
      when l.last_seq <> c.expected_seq then 'conflict'
      else 'committed'
    end as outcome
  from (select * from change order by id) c
  left join lateral (select t.id, t.thread_id, t.last_seq, t.fencing_token from tasks t where t.id = c.id for update) l on true
), written as materialized (
  select array_agg(d.outcome = 'committed' order by d.place) as places from decided d
), changed as (
  update tasks t set
    task_type = d.task_type, status = d.status, routing = d.routing, approval = d.approval, result = d.result,
    error = d.error, last_seq = d.last_seq, updated_at = d.updated_at,
    claimable_at = case d.claimable
      when 'keep' then t.claimable_at when 'now' then now() when 'at' then d.claimable_at end,
    fencing_token = case when d.claimable in ('now', 'at') then null else t.fencing_token end,
    worker = case when d.claimable in ('now', 'at') then null else t.worker end,
    attempts = case when d.progressed then 0 else t.attempts end
  from decided d
  where t.id = d.id and d.outcome = 'committed'
), logged as (
  insert into task_events (task_id, seq, type, at, data)
  select e.task_id, e.seq, e.type, e.at, e.data
  from unnest($15::integer[], $16::uuid[], $17::integer[], $18::text[], $19::timestamptz[], $20::json[])
    as e (place, task_id, seq, type, at, data)
  where (select places from written)[e.place]
)${spent}${said}
select d.id, d.outcome from decided d`,
})
type OutcomeRow = { readonly id: TaskId; readonly outcome: CommitOutcome['type'] }

const COMMIT = commitWith('commit', '', '')
const COMMIT_WITH_USAGE = commitWith('commit_with_usage', SPENT, '')
const COMMIT_SAYING = commitWith('commit_saying', '', saidFrom(21))
const COMMIT_SAYING_WITH_USAGE = commitWith('commit_saying_with_usage', SPENT, saidFrom(34))

export const GET_TASKS: Statement = {
  name: 'get_tasks',
  text: `select ${TASK_COLUMNS} from tasks t where t.id = any ($1::uuid[])`,
}

/** Writes the batch; two changes of one task must not share it. What of them belongs into the audit log is committed with them. */
export async function commitAll(
  database: Database & Sessions,
  batch: readonly TaskChange[],
): Promise<readonly CommitOutcome[]> {
  const events = batch.flatMap((change, index) =>
    change.events.map((event) => ({ place: index + 1, ...eventToColumns(event) })),
  )
  const usage = batch.flatMap((change, index) =>
    usageEntries(change.next.userId, change.events).map((entry) => ({ place: index + 1, ...entry })),
  )
  const said = batch.flatMap((change, index) =>
    change.said === null
      ? []
      : [{ place: index + 1, id: v7(), body: storableText(change.said), at: change.next.updatedAt.toISOString() }],
  )
  const audited = batch.flatMap((change) => {
    const entries = auditedOf(change.next, change.events)
    return entries.length === 0 ? [] : [{ taskId: change.taskId, entries }]
  })
  const write = async (run: Database['run']) =>
    run<OutcomeRow>(statementFor(usage.length > 0, said.length > 0), [
      ...columns(batch.map(toChange), CHANGE),
      ...columns(events, ['place', ...EVENT_COLUMNS]),
      ...(usage.length === 0 ? [] : columns(usage, ['place', ...USAGE_COLUMNS])),
      ...(said.length === 0 ? [] : columns(said, SAID)),
    ])
  const rows =
    audited.length === 0
      ? await write(database.run)
      : await database.together(async (run) => {
          const written = await write(run)
          const committed = new Set(written.filter(({ outcome }) => outcome === 'committed').map(({ id }) => id))
          const entries = audited.flatMap((change) => (committed.has(change.taskId) ? change.entries : []))
          // Last of all: all rows are locked by now, so whoever holds the end of the chain waits for nobody.
          if (entries.length > 0) await appendAudit(run, entries)
          return written
        })
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

function statementFor(spends: boolean, says: boolean): Statement {
  if (says) return spends ? COMMIT_SAYING_WITH_USAGE : COMMIT_SAYING
  return spends ? COMMIT_WITH_USAGE : COMMIT
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
