// Threads and their messages, both ways: what was said stays.
import type { MessageId, TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import type { IncomingMessage, InterfaceName, Message, OutgoingMessage, Thread } from '../vocabulary/message.ts'
import type { Artifact } from './artifact-store.ts'

export type ThreadSummary = Thread & { readonly lastMessage: Message | null }
export type ThreadPage = { readonly items: readonly ThreadSummary[]; readonly nextCursor: string | null }

/** A message with what it brought and what was read from that. */
export type MessageWithArtifacts = Message & { readonly artifacts: readonly Artifact[] }

export type MessageQuery = {
  /** At most this many, the newest of those that fit; given oldest first. */
  readonly limit: number
  /** Only what models are told. */
  readonly inContext: boolean
  /** Only what is older than this message; null for all. */
  readonly before: MessageId | null
}

export interface ConversationStore {
  findThread(name: InterfaceName, chat: string): Promise<Thread | null>
  thread(threadId: ThreadId): Promise<Thread | null>
  /** Newest word first. `startedBy` null: everybody's. An unknown or malformed cursor is `null`'s page. */
  threads(query: {
    readonly startedBy: UserId | readonly UserId[] | null
    readonly limit: number
    readonly cursor: string | null
  }): Promise<ThreadPage>
  /** The newest, oldest first. */
  messages(threadId: ThreadId, query: MessageQuery): Promise<readonly MessageWithArtifacts[]>
  message(messageId: MessageId): Promise<Message | null>
  /**
   * Records what somebody said, in its thread (made if missing). Durable when it resolves. The same (interface, chat, externalId) again
   * changes nothing and returns the message that is there.
   */
  hear(message: IncomingMessage, at: Date): Promise<Message>
  /** Records what we said in a thread, or what stands of it now. The same externalId in the thread again replaces text and raw. */
  say(threadId: ThreadId, message: OutgoingMessage): Promise<void>
  /** The message of a thread that an interface names so, whoever said it; null when there is none. */
  findMessage(name: InterfaceName, chat: string, externalId: string): Promise<Message | null>
  /** What a task was made of; null where its message is gone. */
  ofTask(taskId: TaskId): Promise<Message | null>
}
