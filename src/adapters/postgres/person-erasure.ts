// How a person's rows are taken away: all tables in one statement, after their tasks were locked.
import { THEIRS } from './person-rows.ts'
import type { Statement } from './pool.ts'

// Whoever appends to one of the tasks waits, and then finds no task; what they appended before is seen by the next statement.
export const LOCK_TASKS: Statement = {
  name: 'lock_tasks_of_person',
  text: 'select id from tasks where user_id = any ($1::text[]) order by id for update',
}

export const COUNT_RUNNING: Statement = {
  name: 'running_tasks_of_person',
  text: `
select count(*)::integer as tasks from tasks
where user_id = any ($1::text[])
  and (status in ('running', 'aborting')
    or (status in ('pending', 'routing', 'queued') and fencing_token is not null and claimable_at > now()))`,
}

const NAME_OF_NOBODY = 'erased'

// What remains bears no name any more. Numbers of arrivals stay, so that none counts as new. All parts see the rows as they were before, so their order does not matter.
export const ERASE: Statement = {
  name: 'erase_person',
  text: `${THEIRS}, gone_members as (
  delete from members where user_id = any ($1) returning 1
), gone_links as (
  delete from identity_links where user_id = any ($1) or person = any ($1) returning 1
), gone_offers as (
  delete from identity_offers where user_id = any ($1) returning 1
), gone_requests as (
  delete from pairing_requests where user_id = any ($1) returning 1
), gone_logins as (
  delete from login_tokens where user_id = any ($1) returning 1
), gone_credentials as (
  delete from credentials where user_id = any ($1) returning 1
), gone_threads as (
  delete from threads where id in (select id from own_threads) returning 1
), unnamed_threads as (
  update threads set started_by = null where not direct and started_by = any ($1)
), gone_messages as (
  delete from messages where id in (select id from own_messages) returning 1
), gone_artifacts as (
  delete from artifacts where id in (select id from own_artifacts) returning object_key
), gone_tasks as (
  delete from tasks where id in (select id from own_tasks) returning 1
), gone_events as (
  delete from task_events where task_id in (select id from own_tasks) returning 1
), unnamed_ledger as (
  update ledger set user_id = '${NAME_OF_NOBODY}' where user_id = any ($1)
), gone_facts as (
  delete from facts where id in (select id from own_facts) returning 1
), unnamed_facts as (
  update facts set decided_by = '${NAME_OF_NOBODY}' where decided_by = any ($1) and id not in (select id from own_facts)
), unnamed_decisions as (
  update fact_decisions set decided_by = '${NAME_OF_NOBODY}'
  where decided_by = any ($1) and fact_id not in (select id from own_facts)
), gone_sources as (
  delete from knowledge_sources where id in (select id from own_sources) returning 1
), unnamed_sources as (
  update knowledge_sources set added_by = '${NAME_OF_NOBODY}'
  where added_by = any ($1) and id not in (select id from own_sources)
), gone_standing as (
  delete from standing_approvals where user_id = any ($1) or approved_by = any ($1) returning 1
), gone_secrets as (
  delete from secrets where name in (select name from own_secrets) or owner = any ($1) returning 1
), gone_uses as (
  delete from secret_uses where name in (select name from own_secrets)
), unnamed_secrets as (
  update secrets set created_by = '${NAME_OF_NOBODY}'
  where created_by = any ($1) and coalesce(owner <> all ($1), true) and name not in (select name from own_secrets)
), gone_chats as (
  delete from chats where (bot, chat) in (select bot, chat from own_places) returning 1
), gone_cards as (
  delete from cards where author = any ($1) or task_id in (select id from own_tasks) returning 1
), gone_held as (
  delete from held_messages
  where author = any ($1) or (bot, chat) in (select bot, chat from own_places) returning 1
), gone_actions as (
  delete from actions where only_for = any ($1) or (bot, chat) in (select bot, chat from own_places) returning 1
), unnamed_actions as (
  update actions set used_by = '${NAME_OF_NOBODY}'
  where used_by = any ($1) and coalesce(only_for <> all ($1), true) and (bot, chat) not in (select bot, chat from own_places)
), gone_posts as (
  delete from outbox where (bot, key) in (select bot, key from own_posts) returning posting
), gone_refs as (
  delete from outbox_refs where (bot, key) in (select bot, key from own_posts)
), gone_arrivals as (
  update inbox set raw = null, lane = '', error = null, state = 'finished' where (bot, update_id) in (select bot, update_id from own_arrivals)
  returning 1
), keys as (
  select object_key as key from gone_artifacts
  union
  select posting -> 'file' ->> 'objectKey' from gone_posts
)
select json_build_object(
    'members', (select count(*) from gone_members),
    'credentials', (select count(*) from gone_credentials),
    'identity_links', (select count(*) from gone_links),
    'identity_offers', (select count(*) from gone_offers),
    'pairing_requests', (select count(*) from gone_requests),
    'login_tokens', (select count(*) from gone_logins),
    'threads', (select count(*) from gone_threads),
    'messages', (select count(*) from gone_messages),
    'artifacts', (select count(*) from gone_artifacts),
    'tasks', (select count(*) from gone_tasks),
    'task_events', (select count(*) from gone_events),
    'facts', (select count(*) from gone_facts),
    'knowledge_sources', (select count(*) from gone_sources),
    'standing_approvals', (select count(*) from gone_standing),
    'secrets', (select count(*) from gone_secrets),
    'chats', (select count(*) from gone_chats),
    'cards', (select count(*) from gone_cards),
    'held_messages', (select count(*) from gone_held),
    'actions', (select count(*) from gone_actions),
    'outbox', (select count(*) from gone_posts),
    'inbox', (select count(*) from gone_arrivals)
  ) as records,
  array(
    select k.key from keys k
    where k.key is not null
      and not exists (
        select from artifacts a where a.object_key = k.key and a.id not in (select id from own_artifacts)
      )
      and not exists (
        select from outbox x
        where x.posting -> 'file' ->> 'objectKey' = k.key and (x.bot, x.key) not in (select bot, key from own_posts)
      )
    order by k.key
  ) as keys`,
}
