// All that is kept of one person in PostgreSQL: told as a stream, or taken away in one transaction.
import type { Erased, PersonData, PersonRecord } from '../../core/ports/person-data.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { appendAudit } from './audit-log.ts'
import { COUNT_RUNNING, ERASE, LOCK_TASKS } from './person-erasure.ts'
import { THEIRS } from './person-rows.ts'
import type { Database, Sessions, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

const record = (kind: string, from: string): Statement => ({
  name: kind,
  text: `${THEIRS} select to_json(r) as data from (${from}) r`,
})

// In the order in which they are told. Hashes of codes and of logins are nobody's to know.
const RECORDS: readonly Statement[] = [
  record('members', 'select * from members where user_id = any ($1)'),
  record(
    'identity_links',
    'select * from identity_links where user_id = any ($1) or person = any ($1) order by user_id',
  ),
  record('pairing_requests', 'select * from pairing_requests where user_id = any ($1) order by slot'),
  record('threads', 'select h.* from threads h join own_threads o using (id) order by h.created_at, h.id'),
  record('messages', 'select m.* from messages m join own_messages o using (id) order by m.created_at, m.id'),
  record('artifacts', 'select a.* from artifacts a join own_artifacts o using (id) order by a.created_at, a.id'),
  record('tasks', 'select t.* from tasks t join own_tasks o using (id) order by t.id'),
  record('task_events', 'select e.* from task_events e join own_tasks o on o.id = e.task_id order by e.task_id, e.seq'),
  record('ledger', 'select * from ledger where user_id = any ($1) order by task_id, seq'),
  record('facts', 'select f.* from facts f join own_facts o using (id) order by f.created_at, f.id'),
  record('fact_decisions', 'select d.* from fact_decisions d join own_facts o on o.id = d.fact_id order by d.id'),
  record('knowledge_sources', 'select s.* from knowledge_sources s join own_sources o using (id) order by s.id'),
  record(
    'knowledge_chunks',
    `select c.source_id, c.position, c.heading, c.body from knowledge_chunks c join own_sources o on o.id = c.source_id
    order by c.source_id, c.position`,
  ),
  record(
    'standing_approvals',
    'select * from standing_approvals where user_id = any ($1) or approved_by = any ($1) order by user_id, digest',
  ),
  // Their values are nobody's to know.
  record(
    'secrets',
    `select name, version, owner, hosts, created_at, rotated_at from secrets
    where name in (select name from own_secrets) or owner = any ($1) order by name, version`,
  ),
  record('chats', 'select c.* from chats c join own_places p using (bot, chat) order by c.bot, c.chat, c.topic'),
  record(
    'cards',
    'select * from cards where author = any ($1) or task_id in (select id from own_tasks) order by opened_at, task_id',
  ),
  record(
    'held_messages',
    `select h.* from held_messages h
    where h.author = any ($1) or (h.bot, h.chat) in (select bot, chat from own_places) order by h.id`,
  ),
  record('outbox', 'select x.* from outbox x join own_posts o using (bot, key) order by x.line'),
  record(
    'inbox',
    'select i.* from inbox i join own_arrivals o using (bot, update_id) where i.raw is not null order by i.bot, i.update_id',
  ),
]

export function createPostgresPersonData({ database }: { readonly database: Database & Sessions }): PersonData {
  return {
    records: async function* (ids): AsyncGenerator<PersonRecord> {
      for await (const { of, row } of database.stream<{ data: JsonObject }>(RECORDS, [known(ids)]))
        yield { kind: of, data: row.data }
    },
    erase: (ids, entry) =>
      database.transaction(async (run) => {
        await run(LOCK_TASKS, [known(ids)])
        const [running] = await run<{ tasks: number }>(COUNT_RUNNING, [known(ids)])
        if (running !== undefined && running.tasks > 0) return { type: 'busy', tasks: running.tasks }
        const [gone] = await run<{ records: Record<string, number>; keys: string[] }>(ERASE, [known(ids)])
        await appendAudit(run, [entry])
        return erased(gone?.records ?? {}, gone?.keys ?? [])
      }),
  }
}

function known(ids: readonly UserId[]): readonly string[] {
  return ids.map(storableText)
}

function erased(records: Readonly<Record<string, number>>, objectKeys: readonly string[]): Erased {
  return { records: Object.fromEntries(Object.entries(records).filter(([, count]) => count > 0)), objectKeys }
}
