// A conversation: threads (one chat in its current context) and the messages in them, both ways.
import type { JsonObject } from './json.ts'
import type { MessageId, TaskId, ThreadId, UserId } from './ids.ts'

export type InterfaceName = 'http' | 'console' | 'terminal' | 'telegram' | 'mcp' | 'openserv'

export type Thread = {
  readonly id: ThreadId
  readonly interface: InterfaceName
  /** The chat as its interface names it. */
  readonly chat: string
  readonly createdAt: Date
}

export type Message = {
  readonly id: MessageId
  readonly threadId: ThreadId
  readonly role: 'user' | 'assistant'
  readonly author: UserId | null
  readonly text: string
  readonly taskId: TaskId | null
  readonly createdAt: Date
}

/** A message as an interface hands it in, before anything is known about it. */
export type IncomingMessage = {
  readonly interface: InterfaceName
  readonly chat: string
  /** The interface's own id of this message: the same id twice is the same message. */
  readonly externalId: string
  readonly author: UserId
  readonly text: string
  readonly raw: JsonObject
}
