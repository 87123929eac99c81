// What a person does in a chat, as an adapter hands it in: normalized, nothing decided yet.
import type { ActionId, UserId } from './ids.ts'
import type { JsonObject } from './json.ts'
import type { BotId, MessageRef, Place } from './place.ts'

export type ChatAuthor = {
  /** E.g. `telegram:4711`. */
  readonly userId: UserId
  /** As the person calls themself; untrusted. */
  readonly name: string
}

export type Attachment = {
  readonly kind: 'photo' | 'document' | 'voice' | 'audio' | 'video'
  readonly name: string
  readonly mediaType: string
  /** As the interface says; null when it does not. */
  readonly bytes: number | null
  /** How ChatFiles finds it. */
  readonly fileRef: string
}

export type ChatMessage = {
  readonly place: Place
  /** Of the first part, where a person's client split one text or sent an album. */
  readonly ref: MessageRef
  /** All parts' refs, in order; the first is `ref`. */
  readonly parts: readonly MessageRef[]
  /** The same twice is the same message. An album's is the same for each of its parts. */
  readonly externalId: string
  readonly author: ChatAuthor
  /** A chat of one person with the bot. */
  readonly direct: boolean
  /** Meant for the bot: always in a direct chat; elsewhere by command, mention, or a reply to the bot. */
  readonly addressed: boolean
  /** With the bot's own mention taken away. */
  readonly text: string
  /** What it is, where it is neither words nor a file; a record, and never a request. */
  readonly gist?: string
  readonly attachments: readonly Attachment[]
  /** Who said it first, where the person passed on somebody else's words: those are material, and no request. Null otherwise. */
  readonly forwardedFrom: string | null
  readonly replyTo: MessageRef | null
  readonly sentAt: Date
  readonly raw: JsonObject
}

/** What arrives from a chat. */
export type ChatEvent =
  | { readonly type: 'message'; readonly message: ChatMessage; readonly receivedAt: Date }
  /** The person changed a message after sending it. */
  | { readonly type: 'edited'; readonly message: ChatMessage; readonly editedAt: Date }
  | {
      readonly type: 'tap'
      readonly place: Place
      readonly tap: string
      readonly action: ActionId
      readonly on: MessageRef | null
      readonly author: ChatAuthor
      readonly direct: boolean
    }
  /** The person pressed Stop on a draft. */
  | { readonly type: 'draft_stopped'; readonly place: Place; readonly draft: string; readonly author: ChatAuthor }
  /** The bot was let into the chat, or back. `by` may be anybody. */
  | { readonly type: 'opened'; readonly place: Place; readonly direct: boolean; readonly by: ChatAuthor }
  /** Blocked by the person, or put out of the group: nothing can be said there any more. */
  | { readonly type: 'closed'; readonly place: Place; readonly by: ChatAuthor | null }
  | { readonly type: 'migrated'; readonly bot: BotId; readonly from: string; readonly to: string }
  | {
      readonly type: 'topic_opened'
      readonly place: Place
      readonly name: string
      /** Named by the client and not by the person: the bot may find a better name. */
      readonly implicit: boolean
      readonly by: ChatAuthor
    }
