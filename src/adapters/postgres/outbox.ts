// What shall stand in chats, in PostgreSQL. What is put, or recorded, at the same time goes together (group commit).
import type { EntryChange, Outbox, OutboxEntry, OutboxState } from '../../core/ports/outbox.ts'
import type { Post } from '../../core/vocabulary/post.ts'
import { createGroupCommit } from './group-commit.ts'
import { createGroupRead } from './group-read.ts'
import { ENTRY_COLUMNS, rowToEntry } from './outbox-rows.ts'
import type { EntryRow } from './outbox-rows.ts'
import { createOutboxWrites } from './outbox-writes.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const FIND_BY_REF: Statement = {
  name: 'find_entry_by_ref',
  text: `
select ${ENTRY_COLUMNS} from outbox_refs r join outbox o on o.bot = r.bot and o.key = r.key
where r.bot = $1 and r.chat = $2 and r.ref = $3`,
}
const UNSETTLED: Statement = {
  name: 'unsettled_entries',
  text: `
select ${ENTRY_COLUMNS} from outbox o
where o.bot = $1 and o.state in ('waiting', 'sending') order by o.line limit $2`,
}
// Locked in the order of their keys, see outbox-writes.ts. A message of the new chat keeps its name.
const MOVE: Statement = {
  name: 'move_entries',
  text: `
with locked as materialized (
  select o.bot, o.key from outbox o where o.bot = $1 and o.chat = $2 order by o.key for update
), moved as (
  update outbox o set chat = $3, refs = '{}', shown = 0 from locked l where o.bot = l.bot and o.key = l.key
)
delete from outbox_refs where bot = $1 and chat = $2`,
}
const RELEASE_HELD: Statement = {
  name: 'release_held_entries',
  text: `
with locked as materialized (
  select o.bot, o.key from outbox o where o.bot = $1 and o.chat = $2 and o.state = 'held' order by o.key for update
), released as (
  update outbox o set
    state = case when o.lane = any ($3::text[]) then 'waiting' else 'failed' end,
    attempts = case when o.lane = any ($3::text[]) then 0 else o.attempts end,
    error = case when o.lane = any ($3::text[]) then null else o.error end,
    not_before = case when o.lane = any ($3::text[]) then $4::timestamptz else o.not_before end,
    updated_at = $4
  from locked l where o.bot = l.bot and o.key = l.key
  returning ${ENTRY_COLUMNS}, o.line
)
select * from released where state = 'waiting' order by line`,
}
const STATE: Statement = {
  name: 'state_of_outbox',
  text: `
select
  (select count(*) from outbox where bot = $1 and state in ('waiting', 'sending'))::integer as waiting,
  (select min(waits_from) from outbox where bot = $1 and state in ('waiting', 'sending')) as oldest_waiting,
  (select count(*) from outbox where bot = $1 and state = 'ambiguous')::integer as ambiguous,
  (select count(*) from outbox where bot = $1 and state = 'failed')::integer as failed,
  (select count(*) from outbox where bot = $1 and state = 'held')::integer as held`,
}
const LIST: Statement = {
  name: 'list_entries',
  replanned: true,
  text: `
select ${ENTRY_COLUMNS} from outbox o
where ($1::text is null or o.bot = $1) and o.state = any ($2::text[]) order by o.line desc limit $3`,
}
// What somebody is at stays for the next time.
const PRUNE: Statement = {
  name: 'prune_outbox',
  text: `
with old as materialized (
  select o.bot, o.key from outbox o where o.state in ('settled', 'failed') and o.updated_at < $1 for update skip locked
), gone as (
  delete from outbox o using old where o.bot = old.bot and o.key = old.key returning o.bot, o.chat, o.key, o.refs
), forgotten as (
  delete from outbox_refs r using (select bot, chat, key, unnest(refs) as ref from gone) g
  where r.bot = g.bot and r.chat = g.chat and r.ref = g.ref and r.key = g.key
)
select count(*)::integer as pruned from gone`,
}

type StateRow = Omit<OutboxState, 'oldestWaiting'> & { readonly oldest_waiting: Date | null }

// One, so that of two puts of one process the later one stands, even where nobody waited for the first.
const LANES = 1
const MAX_BATCH = 250

export function createPostgresOutbox({ database }: { readonly database: Database }): Outbox {
  const isInputsFault = (error: unknown) => error instanceof DatabaseFailure && error.refused
  const writes = createOutboxWrites(database)
  let calls = 0
  // Any calls may share a statement: what concerns one key is put in order before it.
  const keyOf = () => String((calls += 1))
  const grouped = { keyOf, lanes: LANES, maxBatch: MAX_BATCH, isInputsFault }
  const put = createGroupCommit<readonly Post[], readonly OutboxEntry[]>({ write: writes.put, ...grouped })
  const record = createGroupCommit<readonly EntryChange[], readonly OutboxEntry[]>({ write: writes.record, ...grouped })
  const find = createGroupRead(writes.find)
  const one = async (statement: Statement, values: readonly string[]) => {
    const [row] = await database.run<EntryRow>(statement, values.map(storableText))
    return row === undefined ? null : rowToEntry(row)
  }
  return {
    put: async (posts) => (posts.length === 0 ? [] : put(posts)),
    find: async (bot, key) => find({ bot, key }),
    findByRef: (bot, chat, ref) => one(FIND_BY_REF, [bot, chat, ref]),
    unsettled: async (bot, limit) =>
      (await database.run<EntryRow>(UNSETTLED, [storableText(bot), Math.max(0, limit)])).map(rowToEntry),
    record: async (changes) => (changes.length === 0 ? [] : record(changes)),
    moveChat: async (bot, from, to) => {
      if (from !== to) await database.run(MOVE, [bot, from, to].map(storableText))
    },
    releaseHeld: async (bot, chat, lanes) => {
      const values = [storableText(bot), storableText(chat), [...lanes], new Date().toISOString()]
      return (await database.run<EntryRow>(RELEASE_HELD, values)).map(rowToEntry)
    },
    state: async (bot) => {
      const [row] = await database.run<StateRow>(STATE, [storableText(bot)])
      const { oldest_waiting: oldestWaiting = null, waiting = 0, ambiguous = 0, failed = 0, held = 0 } = row ?? {}
      return { waiting, ambiguous, failed, held, oldestWaiting }
    },
    list: async (bot, states, limit) => {
      const values = [bot === null ? null : storableText(bot), [...states], Math.max(0, limit)]
      return (await database.run<EntryRow>(LIST, values)).map(rowToEntry)
    },
    prune: async (before) => {
      const [row] = await database.run<{ pruned: number }>(PRUNE, [before.toISOString()])
      return row?.pruned ?? 0
    },
  }
}
