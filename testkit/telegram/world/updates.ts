// One queue of updates per bot: who asked for what, what was confirmed, and what is too old to keep.
import type { Update } from '@grammyjs/types'
import type { UpdateKind } from './model.ts'

export type UpdateQueue = {
  /** Unconfirmed updates. */
  readonly pending: () => number
  /** The kinds the bot asked for; undefined is the default: all but chat_member and the two of reactions. */
  readonly allowed: () => readonly UpdateKind[] | undefined
  /** An empty list goes back to the default. */
  readonly allow: (kinds: readonly UpdateKind[]) => void
  /** False when the bot did not ask for this kind. */
  readonly push: (update: Omit<Update, 'update_id'>, kind: UpdateKind) => boolean
  /** The oldest unconfirmed ones, up to `limit`. Confirms nothing. */
  readonly peek: (limit: number) => readonly Update[]
  /** Forgets everything below `offset`; a negative one keeps only the last `-offset`. */
  readonly confirm: (offset: number) => void
  /** Forgets one update: webhooks confirm one by one. */
  readonly drop: (updateId: number) => void
  readonly clear: () => void
  /** Called when something arrives. Returns how to unsubscribe. */
  readonly onArrival: (listener: () => void) => () => void
}
