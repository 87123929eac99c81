// Messages and threads as PostgreSQL's rows.
import type { MessageId, TaskId, ThreadId, UserId } from '../../core/vocabulary/ids.ts'
import type { InterfaceName, Message, Thread } from '../../core/vocabulary/message.ts'

export const MESSAGE_COLUMNS =
  'm.id, m.thread_id, m.role, m.author, m.author_name, m.body, m.task_id, m.in_context, m.created_at'
export const THREAD_COLUMNS = 'h.id, h.interface, h.chat, h.started_by, h.direct, h.created_at'

export type MessageRow = {
  readonly id: MessageId
  readonly thread_id: ThreadId
  readonly role: Message['role']
  readonly author: UserId | null
  readonly author_name: string | null
  readonly body: string
  readonly task_id: TaskId | null
  readonly in_context: boolean
  readonly created_at: Date
}

export type ThreadRow = {
  readonly id: ThreadId
  readonly interface: InterfaceName
  readonly chat: string
  readonly started_by: UserId | null
  readonly direct: boolean
  readonly created_at: Date
}

export function rowToMessage(row: MessageRow): Message {
  return {
    id: row.id,
    threadId: row.thread_id,
    role: row.role,
    author: row.author,
    authorName: row.author_name,
    text: row.body,
    taskId: row.task_id,
    inContext: row.in_context,
    createdAt: row.created_at,
  }
}

export function rowToThread(row: ThreadRow): Thread {
  return {
    id: row.id,
    interface: row.interface,
    chat: row.chat,
    startedBy: row.started_by,
    direct: row.direct,
    createdAt: row.created_at,
  }
}
