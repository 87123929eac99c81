// What the API sends, as types: the words of the core, with times as text and names in snake_case.
import type { Approval } from '../../../src/core/vocabulary/approval.ts'
import type { TaskEventBody } from '../../../src/core/vocabulary/event.ts'
import type { Routing, TaskResult, TaskStatus, TaskType } from '../../../src/core/vocabulary/task.ts'

export type WireApproval = {
  readonly id: string
  readonly status: Approval['status']
  readonly kind: Approval['kind']
  readonly subject: string
  readonly digest: string
  readonly reason: string
  /** Older logs have neither of these. */
  readonly binding?: Approval['binding']
  readonly policy?: Approval['policy']
  readonly seconded_by?: readonly string[]
  readonly estimate?: Approval['estimate']
  readonly expires_at: string
}

export type WireTask = {
  readonly id: string
  readonly user_id: string
  readonly input_text: string
  readonly task_type: TaskType | null
  readonly status: TaskStatus
  readonly created_at: string
  readonly updated_at: string
  readonly result: TaskResult | null
  readonly error: string | null
  readonly routing: Routing | null
  readonly approval: WireApproval | null
  readonly last_seq: number
}

export type WireEvent = TaskEventBody & { readonly task_id: string; readonly seq: number; readonly at: string }

export type WirePage<T> = { readonly items: readonly T[]; readonly next_cursor: string | null }

/** A hint on `/v1/stream`: this task's log has grown to `last_seq`. */
export type WireHint = { readonly task_id: string; readonly last_seq: number; readonly status: TaskStatus }

export function isOver(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'aborted'
}
