// What the platform says at a place, in terms that every interface can render.
import type { ActionId } from './ids.ts'
import type { MessageRef, Place } from './place.ts'

export type Button = {
  readonly label: string
  readonly style: 'plain' | 'good' | 'danger'
  readonly does: { readonly type: 'act'; readonly action: ActionId } | { readonly type: 'open'; readonly url: string }
}

/** A long text of which only the beginning shows until somebody unfolds it, e.g. a log. Plain text, no Markdown. */
export type Fold = { readonly title: string; readonly text: string }

export type Content = {
  /**
   * CommonMark with GFM's tables and strikethrough; text that is no Markdown is escaped by whoever writes it
   * (core/conversation/markdown.ts). Parts of it are written by models: whoever shows it makes links to http and https addresses
   * alone, loads no images and reads no HTML.
   */
  readonly markdown: string
  readonly folds: readonly Fold[]
  /** Rows. */
  readonly buttons: readonly (readonly Button[])[]
}

export type PostedFile = {
  readonly objectKey: string
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
}

/** What shall stand in a place under one key. */
export type Posting =
  | {
      readonly type: 'message'
      readonly content: Content
      readonly replyTo: MessageRef | null
      /** Without a sound. */
      readonly silent: boolean
      /** Asks the person for a reply to this very message. */
      readonly wantsReply: boolean
      /** Kept at the top of the chat. */
      readonly pinned: boolean
    }
  | {
      readonly type: 'file'
      readonly file: PostedFile
      readonly caption: string
      readonly replyTo: MessageRef | null
      readonly silent: boolean
    }
  /** On a message of a person; null takes it away. */
  | { readonly type: 'reaction'; readonly to: MessageRef; readonly emoji: string | null }
  /** To a tap on a button; `tap` is the interface's id of it. Worth nothing after some seconds. */
  | { readonly type: 'tap_answer'; readonly tap: string; readonly text: string | null; readonly loud: boolean }
  /** Takes away what stands under the key. */
  | { readonly type: 'nothing' }

/** The order in which what waits goes out: the first lane that has something goes first. */
export const LANES = ['tap_answer', 'approval', 'reply', 'final', 'progress'] as const
export type Lane = (typeof LANES)[number]

export type Post = {
  /** Unique for its bot. A later post under the same key replaces the earlier one: unsent it is forgotten, sent it is edited. */
  readonly key: string
  readonly place: Place
  readonly lane: Lane
  readonly posting: Posting
}
