// Threads and their messages, both ways: what was said stays.
import type { ThreadId } from '../vocabulary/ids.ts'
import type { InterfaceName, Message, Thread } from '../vocabulary/message.ts'

export interface ConversationStore {
  findThread(name: InterfaceName, chat: string): Promise<Thread | null>
  /** The newest `limit` messages, oldest first. */
  messages(threadId: ThreadId, limit: number): Promise<readonly Message[]>
  /** Adding an id that is there changes nothing. */
  add(message: Message): Promise<void>
}
