// Records accepted requests: thread, message, task and first events of many callers in one statement.
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { TaskId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage } from '../../core/vocabulary/message.ts'
import { isTerminal } from '../../core/vocabulary/task.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { isDuplicate } from './pool.ts'
import type { Database, Statement } from './pool.ts'
import {
  columns,
  EVENT_COLUMNS,
  eventToColumns,
  rowToTask,
  TASK_COLUMNS,
  taskToChangedColumns,
  USAGE_COLUMNS,
  usageEntries,
} from './rows.ts'
import type { TaskRow } from './rows.ts'
import { storableJson, storableText } from './storable-text.ts'

export type Acceptance = {
  readonly message: IncomingMessage
  readonly task: Task
  readonly events: readonly TaskEvent[]
}
export type Accepted = { readonly task: Task; readonly created: boolean }

const INPUT = [
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
] as const

// A thread that another transaction makes at the same moment is neither made here nor seen yet: its messages get no
// row in this round, and a second round, with a newer snapshot, finds it. A message that is there already gets none
// either. The accepted message bears its task's id. The first event names the thread that won: its JSON was written by
// us, so the proposed id stands in it exactly once as a member of its own, and replacing text keeps the rest as it is.
const ACCEPT: Statement = {
  name: 'accept',
  text: `
with input as (
  select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::uuid[], $8::text[], $9::uuid[],
    $10::text[], $11::json[], $12::timestamptz[], $13::boolean[], $14::text[], $15::text[], $16::json[], $17::json[],
    $18::json[], $19::text[], $20::integer[], $21::timestamptz[]
  ) as i (
    interface, chat, external_id, author, body, raw, task_id, user_id, proposed_thread,
    input_text, source, created_at, claimable, task_type, status, routing, approval,
    result, error, last_seq, updated_at
  )
), made as (
  insert into threads (id, interface, chat, created_at)
  select distinct on (i.interface, i.chat) i.proposed_thread, i.interface, i.chat, i.created_at
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
  insert into messages (id, thread_id, role, author, body, task_id, created_at, interface, chat, external_id, raw)
  select i.task_id, h.id, 'user', i.author, i.body, i.task_id, i.created_at, i.interface, i.chat, i.external_id, i.raw
  from input i join thread h using (interface, chat)
  on conflict (interface, chat, external_id) do nothing
  returning task_id, thread_id
), begun as (
  insert into tasks (
    id, user_id, thread_id, input_text, task_type, status, source, routing, approval, result, error, last_seq,
    created_at, updated_at, claimable_at
  )
  select i.task_id, i.user_id, s.thread_id, i.input_text, i.task_type, i.status, i.source, i.routing, i.approval,
    i.result, i.error, i.last_seq, i.created_at, i.updated_at, case when i.claimable then now() end
  from said s join input i using (task_id)
), logged as (
  insert into task_events (task_id, seq, type, at, data)
  select e.task_id, e.seq, e.type, e.at,
    case when e.seq = 1 and s.thread_id <> i.proposed_thread
      then replace(e.data, '"thread_id":"' || i.proposed_thread || '"', '"thread_id":"' || s.thread_id || '"')
      else e.data
    end::json
  from unnest($22::uuid[], $23::integer[], $24::text[], $25::timestamptz[], $26::text[]) as e (task_id, seq, type, at, data)
  join said s using (task_id)
  join input i using (task_id)
), spent as (
  insert into ledger
  select u.* from unnest(
    $27::uuid[], $28::integer[], $29::text[], $30::timestamptz[], $31::text[], $32::text[], $33::text[], $34::boolean[],
    $35::bigint[], $36::bigint[], $37::bigint[]
  ) as u (task_id, seq, user_id, at, provider, model, tier, offline, input_tokens, output_tokens, cached_input_tokens)
  join said s using (task_id)
)
select task_id, thread_id from said`,
}

// The usual case, at half the cost: every thread is known and every message new, so each table takes its rows without
// a look at the others. All or nothing: where one is otherwise nothing is written, and the statement above takes over.
const ACCEPT_INTO_KNOWN: Statement = {
  name: 'accept_into_known',
  text: `
with input as materialized (
  select * from unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::json[], $7::uuid[], $8::text[], $9::uuid[],
    $10::text[], $11::json[], $12::timestamptz[], $13::boolean[], $14::text[], $15::text[], $16::json[], $17::json[],
    $18::json[], $19::text[], $20::integer[], $21::timestamptz[]
  ) as i (
    interface, chat, external_id, author, body, raw, task_id, user_id, thread_id,
    input_text, source, created_at, claimable, task_type, status, routing, approval,
    result, error, last_seq, updated_at
  )
), usual as materialized (
  select not exists (
      select from input i join messages m using (interface, chat, external_id)
    ) and not exists (
      select from unnest($27::uuid[], $28::text[], $29::text[]) as k (id, interface, chat)
      where not exists (
        select from threads h where h.id = k.id and h.interface = k.interface and h.chat = k.chat
      )
    ) as yes
), said as (
  insert into messages (id, thread_id, role, author, body, task_id, created_at, interface, chat, external_id, raw)
  select i.task_id, i.thread_id, 'user', i.author, i.body, i.task_id, i.created_at, i.interface, i.chat,
    i.external_id, i.raw
  from input i where (select yes from usual)
), begun as (
  insert into tasks (
    id, user_id, thread_id, input_text, task_type, status, source, routing, approval, result, error, last_seq,
    created_at, updated_at, claimable_at
  )
  select i.task_id, i.user_id, i.thread_id, i.input_text, i.task_type, i.status, i.source, i.routing, i.approval,
    i.result, i.error, i.last_seq, i.created_at, i.updated_at, case when i.claimable then now() end
  from input i where (select yes from usual)
), logged as (
  insert into task_events (task_id, seq, type, at, data)
  select e.task_id, e.seq, e.type, e.at, e.data
  from unnest($22::uuid[], $23::integer[], $24::text[], $25::timestamptz[], $26::json[]) as e (task_id, seq, type, at, data)
  where (select yes from usual)
)
select yes from usual`,
}

const FIND_ACCEPTED: Statement = {
  name: 'find_accepted',
  text: `
select i.position::integer, ${TASK_COLUMNS}
from unnest($1::text[], $2::text[], $3::text[]) with ordinality as i (interface, chat, external_id, position)
join messages m using (interface, chat, external_id)
join tasks t on t.id = m.task_id`,
}

/** Rounds that a thread made elsewhere at the same moment may cost; each ends with that other transaction. */
const ROUNDS = 5

/** A thread is about 200 bytes here; the oldest known is forgotten first, which costs its next message a little. */
const KNOWN_THREADS = 10_000

type KnownThreads = Map<string, ThreadId>

/** Returns what writes a batch; inputs of one (interface, chat, externalId) must not share it. */
export function createAccept(database: Database): (batch: readonly Acceptance[]) => Promise<readonly Accepted[]> {
  const known: KnownThreads = new Map()
  return async (batch) => (await acceptIntoKnown(database, known, batch)) ?? acceptAny(database, known, batch)
}

/** Null where this is not the usual case; nothing is written then. */
async function acceptIntoKnown(
  database: Database,
  known: KnownThreads,
  batch: readonly Acceptance[],
): Promise<readonly Accepted[] | null> {
  const settled: Acceptance[] = []
  const threads = new Map<ThreadId, Acceptance>()
  for (const input of batch) {
    const threadId = known.get(threadKey(input))
    if (threadId === undefined || input.events.some((event) => event.type === 'usage.recorded')) return null
    const placed = inThread(input, threadId)
    settled.push(placed)
    threads.set(threadId, placed)
  }
  const used = [...threads].map(([id, { message }]) => ({
    id,
    interface: message.interface,
    chat: storableText(message.chat),
  }))
  try {
    const rows = await database.run<{ yes: boolean }>(ACCEPT_INTO_KNOWN, [
      ...columns(settled.map(toInput), INPUT),
      ...columns(
        settled.flatMap((input) => input.events.map(eventToColumns)),
        EVENT_COLUMNS,
      ),
      ...columns(used, ['id', 'interface', 'chat']),
    ])
    if (rows[0]?.yes === true) return settled.map(({ task }) => ({ task, created: true }))
  } catch (error) {
    // Another process wrote one of the messages while this statement ran.
    if (!isDuplicate(error)) throw error
  }
  // Whatever the reason, these threads are looked up anew.
  for (const input of batch) known.delete(threadKey(input))
  return null
}

function inThread(input: Acceptance, threadId: ThreadId): Acceptance {
  if (input.task.threadId === threadId) return input
  return {
    message: input.message,
    task: { ...input.task, threadId },
    events: input.events.map((event) =>
      event.type === 'task.created' ? { ...event, data: { ...event.data, thread_id: threadId } } : event,
    ),
  }
}

function threadKey({ message }: Acceptance): string {
  return `${message.interface}\n${message.chat}`
}

async function acceptAny(
  database: Database,
  known: KnownThreads,
  batch: readonly Acceptance[],
): Promise<readonly Accepted[]> {
  const outcomes = new Map<Acceptance, Accepted>()
  let open = batch
  for (let round = 0; open.length > 0 && round < ROUNDS; round += 1) {
    await insertNew(database, open, outcomes)
    open = open.filter((input) => !outcomes.has(input))
    if (open.length === 0) break
    await findAccepted(database, open, outcomes)
    open = open.filter((input) => !outcomes.has(input))
  }
  return batch.map((input) => {
    const outcome = outcomes.get(input)
    if (outcome === undefined) throw new Error(`The message ${input.message.externalId} was neither recorded nor found`)
    remember(known, threadKey(input), outcome.task.threadId)
    return outcome
  })
}

function remember(known: KnownThreads, key: string, threadId: ThreadId): void {
  known.set(key, threadId)
  if (known.size <= KNOWN_THREADS) return
  for (const oldest of known.keys()) {
    known.delete(oldest)
    return
  }
}

async function insertNew(database: Database, open: readonly Acceptance[], outcomes: Map<Acceptance, Accepted>) {
  const events = open.flatMap((input) => input.events.map(eventToColumns))
  const usage = open.flatMap((input) => usageEntries(input.task.userId, input.events))
  const rows = await database.run<{ task_id: TaskId; thread_id: ThreadId }>(ACCEPT, [
    ...columns(open.map(toInput), INPUT),
    ...columns(events, EVENT_COLUMNS),
    ...columns(usage, USAGE_COLUMNS),
  ])
  const threads = new Map(rows.map((row) => [row.task_id, row.thread_id]))
  for (const input of open) {
    const threadId = threads.get(input.task.id)
    if (threadId !== undefined) outcomes.set(input, { task: { ...input.task, threadId }, created: true })
  }
}

async function findAccepted(database: Database, open: readonly Acceptance[], outcomes: Map<Acceptance, Accepted>) {
  const rows = await database.run<TaskRow & { position: number }>(
    FIND_ACCEPTED,
    columns(open.map(toInput), ['interface', 'chat', 'external_id']),
  )
  for (const { position, ...row } of rows) {
    const input = open[position - 1]
    if (input !== undefined) outcomes.set(input, { task: rowToTask(row), created: false })
  }
}

function toInput({ message, task }: Acceptance) {
  return {
    interface: message.interface,
    chat: storableText(message.chat),
    external_id: storableText(message.externalId),
    author: storableText(message.author),
    body: storableText(message.text),
    raw: storableJson(message.raw),
    task_id: task.id,
    user_id: storableText(task.userId),
    thread_id: task.threadId,
    input_text: storableText(task.inputText),
    source: storableJson(task.source),
    created_at: task.createdAt.toISOString(),
    claimable: task.status !== 'needs_approval' && !isTerminal(task.status),
    ...taskToChangedColumns(task),
  }
}
