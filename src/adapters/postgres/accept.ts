// Records accepted requests: thread, message, task and first events of many callers in one statement.
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { TaskId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage } from '../../core/vocabulary/message.ts'
import { isTerminal } from '../../core/vocabulary/task.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { ACCEPT, ACCEPT_HEARD, ACCEPT_INTO_KNOWN, FIND_ACCEPTED, INPUT } from './accept-statements.ts'
import { appendAudit, auditedOf } from './audit-log.ts'
import { isDuplicate } from './pool.ts'
import type { Database, Sessions, Statement } from './pool.ts'
import {
  columns,
  EVENT_COLUMNS,
  eventToColumns,
  rowToTask,
  taskToChangedColumns,
  USAGE_COLUMNS,
  usageEntries,
} from './rows.ts'
import type { TaskRow } from './rows.ts'
import { storableJson, storableText, storableTextOrNull } from './storable-text.ts'

export type Acceptance = {
  readonly message: IncomingMessage
  readonly task: Task
  readonly events: readonly TaskEvent[]
}
export type Accepted = { readonly task: Task; readonly created: boolean }

/** Rounds that a thread made elsewhere at the same moment may cost; each ends with that other transaction. */
const ROUNDS = 5

/** A thread is about 200 bytes here; the oldest known is forgotten first, which costs its next message a little. */
const KNOWN_THREADS = 10_000

type KnownThreads = Map<string, ThreadId>

type Outcomes = Map<Acceptance, Accepted>

/** Returns what writes a batch; inputs of one (interface, chat, externalId) must not share it. */
export function createAccept(
  database: Database & Sessions,
): (batch: readonly Acceptance[]) => Promise<readonly Accepted[]> {
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
    if (threadId === undefined || spends(input) || auditedOf(input.task, input.events).length > 0) return
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
  database: Database & Sessions,
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
  database: Database & Sessions,
  statement: Statement,
  open: readonly Acceptance[],
  usage: readonly unknown[][],
  outcomes: Outcomes,
): Promise<void> {
  const events = open.flatMap((input) => input.events.map(eventToColumns))
  const audited = new Map(open.map(({ task, events: its }) => [task.id, auditedOf(task, its)]))
  const write = async (run: Database['run']) =>
    run<{ task_id: TaskId; thread_id: ThreadId }>(statement, [
      ...columns(open.map(toInput), INPUT),
      ...columns(events, EVENT_COLUMNS),
      ...usage,
    ])
  const rows = [...audited.values()].every((entries) => entries.length === 0)
    ? await write(database.run)
    : await database.together(async (run) => {
        const made = await write(run)
        const entries = made.flatMap(({ task_id }) => audited.get(task_id) ?? [])
        // Last of all, as in commit.ts.
        if (entries.length > 0) await appendAudit(run, entries)
        return made
      })
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
