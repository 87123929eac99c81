// Threads and messages in memory, over the records that accepting a request writes.
import type { ConversationStore, MessageWithArtifacts, ThreadSummary } from '../../core/ports/conversation-store.ts'
import type { ThreadId } from '../../core/vocabulary/ids.ts'
import type { Message, Thread } from '../../core/vocabulary/message.ts'
import { ofMessage } from './artifact-store.ts'
import { byTime, findMessage, messageNamed, nameOf, nextMessageId, record, replace, threadOf } from './said.ts'
import type { TaskRecords } from './task-records.ts'

export function createMemoryConversationStore(records: TaskRecords): ConversationStore {
  const threadById = (id: ThreadId) => [...records.threads.values()].find((thread) => thread.id === id) ?? null
  return {
    findThread: async (name, chat) => records.threads.get(JSON.stringify([name, chat])) ?? null,
    thread: async (threadId) => threadById(threadId),
    threads: async ({ startedBy, limit, cursor }) => {
      const found = [...records.threads.values()]
        .filter(
          (thread) =>
            startedBy === null || (thread.startedBy !== null && [startedBy].flat().includes(thread.startedBy)),
        )
        .map((thread) => summaryOf(records, thread))
        .toSorted((a, b) => lastAt(b) - lastAt(a) || (a.id < b.id ? 1 : -1))
      const [, ms, id] = /^(\d{1,15})_(.+)$/.exec(cursor ?? '') ?? []
      const known = found.some((thread) => thread.id === id)
      const rest = known ? found.filter((thread) => isAfter(thread, Number(ms), String(id))) : found
      const page = rest.slice(0, Math.max(1, limit))
      const last = page.at(-1)
      const more = rest.length > page.length && last !== undefined
      return { items: page, nextCursor: more ? `${lastAt(last)}_${last.id}` : null }
    },
    messages: async (threadId, { limit, inContext, before }) => {
      const end = before === null ? null : findMessage(records, ({ id }) => id === before)
      if (before !== null && end === null) return []
      const said = (records.messages.get(threadId) ?? [])
        .filter((message) => !inContext || message.inContext)
        .filter((message) => end === null || (message.id !== end.id && byTime(message, end) < 0))
        .toSorted(byTime)
      return said.slice(Math.max(0, said.length - Math.max(0, limit))).map((message) => withArtifacts(records, message))
    },
    message: async (messageId) => findMessage(records, ({ id }) => id === messageId),
    hear: async (message, at) => {
      const name = nameOf(message.interface, message.chat, message.externalId)
      const known = messageNamed(records, name)
      if (known !== null) return known
      const id = nextMessageId(records)
      const thread = threadOf(records, message, `${id}` as ThreadId, at)
      const heard: Message = {
        id,
        threadId: thread.id,
        role: 'user',
        author: message.author,
        authorName: message.authorName ?? null,
        text: message.text,
        taskId: null,
        inContext: message.inContext ?? true,
        createdAt: at,
      }
      record(records, heard, name)
      return heard
    },
    say: async (threadId, { externalId, text, taskId, inContext, at }) => {
      const thread = threadById(threadId)
      if (thread === null) return
      const name = nameOf(thread.interface, thread.chat, externalId)
      const known = messageNamed(records, name)
      // What a person said is never replaced, whatever it is called.
      if (known !== null) return known.role === 'assistant' ? replace(records, { ...known, text }) : undefined
      const id = nextMessageId(records)
      const said = { id, threadId, role: 'assistant', author: null, authorName: null, text } as const
      record(records, { ...said, taskId, inContext, createdAt: at }, name)
    },
    findMessage: async (name, chat, externalId) => messageNamed(records, nameOf(name, chat, externalId)),
    ofTask: async (taskId) => findMessage(records, (message) => message.taskId === taskId && message.role === 'user'),
  }
}

function withArtifacts(records: TaskRecords, message: Message): MessageWithArtifacts {
  return { ...message, artifacts: ofMessage(records, message.id) }
}

function summaryOf(records: TaskRecords, thread: Thread): ThreadSummary {
  return { ...thread, lastMessage: (records.messages.get(thread.id) ?? []).toSorted(byTime).at(-1) ?? null }
}

function lastAt({ lastMessage, createdAt }: ThreadSummary): number {
  return (lastMessage?.createdAt ?? createdAt).getTime()
}

function isAfter(thread: ThreadSummary, ms: number, id: string): boolean {
  return lastAt(thread) < ms || (lastAt(thread) === ms && thread.id < id)
}
