// What shall stand in chats, and how far that is true: one entry a key, durable before anything is sent.
// It holds no rules: what follows from an answer is decided by core/delivery and only recorded here.
import type { BotId, MessageRef } from '../vocabulary/place.ts'
import type { Post } from '../vocabulary/post.ts'

/**
 * `waiting`: something is to be sent once `notBefore` has come. `sending`: a request may be under way. `settled`: what
 * was posted stands there. `ambiguous`: it may or may not stand there, and is not sent again by itself. `failed`: it can't be
 * said, `error` says why. `held`: the chat is closed to us; sent when it opens.
 */
export type EntryState = 'waiting' | 'sending' | 'settled' | 'ambiguous' | 'failed' | 'held'

export type OutboxEntry = Post & {
  /** Grows by one with every put that changed something. */
  readonly version: number
  readonly state: EntryState
  /** The messages that stand there for it, in order; empty before the first was sent. */
  readonly refs: readonly MessageRef[]
  /** The version that they show. 0: nothing was ever sent. With no refs: above 0 it was shown and is gone; below 0 that version may stand there. Puts leave it. */
  readonly shown: number
  /** Tries of the present version that came to nothing. */
  readonly attempts: number
  readonly notBefore: Date
  readonly error: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** The part of an entry that delivering changes. */
export type EntryChange = Pick<
  OutboxEntry,
  'key' | 'state' | 'refs' | 'shown' | 'attempts' | 'notBefore' | 'error' | 'place'
> & {
  readonly bot: BotId
  /** The version that was decided on. Where the entry has a newer one by now, refs and shown are recorded and it waits again. */
  readonly version: number
}

export type OutboxState = {
  readonly waiting: number
  readonly ambiguous: number
  readonly failed: number
  readonly held: number
  /** When the one that waits longest was posted. */
  readonly oldestWaiting: Date | null
}

export interface Outbox {
  /**
   * All or nothing, durable when it resolves. A new key makes an entry that waits; a known one gets the new posting and lane, a
   * higher version, and waits again, whatever became of the old version, unless a request is under way (it stays
   * `sending`) or it is `held`. An equal posting changes nothing, except that one which failed waits again. A posting
   * 'nothing' under a key that nothing stands for settles it. Returns the entries as they now are, in the order given. Of two
   * puts of one key that race, the later one to commit wins whole.
   */
  put(posts: readonly Post[]): Promise<readonly OutboxEntry[]>
  find(bot: BotId, key: string): Promise<OutboxEntry | null>
  /** Which entry a message in a chat stands for; null when it is none of ours. */
  findByRef(bot: BotId, chat: string, ref: MessageRef): Promise<OutboxEntry | null>
  /** The bot's entries in state `waiting` or `sending`, oldest first, at most `limit`. */
  unsettled(bot: BotId, limit: number): Promise<readonly OutboxEntry[]>
  /** Records what came of requests, all or nothing. `sending` must be durable before the request leaves, and is recorded of
   * what waits or is being sent in that version only: what was settled or replaced meanwhile stays as it is. Returns the entries as they now are. */
  record(changes: readonly EntryChange[]): Promise<readonly OutboxEntry[]>
  /**
   * The chat moved: every entry of it is there from now on, and shown nowhere, for the new chat numbers its messages anew. Repeating
   * changes nothing.
   */
  moveChat(bot: BotId, from: string, to: string): Promise<void>
  /** `held` entries of the chat wait again, those whose lane is in `lanes`; the others fail. Returns those that wait. */
  releaseHeld(bot: BotId, chat: string, lanes: readonly Post['lane'][]): Promise<readonly OutboxEntry[]>
  state(bot: BotId): Promise<OutboxState>
  /** Newest first, in these states: for the operator. */
  list(bot: BotId | null, states: readonly EntryState[], limit: number): Promise<readonly OutboxEntry[]>
  /** Deletes entries that are settled or failed and were last touched before `before`. Returns how many. */
  prune(before: Date): Promise<number>
}
