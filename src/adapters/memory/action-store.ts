// What the buttons in chats do, in memory.
import type { Clock } from '../../core/ports/clock.ts'
import type { Action, ActionStore } from '../../core/ports/action-store.ts'
import type { ActionId, UserId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { placeKey } from '../../core/vocabulary/place.ts'

type Kept = {
  action: Action
  state: 'live' | 'dead' | { readonly by: UserId; readonly at: Date; readonly tap: string | null }
}

export function createMemoryActionStore(clock: Clock): ActionStore {
  const kept = new Map<ActionId, Kept>()
  const liveOf = (bot: BotId, group: string) =>
    [...kept.values()].filter(
      ({ action, state }) => action.place.bot === bot && action.group === group && state === 'live',
    )

  function offer(action: Action): Action {
    const known = liveOf(action.place.bot, action.group).find((it) => it.action.name === action.name)
    if (known !== undefined && known.action.expiresAt > clock.now()) {
      known.action = { ...known.action, does: action.does, expiresAt: action.expiresAt }
      return known.action
    }
    if (known !== undefined) known.state = 'dead'
    kept.set(action.id, { action, state: 'live' })
    return action
  }

  return {
    offer: async (actions) => {
      const offered = new Map(actions.map((action) => [nameOf(action), action]))
      const live = new Map([...offered].map(([name, action]) => [name, offer(action)]))
      return actions.flatMap((action) => live.get(nameOf(action)) ?? [])
    },
    take: async (id, tap, place, by, now) => {
      const known = kept.get(id)
      if (known === undefined || placeKey(known.action.place) !== placeKey(place)) return { type: 'unknown' }
      const { action, state } = known
      if (typeof state === 'object' && state.tap === tap) return { type: 'taken', action }
      if (action.onlyFor !== null && action.onlyFor !== by) return { type: 'not_yours' }
      if (typeof state === 'object') return { type: 'used', by: state.by, at: state.at }
      if (state === 'dead' || action.expiresAt <= now) return { type: 'expired' }
      for (const one of liveOf(place.bot, action.group)) {
        one.state = { by, at: now, tap: one.action.id === id ? tap : null }
      }
      return { type: 'taken', action }
    },
    withdraw: async (bot, group) => {
      for (const one of liveOf(bot, group)) one.state = 'dead'
    },
    moveChat: async (bot, from, to) => {
      for (const one of kept.values()) {
        const { place } = one.action
        if (place.bot === bot && place.chat === from) one.action = { ...one.action, place: { ...place, chat: to } }
      }
    },
    prune: async (before) => {
      const old = [...kept.values()].filter(({ action }) => action.expiresAt < before)
      for (const { action } of old) kept.delete(action.id)
      return old.length
    },
  }
}

function nameOf({ place, group, name }: Action): string {
  return JSON.stringify([place.bot, group, name])
}
