// The two writes of the outbox that everything said and everything sent goes through: many callers in one statement.
import type { EntryChange, OutboxEntry } from '../../core/ports/outbox.ts'
import type { Post } from '../../core/vocabulary/post.ts'
import {
  CHANGE_COLUMNS,
  changeToColumns,
  ENTRY_COLUMNS,
  POST_COLUMNS,
  postToColumns,
  rowToEntry,
} from './outbox-rows.ts'
import type { EntryRow } from './outbox-rows.ts'
import type { Database, Statement } from './pool.ts'
import { columns } from './rows.ts'
import { storableText } from './storable-text.ts'

// Rows are taken in the order of their keys, as by every statement here that takes several, so two of them can't wait for
// each other. Postings are written in one way only, so equal ones are equal texts. What was put off stays put off: the
// chat may have told us to slow down.
const NOTHING = `'{"type":"nothing"}'`
const PUT: Statement = {
  name: 'put_posts',
  text: `
insert into outbox as o (
  bot, key, interface, chat, topic, lane, posting, version, state, refs, shown, attempts, not_before, waits_from, line,
  created_at, updated_at
)
select i.bot, i.key, i.interface, i.chat, i.topic, i.lane, i.posting, 1,
  case when i.posting::text = ${NOTHING} then 'settled' else 'waiting' end, '{}'::text[], 0, 0,
  $9::timestamptz, $9, i.line, $9, $9
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::bigint[])
  as i (bot, key, interface, chat, topic, lane, posting, line)
order by i.bot collate "C", i.key collate "C"
on conflict (bot, key) do update set
  posting = excluded.posting,
  lane = case when o.posting::text = excluded.posting::text then o.lane else excluded.lane end,
  version = o.version + (o.posting::text <> excluded.posting::text)::integer,
  state = case
    when o.state = 'sending' then 'sending'
    when excluded.posting::text = ${NOTHING} and o.refs = '{}' and o.shown = 0 and o.state <> 'ambiguous' then 'settled'
    when o.state = 'held' then 'held'
    else 'waiting'
  end,
  attempts = 0,
  error = case
    when excluded.posting::text = ${NOTHING} and o.refs = '{}' and o.shown = 0 then null
    when o.state = 'held' then o.error
  end,
  not_before = greatest(o.not_before, excluded.not_before),
  waits_from = case when o.state in ('waiting', 'held') then o.waits_from else excluded.waits_from end,
  updated_at = excluded.updated_at
where o.posting::text <> excluded.posting::text or o.state = 'failed'
returning ${ENTRY_COLUMNS}`,
}

// A newer posting that came meanwhile waits, and what is known of the messages in the chat is known of it too. Which
// message stands for which entry is written only where that changed.
const RECORD: Statement = {
  name: 'record_deliveries',
  text: `
with change as (
  select c.*, array(select json_array_elements_text(c.ref_list)) as refs
  from unnest(
    $1::text[], $2::text[], $3::integer[], $4::text[], $5::json[], $6::integer[], $7::integer[], $8::timestamptz[],
    $9::text[], $10::text[], $11::text[], $12::text[]
  ) as c (bot, key, version, state, ref_list, shown, attempts, not_before, error, interface, chat, topic)
), found as materialized (
  select c.*, o.version = c.version as is_newest, o.chat as old_chat, o.refs as old_refs,
    c.state <> 'sending' or o.version = c.version and o.state in ('waiting', 'sending') as may_be
  from (select * from change order by bot collate "C", key collate "C") c
  cross join lateral (
    select o.version, o.chat, o.refs, o.state from outbox o where o.bot = c.bot and o.key = c.key for update
  ) o
), locked as (
  select * from found where may_be
), forgotten as (
  delete from outbox_refs r
  using (select l.bot, l.key, l.old_chat, l.chat, l.refs, unnest(l.old_refs) as ref from locked l) g
  where r.bot = g.bot and r.chat = g.old_chat and r.ref = g.ref and r.key = g.key
    and not (g.chat = g.old_chat and g.ref = any (g.refs))
), known as (
  insert into outbox_refs (bot, chat, ref, key)
  select distinct on (g.bot, g.chat, g.ref) g.bot, g.chat, g.ref, g.key
  from (select l.bot, l.key, l.old_chat, l.chat, l.old_refs, unnest(l.refs) as ref from locked l) g
  where not (g.chat = g.old_chat and g.ref = any (g.old_refs))
  order by g.bot, g.chat, g.ref
  on conflict (bot, chat, ref) do update set key = excluded.key
), changed as (
  update outbox o set
  state = case when l.is_newest then l.state else 'waiting' end,
  refs = l.refs,
  shown = l.shown,
  attempts = case when l.is_newest then l.attempts else 0 end,
  not_before = case
    when l.is_newest then l.not_before
    when l.state = 'waiting' then greatest(o.not_before, l.not_before)
    else o.not_before
  end,
  error = case when l.is_newest then l.error end,
  interface = l.interface, chat = l.chat, topic = l.topic, updated_at = $13::timestamptz
  from locked l where o.bot = l.bot and o.key = l.key
  returning ${ENTRY_COLUMNS}
)
select * from changed
union all
select ${ENTRY_COLUMNS} from found f join outbox o using (bot, key) where not f.may_be`,
}
const FIND_ALL: Statement = {
  name: 'find_entries',
  text: `
select ${ENTRY_COLUMNS} from unnest($1::text[], $2::text[]) as i (bot, key)
join outbox o on o.bot = i.bot and o.key = i.key`,
}

type EntryName = { readonly bot: string; readonly key: string }

export type Writes = {
  readonly find: (batch: readonly EntryName[]) => Promise<readonly (OutboxEntry | null)[]>
  readonly put: (batch: readonly (readonly Post[])[]) => Promise<readonly (readonly OutboxEntry[])[]>
  readonly record: (batch: readonly (readonly EntryChange[])[]) => Promise<readonly (readonly OutboxEntry[])[]>
}

/** Batches of `put` must not overlap: what is put later gets the later place in the order of creation. */
export function createOutboxWrites(database: Database): Writes {
  let lastTime = 0
  let lastLine = 0

  /** Later than the batch before, so that whoever orders entries by their times keeps the order in which they were put. */
  function nextTime(): number {
    lastTime = Math.max(Date.now(), lastTime + 1)
    return lastTime
  }

  return {
    find: async (batch) => {
      const wanted = [
        ...new Map(
          batch.map(({ bot, key }) => [idOf(bot, key), { bot: storableText(bot), key: storableText(key) }]),
        ).values(),
      ]
      const found = toEntries(await database.run<EntryRow>(FIND_ALL, columns(wanted, ['bot', 'key'])))
      return batch.map(({ bot, key }) => found.get(idOf(bot, key)) ?? null)
    },
    put: async (batch) => {
      const at = nextTime()
      // Of several posts under one key only the last can ever stand.
      const posts = new Map(batch.flat().map((post) => [idOf(post.place.bot, post.key), post]))
      const rows = [...posts.values()].map((post) => {
        lastLine = Math.max(at * 1_000, lastLine + 1)
        return { ...postToColumns(post), line: lastLine }
      })
      const written = await database.run<EntryRow>(PUT, [
        ...columns(rows, [...POST_COLUMNS, 'line']),
        new Date(at).toISOString(),
      ])
      const entries = toEntries(written)
      const unchanged = rows.filter((row) => !entries.has(idOf(row.bot, row.key)))
      if (unchanged.length > 0) {
        const found = await database.run<EntryRow>(FIND_ALL, columns(unchanged, ['bot', 'key']))
        for (const [id, entry] of toEntries(found)) entries.set(id, entry)
      }
      return batch.map((call) => call.flatMap((post) => entries.get(idOf(post.place.bot, post.key)) ?? []))
    },
    record: async (batch) => {
      // A later change of one entry says all that the earlier one did.
      const changes = new Map(batch.flat().map((change) => [idOf(change.bot, change.key), change]))
      const rows = [...changes.values()].map(changeToColumns)
      const entries = toEntries(
        await database.run<EntryRow>(RECORD, [...columns(rows, CHANGE_COLUMNS), new Date().toISOString()]),
      )
      return batch.map((call) => call.flatMap((change) => entries.get(idOf(change.bot, change.key)) ?? []))
    },
  }
}

function idOf(bot: string, key: string): string {
  return `${storableText(bot)}\n${storableText(key)}`
}

function toEntries(rows: readonly EntryRow[]): Map<string, OutboxEntry> {
  return new Map(rows.map((row) => [idOf(row.bot, row.key), rowToEntry(row)]))
}
