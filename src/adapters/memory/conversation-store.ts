// Threads and messages in memory, over the records that accepting a request writes.
import type { ConversationStore } from '../../core/ports/conversation-store.ts'
import type { Message } from '../../core/vocabulary/message.ts'
import type { TaskRecords } from './task-records.ts'

export function createMemoryConversationStore(records: TaskRecords): ConversationStore {
  return {
    findThread: async (name, chat) => records.threads.get(JSON.stringify([name, chat])) ?? null,
    messages: async (threadId, limit) => {
      const said = (records.messages.get(threadId) ?? []).toSorted(byTime)
      return said.slice(Math.max(0, said.length - Math.max(0, limit)))
    },
    add: async (message) => {
      for (const said of records.messages.values()) if (said.some(({ id }) => id === message.id)) return
      const said = records.messages.get(message.threadId) ?? []
      records.messages.set(message.threadId, [...said, message])
    },
  }
}

function byTime(a: Message, b: Message): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}
