// Threads and messages in PostgreSQL. Incoming messages and their threads are written by accept.ts.
import type { MessageId, TaskId, ThreadId, UserId } from '../../core/vocabulary/ids.ts'
import type { InterfaceName, Message } from '../../core/vocabulary/message.ts'
import type { ConversationStore } from '../../core/ports/conversation-store.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'

const FIND_THREAD: Statement = {
  name: 'find_thread',
  text: 'select id, interface, chat, created_at from threads where interface = $1 and chat = $2',
}
const MESSAGES: Statement = {
  name: 'messages',
  text: `
select id, thread_id, role, author, body, task_id, created_at from messages
where thread_id = $1 order by created_at desc, id desc limit $2`,
}
const ADD_MESSAGE: Statement = {
  name: 'add_message',
  text: `
insert into messages (id, thread_id, role, author, body, task_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do nothing`,
}

type ThreadRow = {
  readonly id: ThreadId
  readonly interface: InterfaceName
  readonly chat: string
  readonly created_at: Date
}
type MessageRow = {
  readonly id: MessageId
  readonly thread_id: ThreadId
  readonly role: Message['role']
  readonly author: UserId | null
  readonly body: string
  readonly task_id: TaskId | null
  readonly created_at: Date
}

export function createPostgresConversationStore({ database }: { readonly database: Database }): ConversationStore {
  return {
    findThread: async (name, chat) => {
      const [row] = await database.run<ThreadRow>(FIND_THREAD, [name, storableText(chat)])
      if (row === undefined) return null
      return { id: row.id, interface: row.interface, chat: row.chat, createdAt: row.created_at }
    },
    messages: async (threadId, limit) => {
      if (!isUuid(threadId)) return []
      const rows = await database.run<MessageRow>(MESSAGES, [threadId, Math.max(0, limit)])
      return rows.map(rowToMessage).toReversed()
    },
    add: async (message) => {
      await database.run(ADD_MESSAGE, [
        message.id,
        message.threadId,
        message.role,
        message.author === null ? null : storableText(message.author),
        storableText(message.text),
        message.taskId,
        message.createdAt.toISOString(),
      ])
    },
  }
}

function rowToMessage(row: MessageRow): Message {
  return {
    id: row.id,
    threadId: row.thread_id,
    role: row.role,
    author: row.author,
    text: row.body,
    taskId: row.task_id,
    createdAt: row.created_at,
  }
}
