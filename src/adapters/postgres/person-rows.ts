// Which rows of each table are one person's: what is told of them, and what is taken away.

/**
 * What statements about a person begin with; $1 are all of their ids.
 *
 * Their own threads are those of a person alone with us, with all that was said there; of others' it is what they said, and what was
 * answered to it. A place is a chat of one bot, of which only those of one person with it are theirs. What is posted elsewhere about
 * a task or an approval of theirs bears its id in its key.
 */
export const THEIRS = `
with own_threads as materialized (
  select h.id, h.interface, h.chat from threads h where h.direct and h.started_by = any ($1::text[])
), own_tasks as materialized (
  select t.id from tasks t where t.user_id = any ($1)
), own_messages as materialized (
  select m.id from messages m
  where m.thread_id in (select id from own_threads) or m.author = any ($1) or m.task_id in (select id from own_tasks)
), own_artifacts as materialized (
  select a.id from artifacts a
  where a.message_id in (select id from own_messages) or a.task_id in (select id from own_tasks)
    -- Uploaded for a message that was never sent: the key says for which conversation.
    or a.message_id is null and a.task_id is null and a.object_key like 'uploads/%'
      and split_part(a.object_key, '/', 2) in (select id::text from own_threads)
), own_scopes as materialized (
  select 'person:' || i.id as scope from unnest($1) as i (id)
  union
  select 'chat:' || interface || '/' || regexp_replace(chat, '#[0-9]+$', '') from own_threads
), own_facts as materialized (
  select f.id from facts f where f.source_user = any ($1) or f.scope in (select scope from own_scopes)
), own_sources as materialized (
  select s.id from knowledge_sources s where s.scope in (select scope from own_scopes)
), own_secrets as materialized (
  -- Whose a secret is its newest version says.
  select s.name from (select distinct on (name) name, owner from secrets order by name, version desc) s
  where s.owner = any ($1)
), own_places as materialized (
  select split_part(chat, '/', 1) collate "C" as bot, split_part(chat, '/', 2) collate "C" as chat
  from own_threads where interface not in ('http', 'console', 'terminal')
  union
  select bot, chat from cards where direct and author = any ($1)
  union
  select bot, chat from chats where interface || ':' || chat = any ($1)
), own_marks as materialized (
  select id::text as mark from own_tasks
  union
  select e.data ->> 'approval_id' from task_events e join own_tasks t on t.id = e.task_id
  where e.type = 'approval.requested'
), own_posts as materialized (
  select x.bot, x.key from outbox x
  where (x.bot, x.chat) in (select bot, chat from own_places)
    or substring(x.key from '[0-9a-f]{8}-[0-9a-f-]{27}') in (select mark from own_marks)
), own_arrivals as materialized (
  select i.bot, i.update_id from inbox i
  where (i.bot, split_part(regexp_replace(i.lane, '^[a-z]+:', ''), '/', 1)) in (select bot, chat from own_places)
)`
