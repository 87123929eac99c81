// The statements by which requests are accepted (accept.ts): one for any case, and two at half the cost for the usual ones.
import type { Statement } from './pool.ts'
import { TASK_COLUMNS } from './rows.ts'
import { bumped } from './thread-time.ts'

/** The columns of one request, in the order in which every statement here takes them. */
export const INPUT = [
  'interface',
  'chat',
  'external_id',
  'author',
  'body',
  'raw',
  'task_id',
  'user_id',
  'thread_id',
  'input_text',
  'source',
  'created_at',
  'claimable',
  'task_type',
  'status',
  'routing',
  'approval',
  'result',
  'error',
  'last_seq',
  'updated_at',
  'author_name',
  'in_context',
  'direct',
  'confirm',
] as const

const INPUT_ROWS = `unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::uuid[], $8::text[], $9::uuid[],
    $10::text[], $11::json[], $12::timestamptz[], $13::boolean[], $14::text[], $15::text[], $16::json[], $17::json[],
    $18::json[], $19::text[], $20::integer[], $21::timestamptz[], $22::text[], $23::boolean[], $24::boolean[],
    $25::boolean[]
  ) as i (
    interface, chat, external_id, author, body, raw, task_id, user_id, proposed_thread,
    input_text, source, created_at, claimable, task_type, status, routing, approval,
    result, error, last_seq, updated_at, author_name, in_context, direct, confirm
  )`

// What the task of a message that is in `said` begins with. The first event names the thread that won: its JSON was written
// by us, so the proposed id stands in it exactly once as a member of its own, and replacing text keeps the rest as it is.
const BEGUN_OF_SAID = `begun as (
  insert into tasks (
    id, user_id, thread_id, input_text, task_type, status, source, routing, approval, result, error, last_seq,
    created_at, updated_at, claimable_at, confirm
  )
  select i.task_id, i.user_id, s.thread_id, i.input_text, i.task_type, i.status, i.source, i.routing, i.approval,
    i.result, i.error, i.last_seq, i.created_at, i.updated_at, case when i.claimable then now() end, i.confirm
  from said s join input i using (task_id)
), logged as (
  insert into task_events (task_id, seq, type, at, data)
  select e.task_id, e.seq, e.type, e.at,
    case when e.seq = 1 and s.thread_id <> i.proposed_thread
      then replace(e.data, '"thread_id":"' || i.proposed_thread || '"', '"thread_id":"' || s.thread_id || '"')
      else e.data
    end::json
  from unnest($26::uuid[], $27::integer[], $28::text[], $29::timestamptz[], $30::text[]) as e (task_id, seq, type, at, data)
  join said s using (task_id)
  join input i using (task_id)
)`

// A thread that another transaction makes at the same moment is neither made here nor seen yet: its messages get no
// row in this round, and a second round, with a newer snapshot, finds it. A message that is there already gets none
// either, unless it has no task yet: then it gets this one. A new message bears its task's id.
export const ACCEPT: Statement = {
  name: 'accept',
  text: `
with input as (
  select * from ${INPUT_ROWS}
), made as (
  insert into threads (id, interface, chat, created_at, started_by, direct, last_at)
  select distinct on (i.interface, i.chat)
    i.proposed_thread, i.interface, i.chat, i.created_at, i.author, i.direct,
    max(i.created_at) over (partition by i.interface, i.chat)
  from input i
  where not exists (select from threads h where h.interface = i.interface and h.chat = i.chat)
  order by i.interface, i.chat, i.task_id
  on conflict do nothing
  returning id, interface, chat
), thread as (
  select id, interface, chat from made
  union all
  select h.id, h.interface, h.chat
  from (select distinct interface, chat from input) i join threads h using (interface, chat)
), said as (
  insert into messages (
    id, thread_id, role, author, author_name, body, task_id, in_context, created_at, interface, chat, external_id, raw
  )
  select i.task_id, h.id, 'user', i.author, i.author_name, i.body, i.task_id, i.in_context, i.created_at, i.interface,
    i.chat, i.external_id, i.raw
  from input i join thread h using (interface, chat)
  order by i.interface, i.chat, i.external_id
  on conflict (interface, chat, external_id) do update set task_id = excluded.task_id
  where messages.task_id is null and messages.role = 'user'
  returning task_id, thread_id, created_at
), ${bumped('said', 'true')}, ${BEGUN_OF_SAID}, spent as (
  insert into ledger
  select u.* from unnest(
    $31::uuid[], $32::integer[], $33::text[], $34::timestamptz[], $35::text[], $36::text[], $37::text[], $38::boolean[],
    $39::bigint[], $40::bigint[], $41::bigint[], $42::boolean[]
  ) as u (
    task_id, seq, user_id, at, provider, model, tier, offline, input_tokens, output_tokens, cached_input_tokens, from_cache
  )
  join said s using (task_id)
)
select task_id, thread_id from said`,
}

// The usual case, at half the cost: every thread is known and every message new, so each table takes its rows without
// a look at the others. All or nothing: where one is otherwise nothing is written, and the statement above takes over.
export const ACCEPT_INTO_KNOWN: Statement = {
  name: 'accept_into_known',
  text: `
with input as materialized (
  select * from ${INPUT_ROWS}
), usual as materialized (
  select not exists (
      select from input i join messages m using (interface, chat, external_id)
    ) and not exists (
      select from unnest($31::uuid[], $32::text[], $33::text[]) as k (id, interface, chat)
      where not exists (
        select from threads h where h.id = k.id and h.interface = k.interface and h.chat = k.chat
      )
    ) as yes
), said as (
  insert into messages (
    id, thread_id, role, author, author_name, body, task_id, in_context, created_at, interface, chat, external_id, raw
  )
  select i.task_id, i.proposed_thread, 'user', i.author, i.author_name, i.body, i.task_id, i.in_context, i.created_at,
    i.interface, i.chat, i.external_id, i.raw
  from input i where (select yes from usual)
), ${bumped('(select proposed_thread as thread_id, created_at from input) as said', '(select yes from usual)')}, begun as (
  insert into tasks (
    id, user_id, thread_id, input_text, task_type, status, source, routing, approval, result, error, last_seq,
    created_at, updated_at, claimable_at, confirm
  )
  select i.task_id, i.user_id, i.proposed_thread, i.input_text, i.task_type, i.status, i.source, i.routing, i.approval,
    i.result, i.error, i.last_seq, i.created_at, i.updated_at, case when i.claimable then now() end, i.confirm
  from input i where (select yes from usual)
), logged as (
  insert into task_events (task_id, seq, type, at, data)
  select e.task_id, e.seq, e.type, e.at, e.data
  from unnest($26::uuid[], $27::integer[], $28::text[], $29::timestamptz[], $30::json[]) as e (task_id, seq, type, at, data)
  where (select yes from usual)
)
select yes from usual`,
}

// What was heard before, which is how every message of a conversation comes: all that is left to write is its task.
export const ACCEPT_HEARD: Statement = {
  name: 'accept_heard',
  text: `
with input as materialized (
  select * from ${INPUT_ROWS}
), heard as materialized (
  select i.task_id, m.id
  from (select * from input order by interface, chat, external_id) i
  cross join lateral (
    select m.id from messages m
    where m.interface = i.interface and m.chat = i.chat and m.external_id = i.external_id
      and m.task_id is null and m.role = 'user'
    for update
  ) m
), said as (
  update messages m set task_id = k.task_id from heard k where m.id = k.id
  returning m.task_id, m.thread_id
), ${BEGUN_OF_SAID}
select task_id, thread_id from said`,
}

export const FIND_ACCEPTED: Statement = {
  name: 'find_accepted',
  text: `
select i.position::integer, ${TASK_COLUMNS}
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as i (interface, chat, external_id, position)
join messages m using (interface, chat, external_id)
join tasks t on t.id = m.task_id`,
}
