// The queue over the tasks table: claims with SKIP LOCKED, leases by the server's clock, fencing tokens from a sequence.
import type { TaskId, WorkerId } from '../../core/vocabulary/ids.ts'
import type { Claim, ClaimRequest, HeldClaim, Renewal, TaskQueue } from '../../core/ports/task-queue.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid, rowToTask, TASK_COLUMNS } from './rows.ts'
import type { TaskRow } from './rows.ts'
import { createTaskCounts } from './task-counts.ts'

// Says that the worker is alive, at most every two seconds, so that looking for work in vain writes nothing.
const BEAT = `
beat as (
  insert into workers (id, seen_at)
  select $1, now() where not exists (select from workers where id = $1 and seen_at > now() - interval '2 seconds')
  on conflict (id) do update set seen_at = excluded.seen_at
)`

const claimWhere = (name: string, condition: string): Statement => ({
  name,
  text: `
with ${BEAT}, due as (
  select id, claimable_at from tasks
  where claimable_at <= now() ${condition}
    and not exists (select from settings where key = 'paused' and value::text = 'true')
  order by claimable_at limit $3 for update skip locked
), claimed as (
  update tasks t set
    claimable_at = now() + $2 * interval '1 millisecond', fencing_token = nextval('fencing_tokens'), worker = $1,
    attempts = t.attempts + 1
  from due where t.id = due.id
  returning ${TASK_COLUMNS}, t.fencing_token, t.attempts, due.claimable_at as waiting_since
)
select * from claimed order by waiting_since, id`,
})

const CLAIM_ANY = claimWhere('claim_any', '')
const CLAIM_ONE = claimWhere('claim_one', 'and id = $4')

// Locked in the order of their ids, see commit.ts. A task that nobody may claim (it is over, or waits for a person) is
// no longer held by anybody, and must not become claimable by being renewed.
const RENEW: Statement = {
  name: 'renew',
  text: `
with ${BEAT}, held as (
  select * from unnest($3::uuid[], $4::bigint[]) as h (id, token)
), locked as materialized (
  select h.id, l.status, coalesce(l.fencing_token = h.token and l.claimable_at is not null, false) as is_held
  from (select * from held order by id) h
  cross join lateral (select t.status, t.fencing_token, t.claimable_at from tasks t where t.id = h.id for update) l
), renewed as (
  update tasks t set claimable_at = now() + $2 * interval '1 millisecond'
  from locked l where t.id = l.id and l.is_held
)
select h.id,
  case when not coalesce(l.is_held, false) then 'lost' when l.status = 'aborting' then 'aborting' else 'held' end as state
from held h left join locked l using (id)`,
}

const RELEASE: Statement = {
  name: 'release',
  text: `
update tasks set claimable_at = now() + $3 * interval '1 millisecond', fencing_token = null, worker = null
where id = $1 and fencing_token = $2 and claimable_at is not null`,
}

// Locked in the order of their ids, see commit.ts; what somebody claimed since then has another worker by now.
const BURY: Statement = {
  name: 'bury',
  text: `
with gone as (delete from workers where id = $1), held as materialized (
  select id from tasks where worker = $1 and claimable_at is not null order by id for update
), given as (
  update tasks t set claimable_at = now(), fencing_token = null, worker = null from held where t.id = held.id
  returning t.id
)
select count(*)::integer as tasks from given`,
}

const SET_PAUSED: Statement = {
  name: 'set_paused',
  text: `insert into settings (key, value) values ('paused', $1::text::json)
on conflict (key) do update set value = excluded.value`,
}

const ALIVE: Statement = {
  name: 'alive',
  text: `select id from workers where seen_at > now() - interval '30 seconds' order by id`,
}
const PAUSED: Statement = {
  name: 'paused',
  text: `select exists (select from settings where key = 'paused' and value::text = 'true') as paused`,
}

type ClaimRow = TaskRow & { readonly fencing_token: string; readonly attempts: number }

export function createPostgresTaskQueue({ database }: { readonly database: Database }): TaskQueue {
  const countTasks = createTaskCounts({ database })
  return {
    claim: (request) => claim(database, request),
    renew: (worker, claims, leaseMs) => renew(database, worker, claims, leaseMs),
    release: async (held, delayMs) => {
      if (isUuid(held.taskId)) await database.run(RELEASE, [held.taskId, held.token.toString(), delayMs])
    },
    bury: async (worker) => {
      const rows = await database.run<{ tasks: number }>(BURY, [worker])
      return rows[0]?.tasks ?? 0
    },
    setPaused: async (paused) => {
      await database.run(SET_PAUSED, [String(paused)])
    },
    state: async () => {
      const [counts, alive, setting] = await Promise.all([
        countTasks(),
        database.run<{ id: WorkerId }>(ALIVE, []),
        database.run<{ paused: boolean }>(PAUSED, []),
      ])
      return {
        paused: setting[0]?.paused ?? false,
        counts,
        workers: alive.map((row) => row.id),
      }
    },
  }
}

async function claim(database: Database, { worker, limit, leaseMs, only }: ClaimRequest): Promise<readonly Claim[]> {
  if (limit <= 0 || (only !== null && !isUuid(only))) return []
  const rows =
    only === null
      ? await database.run<ClaimRow>(CLAIM_ANY, [worker, leaseMs, limit])
      : await database.run<ClaimRow>(CLAIM_ONE, [worker, leaseMs, limit, only])
  return rows.map((row) => ({ task: rowToTask(row), token: BigInt(row.fencing_token), attempt: row.attempts }))
}

async function renew(
  database: Database,
  worker: WorkerId,
  claims: readonly HeldClaim[],
  leaseMs: number,
): Promise<readonly Renewal[]> {
  const known = claims.filter((held) => isUuid(held.taskId))
  const ids = known.map((held) => held.taskId)
  const tokens = known.map((held) => held.token.toString())
  const rows = await database.run<{ id: TaskId; state: Renewal['state'] }>(RENEW, [worker, leaseMs, ids, tokens])
  const states = new Map(rows.map((row) => [row.id, row.state]))
  return claims.map(({ taskId }) => ({ taskId, state: states.get(taskId) ?? 'lost' }))
}
