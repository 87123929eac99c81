// What happens to all that is remembered of a chat when it gets another id: one statement, because half of it would be worse
// than nothing.
import type { Statement } from './pool.ts'

// $1 bot, $2 and $3 the ids, $4 and $5 how the names of their threads begin. Repeating finds nothing left to do.
//
// The rows of the old chat stay, marked: what came from there and is worked off again has to find the context that it had.
// For the same reason messages keep the name under which they came in: a chat that moves numbers its messages anew,
// and the fifth message of the new chat is not the fifth of the old one. Where a thread of the new name is there already, the
// two become one.
export const MOVE_CHAT: Statement = {
  name: 'move_chat',
  text: `
with gone as (
  update chats set moved_to = $3 where bot = $1 and chat = $2 and moved_to is distinct from $3 returning *
), arrived as (
  insert into chats as c (bot, chat, topic, interface, context, causes, verbosity, open, closed, title, takes)
  select bot, $3, topic, interface, context, causes, verbosity, open, closed, title, takes from gone order by topic
  on conflict (bot, chat, topic) do update set
    context = greatest(c.context, excluded.context),
    causes = case when c.context > excluded.context then c.causes else excluded.causes end,
    verbosity = excluded.verbosity, open = excluded.open, closed = excluded.closed, title = excluded.title,
    takes = c.takes || excluded.takes
), held as (
  update held_messages set chat = $3 where bot = $1 and chat = $2
), moving as materialized (
  select t.id, t.interface, t.last_at, $5 || substr(t.chat, length($4) + 1) as chat from threads t
  where t.interface not in ('http', 'console', 'terminal') and starts_with(t.chat, $4)
  order by t.id for update
), there as materialized (
  select m.id, m.last_at, h.id as there_id from moving m join threads h on h.interface = m.interface and h.chat = m.chat
), renamed as (
  update threads t set chat = m.chat from moving m
  where t.id = m.id and not exists (select from there x where x.id = m.id)
), later as (
  update threads t set last_at = greatest(t.last_at, x.last_at) from there x where t.id = x.there_id
), said as (
  update messages s set thread_id = x.there_id from there x where s.thread_id = x.id
  returning s.task_id, s.thread_id
), locked as materialized (
  select t.id, s.thread_id
  from (select distinct task_id, thread_id from said where task_id is not null order by task_id) s
  cross join lateral (select id from tasks where id = s.task_id for update) t
), told as (
  update tasks t set thread_id = l.thread_id from locked l where t.id = l.id
)
delete from threads t using there x where t.id = x.id`,
}
