// Rows of the tasks and task_events tables as the vocabulary's words, and back.
import type { Approval } from '../../core/vocabulary/approval.ts'
import { wholeApproval, wholeResult, wholeRouting } from '../../core/vocabulary/older.ts'
import type { TaskEvent, TaskEventBody } from '../../core/vocabulary/event.ts'
import type { TaskId, ThreadId, UserId } from '../../core/vocabulary/ids.ts'
import type { Routing, Task, TaskResult, TaskStatus, TaskType, WorkspaceSource } from '../../core/vocabulary/task.ts'
import { storableJson, storableJsonOrNull, storableText } from './storable-text.ts'

export const TASK_COLUMNS = `t.id, t.user_id, t.thread_id, t.input_text, t.task_type, t.status, t.source, t.routing,
  t.approval, t.result, t.error, t.last_seq, t.created_at, t.updated_at, t.confirm`

/** What `eventToColumns` gives, in the order of the statements. */
export const EVENT_COLUMNS = ['task_id', 'seq', 'type', 'at', 'data'] as const
/** What `usageEntries` gives, in the order of the statements. */
export const USAGE_COLUMNS = [
  'task_id',
  'seq',
  'user_id',
  'at',
  'provider',
  'model',
  'tier',
  'offline',
  'input_tokens',
  'output_tokens',
  'cached_input_tokens',
  'from_cache',
] as const

export type TaskRow = {
  readonly id: TaskId
  readonly user_id: UserId
  readonly thread_id: ThreadId
  readonly input_text: string
  readonly task_type: TaskType | null
  readonly status: TaskStatus
  readonly source: WorkspaceSource
  readonly routing: Routing | null
  readonly approval: ApprovalRow | null
  readonly result: TaskResult | null
  readonly error: string | null
  readonly last_seq: number
  readonly created_at: Date
  readonly updated_at: Date
  readonly confirm: boolean
}

type ApprovalRow = Omit<Approval, 'expiresAt'> & { readonly expiresAt: string }

export type EventRow = {
  readonly task_id: TaskId
  readonly seq: number
  readonly type: TaskEvent['type']
  readonly at: Date
  readonly data: TaskEventBody['data']
}

export function rowToTask(row: TaskRow): Task {
  return {
    id: row.id,
    userId: row.user_id,
    threadId: row.thread_id,
    inputText: row.input_text,
    taskType: row.task_type,
    status: row.status,
    confirm: row.confirm,
    source: row.source,
    routing: row.routing === null ? null : wholeRouting(row.routing),
    approval: row.approval === null ? null : approvalOf(row.approval),
    result: row.result === null ? null : wholeResult(row.result),
    error: row.error,
    lastSeq: row.last_seq,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function approvalOf(row: ApprovalRow): Approval {
  return wholeApproval({ ...row, expiresAt: new Date(row.expiresAt) })
}

export function rowToEvent(row: EventRow): TaskEvent {
  // `type` and `data` were written together from one TaskEvent, which the columns can't tell the compiler.
  return { task_id: row.task_id, seq: row.seq, type: row.type, at: row.at, data: row.data } as TaskEvent
}

/** What of a task may change after it was accepted, as the statements take it. */
export function taskToChangedColumns(task: Task) {
  return {
    task_type: task.taskType,
    status: task.status,
    routing: storableJsonOrNull(task.routing),
    approval: storableJsonOrNull(task.approval),
    result: storableJsonOrNull(task.result),
    error: task.error === null ? null : storableText(task.error),
    last_seq: task.lastSeq,
    updated_at: task.updatedAt.toISOString(),
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether the column can hold it at all: what is no UUID names nothing, and asking the server would be an error. */
export function isUuid(id: string): boolean {
  return UUID.test(id)
}

/** One array for each column, the shape that `unnest` takes. */
export function columns<Row extends Record<string, unknown>, Name extends keyof Row>(
  rows: readonly Row[],
  names: readonly Name[],
): unknown[][] {
  return names.map((name) => rows.map((row) => row[name]))
}

export function eventToColumns(event: TaskEvent) {
  return {
    task_id: event.task_id,
    seq: event.seq,
    type: event.type,
    at: event.at.toISOString(),
    data: storableJson(event.data),
  }
}

/** The ledger's entries: one for each `usage.recorded` event. */
export function usageEntries(userId: UserId, events: readonly TaskEvent[]) {
  return events.flatMap((event) =>
    event.type === 'usage.recorded'
      ? [
          {
            task_id: event.task_id,
            seq: event.seq,
            user_id: storableText(userId),
            at: event.at.toISOString(),
            provider: storableText(event.data.provider),
            model: storableText(event.data.model),
            tier: event.data.tier,
            offline: event.data.offline,
            input_tokens: event.data.input_tokens,
            output_tokens: event.data.output_tokens,
            cached_input_tokens: event.data.cached_input_tokens,
            from_cache: event.data.from_cache ?? false,
          },
        ]
      : [],
  )
}
