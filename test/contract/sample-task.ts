// Tasks, messages and changes for the contracts of the stores: real folds over real events, each with fresh names.
import { randomUUID } from 'node:crypto'
import { v7 } from 'uuid'
import type { MessageQuery } from '../../src/core/ports/conversation-store.ts'
import type { TaskChange, TaskStore } from '../../src/core/ports/task-store.ts'
import { evolve, extend } from '../../src/core/task/evolve.ts'
import type { EventOf, TaskEvent, TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { ApprovalId, TaskId, ThreadId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { IncomingMessage } from '../../src/core/vocabulary/message.ts'
import { NO_RESULT } from '../../src/core/vocabulary/task.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'

export type Sample = {
  readonly message: IncomingMessage
  readonly task: Task
  readonly events: readonly TaskEvent[]
}

export const ADA = 'ada' as UserId

export function newId<Id extends string>(): Id {
  return v7() as Id
}

type Wishes = {
  readonly text?: string
  readonly chat?: string
  readonly externalId?: string
  readonly userId?: UserId
  readonly confirm?: boolean
  /** What follows `task.created`. */
  readonly bodies?: readonly TaskEventBody[]
}

/** A request as an interface would hand it in: a chat and a message of its own unless said otherwise. */
export function sample(wishes: Wishes = {}): Sample {
  const text = wishes.text ?? 'Make a page.'
  const author = wishes.userId ?? ADA
  const message: IncomingMessage = {
    interface: 'http',
    chat: wishes.chat ?? randomUUID(),
    externalId: wishes.externalId ?? randomUUID(),
    author,
    text,
    raw: { text },
  }
  const at = new Date()
  const created: TaskEvent = {
    type: 'task.created',
    task_id: newId<TaskId>(),
    seq: 1,
    at,
    data: {
      user_id: author,
      thread_id: newId<ThreadId>(),
      input_text: text,
      task_type: null,
      interface: 'http',
      source: { type: 'empty' },
      ...(wishes.confirm === true ? { confirm: true } : {}),
    },
  }
  const { events, next } = extend(evolve(null, created), wishes.bodies ?? [], at)
  return { message, task: next, events: [created, ...events] }
}

export async function acceptSample(store: TaskStore, wishes: Wishes = {}): Promise<Task> {
  const { message, task, events } = sample(wishes)
  return (await store.accept(message, task, events)).task
}

export const ROUTED: TaskEventBody = {
  type: 'task.routed',
  data: {
    intent: 'command',
    task_type: 'dev_pipeline',
    confidence: 0.9,
    summary: 'A page.',
    plan: 'Write it.',
    needs_confirmation: false,
    command: null,
    ask: null,
    source: null,
  },
}
export const QUEUED: TaskEventBody = { type: 'task.queued', data: { reason: 'routed' } }
export const STARTED: TaskEventBody = { type: 'task.started', data: { worker: 'w', sandbox_level: 'L1' } }
export const ABORTING: TaskEventBody = { type: 'task.aborting', data: { by: ADA, reason: 'no longer wanted' } }
export const ABORTED: TaskEventBody = { type: 'task.aborted', data: { by: ADA, reason: 'no longer wanted' } }
export const COMPLETED: TaskEventBody = {
  type: 'task.completed',
  data: {
    result: {
      ...NO_RESULT,
      summary: 'A page.',
    },
  },
}
export const FAILED: TaskEventBody = { type: 'task.failed', data: { error: 'It could not be done.', result: null } }

/** What a worker's agent does, as it belongs into the audit log. */
export function toolCalled(command: string): TaskEventBody {
  const data = { step: 'code', agent: 'coder', call_id: 'c1', tool: 'shell', input: { command } } as const
  return { type: 'tool.started', data }
}

export function approvalAsked(subject: string): TaskEventBody {
  return {
    type: 'approval.requested',
    data: {
      approval_id: newId<ApprovalId>(),
      kind: 'shell_command',
      subject,
      digest: 'd',
      reason: 'It is asked.',
      expires_at: new Date(Date.now() + 60_000).toISOString(),
    },
  }
}

export function said(text: string): TaskEventBody {
  return { type: 'agent.message', data: { step: 'code', agent: 'coder', text, offline: false } }
}

export function stepDone(output: string): TaskEventBody {
  return {
    type: 'step.completed',
    data: { step: 'code', agent: 'coder', output: { text: output }, commit: null, duration_ms: 3 },
  }
}

export function used(tokens: number): EventOf<'usage.recorded'> {
  return {
    type: 'usage.recorded',
    data: {
      step: 'code',
      agent: 'coder',
      provider: 'scripted',
      model: 'one',
      offline: false,
      tier: 'main',
      input_tokens: tokens,
      output_tokens: tokens * 2,
      cached_input_tokens: tokens / 2,
    },
  }
}

/** The change that appends `bodies` to `task`. */
export function change(task: Task, bodies: readonly TaskEventBody[], wishes: Partial<TaskChange> = {}): TaskChange {
  const { events, next } = extend(task, bodies, new Date())
  return {
    taskId: task.id,
    expectedSeq: task.lastSeq,
    events,
    next,
    token: null,
    claimable: 'keep',
    said: null,
    progressed: false,
    ...wishes,
  }
}

/** Appends, and hands back the task as it then stands. Throws when somebody else was faster. */
export async function append(
  store: TaskStore,
  task: Task,
  bodies: readonly TaskEventBody[],
  wishes: Partial<TaskChange> = {},
): Promise<Task> {
  const wanted = change(task, bodies, wishes)
  const outcome = await store.commit(wanted)
  if (outcome.type !== 'committed') throw new Error(`expected a commit, got ${outcome.type}`)
  return wanted.next
}

/** The newest messages of a thread, whatever they are for. */
export function everything(limit: number): MessageQuery {
  return { limit, inContext: false, before: null }
}
