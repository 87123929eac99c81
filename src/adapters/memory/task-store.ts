// A TaskStore in memory: for unit tests, and for the simulation of the core.
import type { Clock } from '../../core/ports/clock.ts'
import type { CommitOutcome, TaskChange, TaskStore } from '../../core/ports/task-store.ts'
import type { TaskEvent } from '../../core/vocabulary/event.ts'
import type { MessageId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage, Thread } from '../../core/vocabulary/message.ts'
import { isTerminal } from '../../core/vocabulary/task.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import type { TaskRecords } from './task-records.ts'

export function createMemoryTaskStore(records: TaskRecords, clock: Clock): TaskStore {
  return {
    accept: async (message, task, events) => {
      const key = JSON.stringify([message.interface, message.chat, message.externalId])
      const known = records.accepted.get(key)
      const before = known === undefined ? undefined : records.tasks.get(known)
      if (before !== undefined) return { task: before.task, created: false }
      const thread = threadOf(records, message, task, clock.now())
      const created = { ...task, threadId: thread.id }
      const said = records.messages.get(thread.id) ?? []
      said.push({
        // As many messages as tasks are accepted: the one may bear the other's name.
        id: `${task.id}` as MessageId,
        threadId: thread.id,
        role: 'user',
        author: message.author,
        text: message.text,
        taskId: task.id,
        createdAt: task.createdAt,
      })
      records.messages.set(thread.id, said)
      records.accepted.set(key, task.id)
      records.tasks.set(task.id, {
        task: created,
        events: events.map((event) => withThread(event, thread)),
        // Below every claim's token.
        token: 0n,
        attempt: 0,
        worker: null,
        claimableAt: isNobodys(task) ? null : clock.now().getTime(),
        order: records.tasks.size,
      })
      return { task: created, created: true }
    },
    commit: async (change) => commit(records, clock, change),
    get: async (taskId) => records.tasks.get(taskId)?.task ?? null,
    list: async ({ userId, statuses, limit, cursor }) => {
      const below = cursor !== null && /^\d{1,15}$/.test(cursor) ? Number(cursor) : Number.POSITIVE_INFINITY
      const found = [...records.tasks.values()]
        .filter((record) => record.order < below)
        .filter(({ task }) => userId === null || task.userId === userId)
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
  const record = records.tasks.get(change.taskId)
  if (record === undefined) return { type: 'not_found' }
  if (change.token !== null && change.token !== record.token) return { type: 'stale_token' }
  if (change.expectedSeq !== record.task.lastSeq) return { type: 'conflict', task: record.task }
  record.task = { ...change.next, threadId: record.task.threadId }
  record.events.push(...change.events)
  if (change.progressed) record.attempt = 0
  if (change.claimable === 'never') record.claimableAt = null
  else if (change.claimable !== 'keep') {
    record.claimableAt = (change.claimable === 'now' ? clock.now() : change.claimable).getTime()
    // A token of nobody: giving the task to whoever comes ends the claim it was under.
    records.lastToken += 1n
    record.token = records.lastToken
    record.worker = null
  }
  return { type: 'committed' }
}

/** Whether nobody may claim it: a person has to answer first, or it is over. Every other new task waits for a worker. */
function isNobodys(task: Task): boolean {
  return task.status === 'needs_approval' || isTerminal(task.status)
}

function threadOf(records: TaskRecords, message: IncomingMessage, task: Task, now: Date): Thread {
  const key = JSON.stringify([message.interface, message.chat])
  const known = records.threads.get(key)
  if (known !== undefined) return known
  const thread: Thread = { id: task.threadId, interface: message.interface, chat: message.chat, createdAt: now }
  records.threads.set(key, thread)
  return thread
}

function withThread(event: TaskEvent, thread: Thread): TaskEvent {
  if (event.type !== 'task.created') return event
  return { ...event, data: { ...event.data, thread_id: thread.id } }
}
