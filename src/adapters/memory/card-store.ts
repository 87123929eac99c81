// Which task is shown where, in memory.
import type { Card, CardStore } from '../../core/ports/card-store.ts'
import type { TaskId } from '../../core/vocabulary/ids.ts'
import { placeKey } from '../../core/vocabulary/place.ts'

export function createMemoryCardStore(): CardStore {
  const cards = new Map<TaskId, Card>()
  const oldestFirst = (wanted: (card: Card) => boolean) => [...cards.values()].filter(wanted).toSorted(byTime)
  return {
    open: async (card) => {
      const known = cards.get(card.taskId)
      if (known !== undefined) return known
      cards.set(card.taskId, card)
      return card
    },
    get: async (taskId) => cards.get(taskId) ?? null,
    ofRequest: async (place, request) =>
      oldestFirst((card) => placeKey(card.place) === placeKey(place) && card.request === request).at(-1) ?? null,
    unfinished: async (bot) => oldestFirst((card) => card.place.bot === bot && !card.finished),
    ofPlace: async (place, limit) =>
      oldestFirst((card) => placeKey(card.place) === placeKey(place))
        .toReversed()
        .slice(0, Math.max(0, limit)),
    finish: async (taskId) => {
      const card = cards.get(taskId)
      if (card !== undefined) cards.set(taskId, { ...card, finished: true })
    },
    moveChat: async (bot, from, to) => {
      for (const [taskId, card] of cards) {
        if (card.place.bot !== bot || card.place.chat !== from) continue
        cards.set(taskId, { ...card, place: { ...card.place, chat: to }, request: null })
      }
    },
  }
}

function byTime(a: Card, b: Card): number {
  return a.openedAt.getTime() - b.openedAt.getTime() || (a.taskId < b.taskId ? -1 : 1)
}
