// What arrived from chats, in PostgreSQL. What arrives, or is finished, at the same time goes together (group commit).
import type { Inbox, InboxItem, UnfinishedItem } from '../../core/ports/inbox.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { createGroupCommit } from './group-commit.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { columns } from './rows.ts'
import { storableJson, storableText } from './storable-text.ts'

// In the order of their keys, so that two processes that are told the same at once can't wait for each other.
const ADD: Statement = {
  name: 'add_to_inbox',
  text: `
insert into inbox (bot, update_id, lane, raw, received_at)
select i.bot, i.update_id, i.lane, i.raw, i.received_at
from unnest($1::text[], $2::bigint[], $3::text[], $4::json[], $5::timestamptz[])
  as i (bot, update_id, lane, raw, received_at)
order by i.bot collate "C", i.update_id
on conflict (bot, update_id) do nothing
returning bot, update_id::float8`,
}
const UNFINISHED: Statement = {
  name: 'unfinished_in_inbox',
  text: `
select bot, update_id::float8, lane, raw, received_at, attempts from inbox
where bot = $1 and state = 'open' order by inbox.update_id limit $2`,
}
// What was said is let go here: the number is enough to know it again.
const FINISH: Statement = {
  name: 'finish_in_inbox',
  text: `
with done as (
  select distinct d.bot collate "C" as bot, d.update_id from unnest($1::text[], $2::bigint[]) as d (bot, update_id)
  order by 1, 2
), locked as materialized (
  select l.bot, l.update_id from done d cross join lateral (
    select i.bot, i.update_id from inbox i
    where i.bot = d.bot and i.update_id = d.update_id and i.state <> 'finished' for update
  ) l
)
update inbox i set state = 'finished', raw = null, error = null
from locked l where i.bot = l.bot and i.update_id = l.update_id`,
}
const FAILED: Statement = {
  name: 'failed_in_inbox',
  text: `
update inbox set attempts = attempts + 1, error = $3, state = case when $4::boolean then 'set_aside' else state end
where bot = $1 and update_id = $2 and state <> 'finished'`,
}
const STATE: Statement = {
  name: 'state_of_inbox',
  text: `
select
  (select count(*) from inbox where bot = $1 and state = 'open')::integer as unfinished,
  (select count(*) from inbox where bot = $1 and state = 'set_aside')::integer as set_aside,
  last.update_id::float8 as last_update_id, last.received_at as last_received_at
from (select) as one left join lateral (
  select * from (
    (select update_id, received_at from inbox where bot = $1 order by received_at desc, update_id desc limit 1)
    union all
    select update_id, received_at from inbox_last where bot = $1
  ) as known order by received_at desc, update_id desc limit 1
) as last on true`,
}
// One bot after the other, as the index has them. What somebody is at stays for the next time.
const PRUNE: Statement = {
  name: 'prune_inbox',
  text: `
with recursive bots as (
  (select bot from inbox order by bot limit 1)
  union all
  select (select i.bot from inbox i where i.bot > b.bot order by i.bot limit 1) from bots b where b.bot is not null
), old as materialized (
  select i.bot, i.update_id from bots b cross join lateral (
    select n.bot, n.update_id from inbox n
    where n.bot = b.bot and n.received_at < $1 and n.state = 'finished' for update skip locked
  ) i
), gone as (
  delete from inbox i using old o where i.bot = o.bot and i.update_id = o.update_id
  returning i.bot, i.update_id, i.received_at
), remembered as (
  insert into inbox_last as l (bot, update_id, received_at)
  select distinct on (bot) bot, update_id, received_at from gone order by bot, received_at desc, update_id desc
  on conflict (bot) do update set update_id = excluded.update_id, received_at = excluded.received_at
  where (excluded.received_at, excluded.update_id) > (l.received_at, l.update_id)
)
select count(*)::integer as pruned from gone`,
}

type ItemRow = {
  readonly bot: BotId
  readonly update_id: number
  readonly lane: string
  readonly raw: JsonObject
  readonly received_at: Date
  readonly attempts: number
}
type StateRow = {
  readonly unfinished: number
  readonly set_aside: number
  readonly last_update_id: number | null
  readonly last_received_at: Date | null
}
type Finished = { readonly bot: BotId; readonly updateIds: readonly number[] }

const LANES = 2
const MAX_BATCH = 250

export function createPostgresInbox({ database }: { readonly database: Database }): Inbox {
  const isInputsFault = (error: unknown) => error instanceof DatabaseFailure && error.refused
  let calls = 0
  // Calls of one item may share a statement: it is new to the first of them.
  const keyOf = () => String((calls += 1))
  const add = createGroupCommit<readonly InboxItem[], readonly InboxItem[]>({
    write: (batch) => addAll(database, batch),
    keyOf,
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault,
  })
  const finish = createGroupCommit<Finished, null>({
    write: async (batch) => {
      const rows = batch.flatMap(({ bot, updateIds }) => updateIds.map((id) => ({ bot: storableText(bot), id })))
      await database.run(FINISH, columns(rows, ['bot', 'id']))
      return batch.map(() => null)
    },
    keyOf,
    lanes: LANES,
    maxBatch: MAX_BATCH,
    isInputsFault,
  })
  return {
    add: async (items) => (items.length === 0 ? [] : add(items)),
    unfinished: async (bot, limit) => {
      const rows = await database.run<ItemRow>(UNFINISHED, [storableText(bot), Math.max(0, limit)])
      return rows.map(rowToItem)
    },
    finish: async (bot, updateIds) => {
      if (updateIds.length > 0) await finish({ bot, updateIds })
    },
    failed: async (bot, updateId, error, setAside) => {
      await database.run(FAILED, [storableText(bot), updateId, storableText(error), setAside])
    },
    state: async (bot) => {
      const [row] = await database.run<StateRow>(STATE, [storableText(bot)])
      return {
        unfinished: row?.unfinished ?? 0,
        setAside: row?.set_aside ?? 0,
        lastUpdateId: row?.last_update_id ?? null,
        lastReceivedAt: row?.last_received_at ?? null,
      }
    },
    prune: async (before) => {
      const [row] = await database.run<{ pruned: number }>(PRUNE, [before.toISOString()])
      return row?.pruned ?? 0
    },
  }
}

async function addAll(database: Database, batch: readonly (readonly InboxItem[])[]) {
  const keyOf = (item: { readonly bot: string; readonly updateId: number }) => `${item.updateId} ${item.bot}`
  const items = new Map<string, ReturnType<typeof itemToColumns>>()
  for (const item of batch.flat()) {
    const row = itemToColumns(item)
    const key = keyOf({ bot: row.bot, updateId: item.updateId })
    if (!items.has(key)) items.set(key, row)
  }
  const rows = await database.run<{ bot: string; update_id: number }>(
    ADD,
    columns([...items.values()], ['bot', 'update_id', 'lane', 'raw', 'received_at']),
  )
  const fresh = new Set(rows.map((row) => keyOf({ bot: row.bot, updateId: row.update_id })))
  return batch.map((call) =>
    call.filter((item) => fresh.delete(keyOf({ bot: storableText(item.bot), updateId: item.updateId }))),
  )
}

function itemToColumns(item: InboxItem) {
  return {
    bot: storableText(item.bot),
    update_id: item.updateId,
    lane: storableText(item.lane),
    raw: storableJson(item.raw),
    received_at: item.receivedAt.toISOString(),
  }
}

function rowToItem(row: ItemRow): UnfinishedItem {
  return {
    bot: row.bot,
    updateId: row.update_id,
    lane: row.lane,
    raw: row.raw,
    receivedAt: row.received_at,
    attempts: row.attempts,
  }
}
