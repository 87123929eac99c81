// What the buttons in chats do, in PostgreSQL.
import type { Action, ActionStore, TakenAction } from '../../core/ports/action-store.ts'
import type { ActionId, UserId } from '../../core/vocabulary/ids.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { Place } from '../../core/vocabulary/place.ts'
import { placeKey } from '../../core/vocabulary/place.ts'
import { createGroupCommit } from './group-commit.ts'
import { placeToColumns, rowToPlace } from './places.ts'
import type { PlaceRow } from './places.ts'
import { DatabaseFailure } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { columns } from './rows.ts'
import { storableJson, storableText } from './storable-text.ts'

const COLUMNS = `a.id, a.interface, a.bot, a.chat, a.topic, a.group_name, a.name, a.only_for, a.does, a.expires_at,
  a.state, a.used_by, a.used_at, a.tap`
const NAMES = [
  'id',
  'interface',
  'bot',
  'chat',
  'topic',
  'group_name',
  'name',
  'only_for',
  'does',
  'expires_at',
] as const

// Of a bot's group and name at most one is alive. One whose time is over makes room first. Every statement here takes
// the rows of a group in the order of their names, so two of them can't wait for each other.
const OFFER: Statement = {
  name: 'offer_actions',
  text: `
with offered as (
  select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::json[],
    $10::timestamptz[]
  ) as o (id, interface, bot, chat, topic, group_name, name, only_for, does, expires_at)
  order by o.bot collate "C", o.group_name collate "C", o.name collate "C"
), over as materialized (
  select l.id from offered o cross join lateral (
    select a.id from actions a
    where a.bot = o.bot and a.group_name = o.group_name and a.name = o.name and a.state = 'live' and a.expires_at <= $11
    for update
  ) l
), ended as (
  update actions a set state = 'dead' from over where a.id = over.id returning a.id
)
insert into actions as a (id, interface, bot, chat, topic, group_name, name, only_for, does, expires_at)
select * from offered where (select count(*) from ended) >= 0
on conflict (bot, group_name, name) where state = 'live'
do update set does = excluded.does, expires_at = excluded.expires_at
returning ${COLUMNS}`,
}
// Locking reads what is true at that moment: of taps that race the second finds nothing alive.
const TAKE: Statement = {
  name: 'take_action',
  text: `
with tapped as materialized (
  select bot, group_name from actions where id = $1
), locked as materialized (
  select a.* from tapped t join actions a on a.bot = t.bot and a.group_name = t.group_name
  where a.state = 'live' order by a.name for update of a
), may as materialized (
  select l.id from locked l
  where l.id = $1 and l.bot = $2 and l.chat = $3 and l.topic = $4 and (l.only_for is null or l.only_for = $5)
    and l.expires_at > $6
), taken as (
  update actions a set state = 'used', used_by = $5, used_at = $6, tap = case when a.id = $1 then $7 end
  from locked l where a.id = l.id and exists (select from may)
  returning ${COLUMNS}
)
select * from taken where id = $1`,
}
const GET: Statement = { name: 'get_action', text: `select ${COLUMNS} from actions a where a.id = $1` }
const WITHDRAW: Statement = {
  name: 'withdraw_actions',
  text: `
with groups as (
  select distinct g.bot collate "C" as bot, g.group_name collate "C" as group_name
  from unnest($1::text[], $2::text[]) as g (bot, group_name) order by 1, 2
), locked as materialized (
  select l.id from groups g cross join lateral (
    select a.id from actions a
    where a.bot = g.bot and a.group_name = g.group_name and a.state = 'live' order by a.name for update
  ) l
)
update actions a set state = 'dead' from locked l where a.id = l.id`,
}
const MOVE: Statement = {
  name: 'move_actions',
  text: `
with locked as materialized (
  select id from actions where bot = $1 and chat = $2 order by group_name, name, id for update
)
update actions a set chat = $3 from locked l where a.id = l.id`,
}
// What somebody is at stays for the next time.
const PRUNE: Statement = {
  name: 'prune_actions',
  text: `
with old as materialized (select id from actions where expires_at < $1 for update skip locked), gone as (
  delete from actions a using old where a.id = old.id returning a.id
)
select count(*)::integer as pruned from gone`,
}

type Row = PlaceRow & {
  readonly id: ActionId
  readonly group_name: string
  readonly name: string
  readonly only_for: UserId | null
  readonly does: JsonObject
  readonly expires_at: Date
} & (
    | { readonly state: 'live' | 'dead' }
    | { readonly state: 'used'; readonly used_by: UserId; readonly used_at: Date; readonly tap: string | null }
  )

type Group = { readonly bot: string; readonly group: string }

const LANES = 2
const MAX_BATCH = 100
/** Looks again where the answer changed between two looks, e.g. because it was offered anew. */
const ROUNDS = 3

export function createPostgresActionStore({ database }: { readonly database: Database }): ActionStore {
  const isInputsFault = (error: unknown) => error instanceof DatabaseFailure && error.refused
  const grouped = { lanes: LANES, maxBatch: MAX_BATCH, isInputsFault }
  const offer = createGroupCommit<readonly Action[], readonly Action[]>({
    write: (batch) => offerAll(database, batch),
    // What is offered twice at once is offered one after the other.
    keyOf: (actions) => actions.map(nameOf).join(),
    ...grouped,
  })
  const withdraw = createGroupCommit<Group, null>({
    write: async (batch) => {
      await database.run(WITHDRAW, columns(batch, ['bot', 'group']))
      return batch.map(() => null)
    },
    keyOf: ({ bot, group }) => JSON.stringify([bot, group]),
    ...grouped,
  })
  return {
    offer: async (actions) => (actions.length === 0 ? [] : offer(actions)),
    take: (id, tap, place, by, now) => take(database, id, tap, place, by, now),
    withdraw: async (bot, group) => {
      await withdraw({ bot: storableText(bot), group: storableText(group) })
    },
    moveChat: async (bot, from, to) => {
      if (from !== to) await database.run(MOVE, [bot, from, to].map(storableText))
    },
    prune: async (before) => {
      const [row] = await database.run<{ pruned: number }>(PRUNE, [before.toISOString()])
      return row?.pruned ?? 0
    },
  }
}

async function offerAll(
  database: Database,
  batch: readonly (readonly Action[])[],
): Promise<readonly (readonly Action[])[]> {
  const offered = new Map(batch.flat().map((action) => [nameOf(action), actionToColumns(action)]))
  const values = [...columns([...offered.values()], NAMES), new Date().toISOString()]
  const rows = await database.run<Row>(OFFER, values)
  const live = new Map(rows.map(rowToAction).map((action) => [nameOf(action), action]))
  return batch.map((actions) => actions.flatMap((action) => live.get(nameOf(action)) ?? []))
}

async function take(
  database: Database,
  id: ActionId,
  tap: string,
  place: Place,
  by: UserId,
  now: Date,
): Promise<TakenAction> {
  const { bot, chat, topic } = placeToColumns(place)
  const values = [storableText(id), bot, chat, topic, storableText(by), now.toISOString(), storableText(tap)]
  for (let round = 1; round <= ROUNDS; round += 1) {
    const [taken] = await database.run<Row>(TAKE, values)
    if (taken !== undefined) return { type: 'taken', action: rowToAction(taken) }
    const [row] = await database.run<Row>(GET, [storableText(id)])
    const why = row === undefined ? { type: 'unknown' as const } : whyNot(row, tap, place, by, now)
    if (why !== null) return why
  }
  return { type: 'expired' }
}

/** Null: it can be taken now. */
function whyNot(row: Row, tap: string, place: Place, by: UserId, now: Date): TakenAction | null {
  if (storableText(placeKey(rowToPlace(row))) !== storableText(placeKey(place))) return { type: 'unknown' }
  if (row.state === 'used' && row.tap === storableText(tap)) return { type: 'taken', action: rowToAction(row) }
  if (row.only_for !== null && row.only_for !== storableText(by)) return { type: 'not_yours' }
  if (row.state === 'used') return { type: 'used', by: row.used_by, at: row.used_at }
  return row.state === 'dead' || row.expires_at <= now ? { type: 'expired' } : null
}

function nameOf({ place, group, name }: Action): string {
  return JSON.stringify([place.bot, group, name].map(storableText))
}

function actionToColumns(action: Action) {
  return {
    ...placeToColumns(action.place),
    id: storableText(action.id),
    group_name: storableText(action.group),
    name: storableText(action.name),
    only_for: action.onlyFor === null ? null : storableText(action.onlyFor),
    does: storableJson(action.does),
    expires_at: action.expiresAt.toISOString(),
  }
}

function rowToAction(row: Row): Action {
  return {
    id: row.id,
    group: row.group_name,
    name: row.name,
    place: rowToPlace(row),
    onlyFor: row.only_for,
    does: row.does,
    expiresAt: row.expires_at,
  }
}
