// What is remembered of chats, in PostgreSQL.
import type { ChatRecord, ChatStore, HeldMessage, Verbosity } from '../../core/ports/chat-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../../core/vocabulary/place.ts'
import { createGroupRead } from './group-read.ts'
import { MOVE_CHAT } from './move-chat.ts'
import { placeToColumns, rowToPlace } from './places.ts'
import type { PlaceRow } from './places.ts'
import { isDuplicate } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import { columns } from './rows.ts'
import { storableText } from './storable-text.ts'

const COLUMNS = 'interface, bot, chat, topic, context, verbosity, open, closed, title'
const GET: Statement = {
  name: 'get_chats',
  text: `
select g.number, c.interface, c.bot, c.chat, c.topic, c.context, c.verbosity, c.open, c.closed, c.title
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as g (bot, chat, topic, number)
join chats c on c.bot = g.bot and c.chat = g.chat and c.topic = g.topic`,
}
// Null is a setting too (as the operator configured, no title), so whether one is given is said apart.
const SET: Statement = {
  name: 'set_chat',
  text: `
insert into chats as c (bot, chat, topic, interface, verbosity, open, closed, title)
values ($1, $2, $3, $4, $5::smallint, coalesce($6::boolean, false), coalesce($7::boolean, false), $8)
on conflict (bot, chat, topic) do update set
  verbosity = case when $9::boolean then excluded.verbosity else c.verbosity end,
  open = coalesce($6, c.open),
  closed = coalesce($7, c.closed),
  title = case when $10::boolean then excluded.title else c.title end
returning ${COLUMNS}`,
}
// Every cause counts one up, so the place of a cause among the last fifty is its number.
const FRESH: Statement = {
  name: 'fresh_context',
  text: `
insert into chats as c (bot, chat, topic, interface, context, causes) values ($1, $2, $3, $4, 1, array[$5::text])
on conflict (bot, chat, topic) do update set
  context = c.context + 1, causes = (c.causes || $5::text)[greatest(1, cardinality(c.causes) - 48):]
where $5::text <> all (c.causes)
returning context`,
}
const CONTEXT_OF: Statement = {
  name: 'context_of_cause',
  text: `
select context - cardinality(causes) + array_position(causes, $4::text) as context from chats
where bot = $1 and chat = $2 and topic = $3`,
}
const HELD_COLUMNS = 'id, interface, bot, chat, topic, ref, external_id, author, body, sent_at'
const HOLD: Statement = {
  name: 'hold_message',
  text: `
with added as (
  insert into held_messages (bot, chat, topic, came_in, interface, ref, external_id, author, body, sent_at)
  values ($1, $2, $3, $2, $4, $5, $6, $7, $8, $9)
  on conflict (bot, came_in, topic, external_id) do nothing
  returning ${HELD_COLUMNS}
)
select * from added
union all
select ${HELD_COLUMNS} from held_messages where bot = $1 and chat = $2 and topic = $3 and taken_for is null
order by sent_at, id`,
}
// The chat's row is locked first, so of causes that race one takes all; each cause takes once.
const TAKE_HELD: Statement = {
  name: 'take_held',
  text: `
with first as (
  insert into chats as c (bot, chat, topic, interface, takes) values ($1, $2, $3, $4, array[$5::text])
  on conflict (bot, chat, topic) do update set
    takes = (c.takes || $5::text)[greatest(1, cardinality(c.takes) - 48):]
  where $5::text <> all (c.takes)
  returning c.bot
)
update held_messages set taken_for = $5
where bot = $1 and chat = $2 and topic = $3 and taken_for is null and (select count(*) from first) > 0`,
}
const TAKEN_FOR: Statement = {
  name: 'taken_for',
  text: `
select ${HELD_COLUMNS} from held_messages where bot = $1 and chat = $2 and topic = $3 and taken_for = $4
order by sent_at, id`,
}

type ChatRow = PlaceRow & {
  readonly context: number
  readonly verbosity: Verbosity | null
  readonly open: boolean
  readonly closed: boolean
  readonly title: string | null
}
type HeldRow = PlaceRow & {
  readonly ref: MessageRef
  readonly external_id: string
  readonly author: UserId
  readonly body: string
  readonly sent_at: Date
}

/** Threads that others make at the new place at the same moment. */
const ROUNDS = 5

export function createPostgresChatStore({ database }: { readonly database: Database }): ChatStore {
  return {
    get: createGroupRead((places) => getAll(database, places)),
    set: async (place, { verbosity, open, closed, title }) => {
      const values = [
        ...placeValues(place),
        verbosity ?? null,
        open ?? null,
        closed ?? null,
        typeof title === 'string' ? storableText(title) : null,
        verbosity !== undefined,
        title !== undefined,
      ]
      const [row] = await database.run<ChatRow>(SET, values)
      if (row === undefined) throw new Error('The settings of a chat were not kept')
      return rowToChat(row)
    },
    freshContext: async (place, cause) => {
      const values = [...placeValues(place), storableText(cause)]
      const [fresh] = await database.run<{ context: number }>(FRESH, values)
      if (fresh !== undefined) return fresh.context
      const { bot, chat, topic } = placeToColumns(place)
      const [known] = await database.run<{ context: number }>(CONTEXT_OF, [bot, chat, topic, storableText(cause)])
      if (known === undefined) throw new Error('The context of a chat was neither started nor found')
      return known.context
    },
    moveChat: (bot, from, to) => moveChat(database, bot, from, to),
    hold: async ({ place, ref, externalId, by, text, sentAt }) => {
      const texts = [ref, externalId, by, text].map(storableText)
      const rows = await database.run<HeldRow>(HOLD, [...placeValues(place), ...texts, sentAt.toISOString()])
      return rows.map(rowToHeld)
    },
    takeHeld: async (place, cause) => {
      await database.run(TAKE_HELD, [...placeValues(place), storableText(cause)])
      const { bot, chat, topic } = placeToColumns(place)
      return (await database.run<HeldRow>(TAKEN_FOR, [bot, chat, topic, storableText(cause)])).map(rowToHeld)
    },
  }
}

async function getAll(database: Database, places: readonly Place[]): Promise<readonly ChatRecord[]> {
  const values = columns(places.map(placeToColumns), ['bot', 'chat', 'topic'])
  const rows = await database.run<ChatRow & { readonly number: string }>(GET, values)
  const known = new Map(rows.map((row) => [Number(row.number), rowToChat(row)]))
  return places.map(
    (place, index) =>
      known.get(index + 1) ?? { place, context: 0, verbosity: null, open: false, closed: false, title: null },
  )
}

async function moveChat(database: Database, bot: BotId, from: string, to: string): Promise<void> {
  if (from === to) return
  for (let round = 1; ; round += 1) {
    try {
      await database.run(MOVE_CHAT, [...[bot, from, to, `${bot}/${from}/`, `${bot}/${to}/`].map(storableText)])
      return
    } catch (error) {
      if (!isDuplicate(error) || round === ROUNDS) throw error
    }
  }
}

function placeValues(place: Place): readonly string[] {
  const { bot, chat, topic, interface: interfaceName } = placeToColumns(place)
  return [bot, chat, topic, interfaceName]
}

function rowToChat(row: ChatRow): ChatRecord {
  const { context, verbosity, open, closed, title } = row
  return { place: rowToPlace(row), context, verbosity, open, closed, title }
}

function rowToHeld(row: HeldRow): HeldMessage {
  return {
    place: rowToPlace(row),
    ref: row.ref,
    externalId: row.external_id,
    by: row.author,
    text: row.body,
    sentAt: row.sent_at,
  }
}
