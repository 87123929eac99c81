// A TaskStore in memory: for unit tests, and for the simulation of the core.
import type { Clock } from '../../core/ports/clock.ts'
import type { CommitOutcome, TaskChange, TaskStore } from '../../core/ports/task-store.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { MessageId, ThreadId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage, Message } from '../../core/vocabulary/message.ts'
import { isTerminal } from '../../core/vocabulary/task.ts'
import { auditEntriesOf } from '../../core/vocabulary/audit.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { appendAudit, sha256 } from './audit-log.ts'
import { messageNamed, nameOf, nextMessageId, record, replace, threadOf } from './said.ts'
import type { TaskRecords } from './task-records.ts'

export function createMemoryTaskStore(records: TaskRecords, clock: Clock): TaskStore {
  return {
    accept: async (message, task, events) => {
      const name = nameOf(message.interface, message.chat, message.externalId)
      const known = records.accepted.get(name)
      const before = known === undefined ? undefined : records.tasks.get(known)
      if (before !== undefined) return { task: before.task, created: false }
      const heard = messageNamed(records, name)
      const threadId = heard?.threadId ?? threadOf(records, message, task.threadId, clock.now()).id
      const created = { ...task, threadId }
      if (heard === null) record(records, firstWord(message, created), name)
      else replace(records, { ...heard, taskId: task.id })
      records.accepted.set(name, task.id)
      records.lastTask += 1
      records.tasks.set(task.id, {
        task: created,
        events: events.map((event) => withThread(event, threadId)),
        // Below every claim's token.
        token: 0n,
        attempt: 0,
        worker: null,
        claimableAt: isNobodys(task) ? null : clock.now().getTime(),
        order: records.lastTask,
      })
      appendAudit(records.audit, auditEntriesOf(task, events, sha256))
      return { task: created, created: true }
    },
    commit: async (change) => commit(records, clock, change),
    get: async (taskId) => records.tasks.get(taskId)?.task ?? null,
    list: async ({ userId, statuses, limit, cursor }) => {
      const below = cursor !== null && /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.POSITIVE_INFINITY
      const found = [...records.tasks.values()]
        .filter((record) => record.order < below)
        .filter(({ task }) => userId === null || [userId].flat().includes(task.userId))
        .filter(({ task }) => statuses === null || statuses.includes(task.status))
        .toSorted((a, b) => b.order - a.order)
      const page = found.slice(0, Math.max(1, limit))
      const last = page.at(-1)
      return {
        items: page.map(({ task }) => task),
        nextCursor: found.length > page.length && last !== undefined ? String(last.order) : null,
      }
    },
    events: async (taskId, after, limit) =>
      (records.tasks.get(taskId)?.events ?? []).filter((event) => event.seq > after).slice(0, limit),
  }
}

function commit(records: TaskRecords, clock: Clock, change: TaskChange): CommitOutcome {
  const taskRecord = records.tasks.get(change.taskId)
  if (taskRecord === undefined) return { type: 'not_found' }
  if (change.token !== null && change.token !== taskRecord.token) return { type: 'stale_token' }
  if (change.expectedSeq !== taskRecord.task.lastSeq) return { type: 'conflict', task: taskRecord.task }
  taskRecord.task = { ...change.next, threadId: taskRecord.task.threadId }
  taskRecord.events.push(...change.events)
  appendAudit(records.audit, auditEntriesOf(change.next, change.events, sha256))
  if (change.said !== null) record(records, outcome(records, taskRecord.task, change.said, change.next.updatedAt), null)
  if (change.progressed) taskRecord.attempt = 0
  if (change.claimable === 'never') taskRecord.claimableAt = null
  else if (change.claimable !== 'keep') {
    taskRecord.claimableAt = (change.claimable === 'now' ? clock.now() : change.claimable).getTime()
    // A token of nobody: giving the task to whoever comes ends the claim it was under.
    records.lastToken += 1n
    taskRecord.token = records.lastToken
    taskRecord.worker = null
  }
  return { type: 'committed' }
}

/** Whether nobody may claim it: a person has to answer first, or it is over. Every other new task waits for a worker. */
function isNobodys(task: Task): boolean {
  return task.status === 'needs_approval' || isTerminal(task.status)
}

function firstWord(message: IncomingMessage, task: Task): Message {
  return {
    // As many messages as tasks are accepted: the one may bear the other's name.
    id: `${task.id}` as MessageId,
    threadId: task.threadId,
    role: 'user',
    author: message.author,
    authorName: message.authorName ?? null,
    text: message.text,
    taskId: task.id,
    inContext: message.inContext ?? true,
    createdAt: task.createdAt,
  }
}

function outcome(records: TaskRecords, { id, threadId }: Task, text: string, createdAt: Date): Message {
  const said = {
    id: nextMessageId(records),
    threadId,
    role: 'assistant',
    author: null,
    authorName: null,
    text,
  } as const
  return { ...said, taskId: id, inContext: true, createdAt }
}

function withThread(event: TaskEvent, threadId: ThreadId): TaskEvent {
  if (event.type !== 'task.created') return event
  return { ...event, data: { ...event.data, thread_id: threadId } }
}
