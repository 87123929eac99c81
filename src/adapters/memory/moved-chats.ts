// Where chats that moved are now, so that what is still said of the old one is said of the new one.
import type { BotId, Place } from '../../core/vocabulary/place.ts'

export type MovedChats = {
  readonly add: (bot: BotId, from: string, to: string) => void
  readonly present: (place: Place) => Place
}

export function createMovedChats(): MovedChats {
  const moves = new Map<string, string>()
  const keyOf = (bot: BotId, chat: string) => JSON.stringify([bot, chat])
  return {
    add: (bot, from, to) => {
      if (from === to) return
      moves.delete(keyOf(bot, to))
      const prefix = JSON.stringify([bot]).slice(0, -1)
      for (const [key, chat] of moves) if (chat === from && key.startsWith(`${prefix},`)) moves.set(key, to)
      moves.set(keyOf(bot, from), to)
    },
    present: (place) => {
      const chat = moves.get(keyOf(place.bot, place.chat))
      return chat === undefined ? place : { ...place, chat }
    },
  }
}
