// What the buttons in chats do: a button carries an opaque id, and only here stands what a tap on it causes.
import type { ActionId, UserId } from '../vocabulary/ids.ts'
import type { JsonObject } from '../vocabulary/json.ts'
import type { BotId, Place } from '../vocabulary/place.ts'

export type Action = {
  readonly id: ActionId
  /** The actions of one message: using one uses all of them up. */
  readonly group: string
  /** Which of the group; what is offered again under the same name keeps its id while it is alive. */
  readonly name: string
  readonly place: Place
  /** Null: whoever may act in that place. */
  readonly onlyFor: UserId | null
  /** What it does, in the terms of core/conversation. */
  readonly does: JsonObject
  readonly expiresAt: Date
}

export type TakenAction =
  | { readonly type: 'taken'; readonly action: Action }
  /** `action` was used, it or another of its group. */
  | { readonly type: 'used'; readonly by: UserId; readonly at: Date }
  | { readonly type: 'expired' }
  | { readonly type: 'not_yours' }
  | { readonly type: 'unknown' }

export interface ActionStore {
  /** The live actions of these names, made where they are missing, in the order given. One that is alive keeps its id and gets the new `does` and expiry. */
  offer(actions: readonly Action[]): Promise<readonly Action[]>
  /**
   * Exactly once: of taps that race one takes it, and the group with it. The same `tap` again is told the same again, so that
   * what it causes can be repeated after a crash. A tap from another place than the action's is `unknown`.
   */
  take(id: ActionId, tap: string, place: Place, by: UserId, now: Date): Promise<TakenAction>
  /** Ends the group unused: its buttons are dead. */
  withdraw(bot: BotId, group: string): Promise<void>
  moveChat(bot: BotId, from: string, to: string): Promise<void>
  prune(before: Date): Promise<number>
}
