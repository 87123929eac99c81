// What every ConversationStore promises.
import assert from 'node:assert/strict'
import type { ConversationStore } from '../../src/core/ports/conversation-store.ts'
import type { TaskStore } from '../../src/core/ports/task-store.ts'
import type { MessageId, ThreadId } from '../../src/core/vocabulary/ids.ts'
import type { Message } from '../../src/core/vocabulary/message.ts'
import { acceptSample, newId } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type ConversationsUnderTest = {
  readonly store: TaskStore
  readonly conversations: ConversationStore
  readonly close: () => Promise<void>
}

export function conversationStoreContract(name: string, open: () => Promise<ConversationsUnderTest>): void {
  const withStore = withParts(name, open)

  withStore('a chat nobody wrote in has no thread, a thread nobody knows no messages', async ({ conversations }) => {
    assert.equal(await conversations.findThread('http', 'nowhere\0'), null)
    assert.deepEqual(await conversations.messages(newId<ThreadId>(), 10), [])
    assert.deepEqual(await conversations.messages('x' as ThreadId, 10), [])
  })

  withStore('question and answer stand in the order they were said in', async ({ store, conversations }) => {
    const first = await acceptSample(store, { chat: 'c', text: 'one?' })
    await conversations.add(reply(first.threadId, 'one!', 1))
    await conversations.add({ ...reply(first.threadId, 'Ünïcode 🧑🏽‍🚀', 2), taskId: first.id })
    const texts = (await conversations.messages(first.threadId, 10)).map(({ text }) => text)
    assert.deepEqual(texts, ['one?', 'one!', 'Ünïcode 🧑🏽‍🚀'])
    const thread = await conversations.findThread('http', 'c')
    assert.deepEqual([thread?.id, thread?.interface, thread?.chat], [first.threadId, 'http', 'c'])
    assert.equal(await conversations.findThread('telegram', 'c'), null)
  })

  withStore('the newest are given, oldest of them first', async ({ conversations }) => {
    const threadId = newId<ThreadId>()
    for (const index of [3, 1, 5, 2, 4]) await conversations.add(reply(threadId, String(index), index))
    const texts = async (limit: number) => (await conversations.messages(threadId, limit)).map(({ text }) => text)
    assert.deepEqual(await texts(2), ['4', '5'])
    assert.deepEqual(await texts(99), ['1', '2', '3', '4', '5'])
    assert.deepEqual(await texts(0), [])
  })

  withStore('adding twice is adding once, and changes nothing', async ({ conversations }) => {
    const message = reply(newId<ThreadId>(), 'said', 1)
    await Promise.all([conversations.add(message), conversations.add(message)])
    await conversations.add({ ...message, text: 'unsaid' })
    assert.deepEqual(await conversations.messages(message.threadId, 10), [message])
  })
}

function reply(threadId: ThreadId, text: string, minute: number): Message {
  const createdAt = new Date(Date.now() + minute * 60_000)
  return { id: newId<MessageId>(), threadId, role: 'assistant', author: null, text, taskId: null, createdAt }
}
