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
import { storableJson, storableText, storableTextOrNull } from './storable-text.ts'
import { bumped } from './thread-time.ts'

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
const ACCEPT: Statement = {
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
    $39::bigint[], $40::bigint[], $41::bigint[]
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
const ACCEPT_HEARD: Statement = {
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

type Outcomes = Map<Acceptance, Accepted>

/** Returns what writes a batch; inputs of one (interface, chat, externalId) must not share it. */
export function createAccept(database: Database): (batch: readonly Acceptance[]) => Promise<readonly Accepted[]> {
  const known: KnownThreads = new Map()
  return async (batch) => {
    const outcomes: Outcomes = new Map()
    const open = () => batch.filter((input) => !outcomes.has(input))
    const heard = batch.filter((input) => input.message.heard === true && !spends(input))
    if (heard.length > 0) await insertTasks(database, ACCEPT_HEARD, heard, [], outcomes)
    if (open().length > 0) await acceptIntoKnown(database, known, open(), outcomes)
    if (open().length > 0) await acceptAny(database, known, open(), outcomes)
    return batch.map((input) => {
      const outcome = outcomes.get(input)
      if (outcome === undefined)
        throw new Error(`The message ${input.message.externalId} was neither recorded nor found`)
      return outcome
    })
  }
}

function spends({ events }: Acceptance): boolean {
  return events.some(({ type }) => type === 'usage.recorded')
}

/** Writes nothing where this is not the usual case. */
async function acceptIntoKnown(
  database: Database,
  known: KnownThreads,
  batch: readonly Acceptance[],
  outcomes: Outcomes,
): Promise<void> {
  const settled: Acceptance[] = []
  const threads = new Map<ThreadId, Acceptance>()
  for (const input of batch) {
    const threadId = known.get(threadKey(input))
    if (threadId === undefined || spends(input)) return
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
    if (rows[0]?.yes === true) {
      settled.forEach(({ task }, place) => {
        const input = batch[place]
        if (input !== undefined) outcomes.set(input, { task, created: true })
      })
      return
    }
  } catch (error) {
    // Another process wrote one of the messages while this statement ran.
    if (!isDuplicate(error)) throw error
  }
  // Whatever the reason, these threads are looked up anew.
  for (const input of batch) known.delete(threadKey(input))
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
  outcomes: Outcomes,
): Promise<void> {
  let open = batch
  for (let round = 0; open.length > 0 && round < ROUNDS; round += 1) {
    const usage = open.flatMap((input) => usageEntries(input.task.userId, input.events))
    await insertTasks(database, ACCEPT, open, columns(usage, USAGE_COLUMNS), outcomes)
    open = open.filter((input) => !outcomes.has(input))
    if (open.length === 0) break
    await findAccepted(database, open, outcomes)
    open = open.filter((input) => !outcomes.has(input))
  }
  for (const input of batch) {
    const outcome = outcomes.get(input)
    if (outcome !== undefined) remember(known, threadKey(input), outcome.task.threadId)
  }
}

function remember(known: KnownThreads, key: string, threadId: ThreadId): void {
  known.set(key, threadId)
  if (known.size <= KNOWN_THREADS) return
  for (const oldest of known.keys()) {
    known.delete(oldest)
    return
  }
}

/** Runs one of the statements that answer with the thread of each task they made. */
async function insertTasks(
  database: Database,
  statement: Statement,
  open: readonly Acceptance[],
  usage: readonly unknown[][],
  outcomes: Outcomes,
): Promise<void> {
  const events = open.flatMap((input) => input.events.map(eventToColumns))
  const rows = await database.run<{ task_id: TaskId; thread_id: ThreadId }>(statement, [
    ...columns(open.map(toInput), INPUT),
    ...columns(events, EVENT_COLUMNS),
    ...usage,
  ])
  const threads = new Map(rows.map((row) => [row.task_id, row.thread_id]))
  for (const input of open) {
    const threadId = threads.get(input.task.id)
    if (threadId !== undefined) outcomes.set(input, { task: { ...input.task, threadId }, created: true })
  }
}

async function findAccepted(database: Database, open: readonly Acceptance[], outcomes: Outcomes) {
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
    author_name: storableTextOrNull(message.authorName),
    in_context: message.inContext ?? true,
    direct: message.direct ?? true,
    confirm: task.confirm,
  }
}
