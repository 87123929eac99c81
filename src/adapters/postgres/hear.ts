// Records what people say: threads and messages of many callers in one statement, before anything is made of them.
import { v7 } from 'uuid'
import type { MessageId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage, Message } from '../../core/vocabulary/message.ts'
import { MESSAGE_COLUMNS, rowToMessage } from './message-rows.ts'
import type { MessageRow } from './message-rows.ts'
import type { Database, Statement } from './pool.ts'
import { columns } from './rows.ts'
import { storableJson, storableText, storableTextOrNull } from './storable-text.ts'
import { bumped } from './thread-time.ts'

export type Heard = { readonly message: IncomingMessage; readonly at: Date }

const INPUT = [
  'interface',
  'chat',
  'external_id',
  'author',
  'author_name',
  'body',
  'raw',
  'in_context',
  'direct',
  'at',
  'id',
  'proposed_thread',
] as const

// As in accept.ts: what finds neither its thread nor itself, because another transaction makes them now, takes another round.
const HEAR: Statement = {
  name: 'hear',
  text: `
with input as (
  select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::json[], $8::boolean[], $9::boolean[],
    $10::timestamptz[], $11::uuid[], $12::uuid[]
  ) as i (
    interface, chat, external_id, author, author_name, body, raw, in_context, direct, at, id, proposed_thread
  )
), made as (
  insert into threads (id, interface, chat, created_at, started_by, direct, last_at)
  select distinct on (i.interface, i.chat)
    i.proposed_thread, i.interface, i.chat, i.at, i.author, i.direct, max(i.at) over (partition by i.interface, i.chat)
  from input i
  where not exists (select from threads h where h.interface = i.interface and h.chat = i.chat)
    and not exists (
      select from messages m where m.interface = i.interface and m.chat = i.chat and m.external_id = i.external_id
    )
  order by i.interface, i.chat, i.id
  on conflict do nothing
  returning id, interface, chat
), thread as (
  select id, interface, chat from made
  union all
  select h.id, h.interface, h.chat
  from (select distinct interface, chat from input) i join threads h using (interface, chat)
), said as (
  insert into messages as m (
    id, thread_id, role, author, author_name, body, in_context, created_at, interface, chat, external_id, raw
  )
  select i.id, h.id, 'user', i.author, i.author_name, i.body, i.in_context, i.at, i.interface, i.chat, i.external_id, i.raw
  from input i join thread h using (interface, chat)
  order by i.interface, i.chat, i.external_id
  on conflict (interface, chat, external_id) do nothing
  returning ${MESSAGE_COLUMNS}
), ${bumped('said', 'true')}
select * from said`,
}

const FIND_HEARD: Statement = {
  name: 'find_heard',
  text: `
select i.position::integer, ${MESSAGE_COLUMNS}
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as i (interface, chat, external_id, position)
join messages m using (interface, chat, external_id)`,
}

/** Rounds that a thread made elsewhere at the same moment may cost; each ends with that other transaction. */
const ROUNDS = 5

/** Writes a batch; inputs of one (interface, chat, externalId) must not share it. */
export async function hearAll(database: Database, batch: readonly Heard[]): Promise<readonly Message[]> {
  const inputs = batch.map(toInput)
  const found: (Message | undefined)[] = batch.map(() => undefined)
  const places = new Map(inputs.map(({ id }, place) => [id, place]))
  let open = inputs
  for (let round = 0; open.length > 0 && round < ROUNDS; round += 1) {
    for (const row of await database.run<MessageRow>(HEAR, columns(open, INPUT))) {
      const place = places.get(row.id)
      if (place !== undefined) found[place] = rowToMessage(row)
    }
    open = inputs.filter((_, place) => found[place] === undefined)
    if (open.length === 0) break
    const values = columns(open, ['interface', 'chat', 'external_id'])
    for (const row of await database.run<MessageRow & { position: number }>(FIND_HEARD, values)) {
      const place = places.get(open[row.position - 1]?.id ?? row.id)
      if (place !== undefined) found[place] = rowToMessage(row)
    }
    open = inputs.filter((_, place) => found[place] === undefined)
  }
  return found.map((message, place) => {
    if (message !== undefined) return message
    throw new Error(`The message ${inputs[place]?.external_id} was neither recorded nor found`)
  })
}

function toInput({ message, at }: Heard) {
  return {
    interface: message.interface,
    chat: storableText(message.chat),
    external_id: storableText(message.externalId),
    author: storableText(message.author),
    author_name: storableTextOrNull(message.authorName),
    body: storableText(message.text),
    raw: storableJson(message.raw),
    in_context: message.inContext ?? true,
    direct: message.direct ?? true,
    at: at.toISOString(),
    id: v7() as MessageId,
    proposed_thread: v7() as ThreadId,
  }
}
