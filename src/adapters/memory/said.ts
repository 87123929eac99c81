// Threads and messages among the records: how what is said gets there, whoever says it.
import type { MessageId } from '../../core/vocabulary/ids.ts'
import type { IncomingMessage, InterfaceName, Message, Thread } from '../../core/vocabulary/message.ts'
import type { TaskRecords } from './task-records.ts'

export function nameOf(interfaceName: InterfaceName, chat: string, externalId: string): string {
  return JSON.stringify([interfaceName, chat, externalId])
}

/** The thread of the message's chat, made under that id where it is missing. */
export function threadOf(records: TaskRecords, message: IncomingMessage, id: Thread['id'], now: Date): Thread {
  const key = JSON.stringify([message.interface, message.chat])
  const known = records.threads.get(key)
  if (known !== undefined) return known
  const { interface: interfaceName, chat, author: startedBy, direct = true } = message
  const thread: Thread = { id, interface: interfaceName, chat, startedBy, direct, createdAt: now }
  records.threads.set(key, thread)
  return thread
}

export function record(records: TaskRecords, message: Message, name: string | null): void {
  const said = records.messages.get(message.threadId)
  if (said === undefined) records.messages.set(message.threadId, [message])
  else said.push(message)
  if (name !== null) records.named.set(name, message.id)
}

export function replace(records: TaskRecords, message: Message): void {
  const said = records.messages.get(message.threadId) ?? []
  records.messages.set(
    message.threadId,
    said.map((one) => (one.id === message.id ? message : one)),
  )
}

export function findMessage(records: TaskRecords, wanted: (message: Message) => boolean): Message | null {
  for (const said of records.messages.values()) {
    const found = said.find(wanted)
    if (found !== undefined) return found
  }
  return null
}

export function messageNamed(records: TaskRecords, name: string): Message | null {
  const id = records.named.get(name)
  return id === undefined ? null : findMessage(records, (message) => message.id === id)
}

/** A UUID that sorts after the ones before it, the same in each run of a simulation. */
export function nextMessageId(records: TaskRecords): MessageId {
  records.lastMessage += 1
  return `00000000-0000-7000-8000-${records.lastMessage.toString(16).padStart(12, '0')}` as MessageId
}

export function byTime(a: Message, b: Message): number {
  return a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)
}
