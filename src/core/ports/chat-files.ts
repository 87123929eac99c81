// Files that people sent to a chat, fetched from where their interface keeps them.
import type { BotId } from '../vocabulary/place.ts'

export type FetchedFile =
  | { readonly type: 'fetched'; readonly bytes: Uint8Array }
  | { readonly type: 'too_big'; readonly limitBytes: number }
  | { readonly type: 'gone' }

export interface ChatFiles {
  /** Throws where the interface can't be reached, so that it is tried again. */
  fetch(bot: BotId, fileRef: string): Promise<FetchedFile>
}
