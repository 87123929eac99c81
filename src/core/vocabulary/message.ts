// A conversation: threads (one chat in its current context) and the messages in them, both ways.
import type { JsonObject } from './json.ts'
import type { MessageId, TaskId, ThreadId, UserId } from './ids.ts'

export type InterfaceName = 'http' | 'console' | 'terminal' | 'telegram' | 'mcp' | 'openserv'

export type Thread = {
  readonly id: ThreadId
  readonly interface: InterfaceName
  /** The chat and its context as the interface names them; `#` stands before the number of the context where there are several. */
  readonly chat: string
  /** Who said the first word in it; null where that is not known. */
  readonly startedBy: UserId | null
  /** A conversation of one person with us; false in a group. */
  readonly direct: boolean
  readonly createdAt: Date
}

export type Message = {
  readonly id: MessageId
  readonly threadId: ThreadId
  readonly role: 'user' | 'assistant'
  readonly author: UserId | null
  /** As the author calls themself; untrusted. Null where it is not known. */
  readonly authorName: string | null
  readonly text: string
  readonly taskId: TaskId | null
  /** Part of what models are told of the conversation; false for what is kept as a record alone. */
  readonly inContext: boolean
  readonly createdAt: Date
}

/** A message as an interface hands it in, before anything is known about it. */
export type IncomingMessage = {
  readonly interface: InterfaceName
  readonly chat: string
  /** The interface's own id of this message: the same id twice is the same message. */
  readonly externalId: string
  readonly author: UserId
  readonly authorName?: string | null
  readonly text: string
  readonly raw: JsonObject
  /** True unless said otherwise. */
  readonly direct?: boolean
  /** True unless said otherwise. */
  readonly inContext?: boolean
  /** Recorded by ConversationStore.hear before: only a hint of where to look first. */
  readonly heard?: true
}

/** What we said, or what stands of it now: the same `externalId` again replaces the text. */
export type OutgoingMessage = {
  readonly externalId: string
  readonly text: string
  readonly raw: JsonObject
  readonly taskId: TaskId | null
  readonly inContext: boolean
  readonly at: Date
}
