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

const KEPT_MS = 24 * 60 * 60 * 1000
const NOT_BY_DEFAULT: ReadonlySet<UpdateKind> = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

/** `firstId` is the id of the first update; later ones count up. `now` is in virtual milliseconds. */
export function createUpdateQueue(firstId: number, now: () => number): UpdateQueue {
  // In order of arrival, which is the order of ids, so the oldest is always the first.
  const waiting = new Map<number, { readonly at: number; readonly update: Update }>()
  const listeners = new Set<() => void>()
  let nextId = firstId
  let allowed: readonly UpdateKind[] | undefined

  const dropOld = (): void => {
    const oldest = now() - KEPT_MS
    for (const [id, entry] of waiting) {
      if (entry.at >= oldest) return
      waiting.delete(id)
    }
  }

  return {
    pending: () => {
      dropOld()
      return waiting.size
    },
    allowed: () => allowed,
    allow: (kinds) => {
      allowed = kinds.length === 0 ? undefined : kinds
    },
    push: (payload, kind) => {
      const wanted = allowed === undefined ? !NOT_BY_DEFAULT.has(kind) : allowed.includes(kind)
      if (!wanted) return false
      const update = { update_id: nextId, ...payload }
      waiting.set(nextId, { at: now(), update })
      nextId += 1
      for (const listener of listeners) listener()
      return true
    },
    peek: (limit) => {
      dropOld()
      const oldest: Update[] = []
      for (const { update } of waiting.values()) {
        if (oldest.length >= limit) break
        oldest.push(update)
      }
      return oldest
    },
    confirm: (offset) => {
      const below = offset < 0 ? [...waiting.keys()].at(offset) : offset
      if (below === undefined) return
      for (const id of waiting.keys()) {
        if (id >= below) return
        waiting.delete(id)
      }
    },
    drop: (updateId) => void waiting.delete(updateId),
    clear: () => waiting.clear(),
    onArrival: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
