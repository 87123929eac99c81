// What a person sees of a chat: the words in which the user client speaks to a test.
import type { Message, MessageEntity, RichBlock } from '@grammyjs/types'

export type SeenButton = {
  readonly text: string
  /** Callback data, where the button has any. */
  readonly data?: string
  readonly url?: string
  readonly copyText?: string
  readonly disabled: boolean
  readonly style?: 'danger' | 'success' | 'primary'
}

export type SeenMedia = {
  readonly type: 'photo' | 'document' | 'voice' | 'audio' | 'video' | 'video_note' | 'animation' | 'sticker'
  readonly fileId: string
  readonly name?: string
  readonly mimeType?: string
  /** Bytes. */
  readonly size: number
}

export type SeenReaction = { readonly emoji: string; readonly from: number }

/** A message as it was when it was looked at: later changes make a new value, with a higher `version`. */
export type SeenMessage = {
  /** The chat's id as bots know it: a person's id for a private chat, negative for a group. */
  readonly chat: number
  /** Which bot a private chat is with; null in groups. */
  readonly bot: number | null
  readonly id: number
  readonly topic: number | null
  readonly from: { readonly id: number; readonly name: string; readonly isBot: boolean }
  readonly mine: boolean
  /** In the world's own time. */
  readonly at: Date
  readonly editedAt: Date | null
  /** 1 as it was sent, and one more with each edit of its content or buttons. */
  readonly version: number
  /** Text, caption, a rich message in plain words, or what a service message says. */
  readonly text: string
  readonly entities: readonly MessageEntity[]
  readonly rich: readonly RichBlock[] | null
  /** Rows of inline buttons, those inside a rich message last. */
  readonly buttons: readonly (readonly SeenButton[])[]
  readonly media: SeenMedia | null
  readonly album: string | null
  readonly replyTo: number | null
  /** It was sent so that the app opens a reply to it by itself. */
  readonly asksReply: boolean
  readonly reactions: readonly SeenReaction[]
  readonly pinned: boolean
  readonly deleted: boolean
  readonly service: boolean
  /** As the Bot API would give it. */
  readonly wire: Message
}

/** What a bot shows while it is still writing. It lives for 30 seconds. */
export type SeenDraft = {
  readonly id: number
  readonly bot: number
  readonly topic: number | null
  readonly text: string
  readonly entities: readonly MessageEntity[]
  readonly rich: readonly RichBlock[] | null
  readonly canStop: boolean
}

export type SeenTopic = { readonly id: number; readonly name: string; readonly closed: boolean }

/** One chat now, as a person who opens it sees it. Deleted messages are gone from it. */
export type SeenChat = {
  readonly id: number
  readonly title: string
  readonly type: 'private' | 'group' | 'supergroup'
  readonly messages: readonly SeenMessage[]
  /** What bots are doing at this moment, such as `typing`. */
  readonly actions: readonly { readonly from: number; readonly topic: number | null; readonly action: string }[]
  readonly drafts: readonly SeenDraft[]
  readonly pinned: readonly SeenMessage[]
  readonly topics: readonly SeenTopic[]
  /** The labels of the reply keyboard, by row; empty when there is none. */
  readonly keyboard: readonly (readonly string[])[]
  /** The command menu that this person gets here. */
  readonly commands: readonly { readonly command: string; readonly description: string }[]
}
