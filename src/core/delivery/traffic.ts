// What left for which chat when: the memory that the pace is decided on. Forgets chats that are quiet.
import type { Place } from '../vocabulary/place.ts'
import type { BotTraffic, ChatTraffic } from './pace.ts'

export type Traffic = {
  readonly now: (at: number) => BotTraffic
  readonly begin: (place: Place, aside: boolean, at: number) => void
  readonly finish: (place: Place, aside: boolean) => void
  readonly slowDown: (place: Place, at: number, ms: number) => void
  readonly rest: (until: number) => void
}

const MINUTE_MS = 60_000
const REMEMBERED = 30

export function createTraffic(isGroup: (place: Place) => boolean): Traffic {
  const chats = new Map<string, ChatTraffic>()
  let underWay = 0
  let restUntil = 0

  function change(place: Place, what: Partial<ChatTraffic>): void {
    const known = chats.get(place.chat) ?? { busy: false, group: isGroup(place), recent: [], restUntil: 0 }
    chats.set(place.chat, { ...known, ...what })
  }

  function forgetQuiet(at: number): void {
    for (const [chat, { busy, recent, restUntil: rest }] of chats) {
      if (!busy && rest < at && (recent.at(-1) ?? 0) < at - MINUTE_MS) chats.delete(chat)
    }
  }

  return {
    now: (at) => {
      forgetQuiet(at)
      return { chats, underWay, restUntil }
    },
    begin: (place, aside, at) => {
      underWay += 1
      if (aside) return
      const recent = [...(chats.get(place.chat)?.recent ?? []), at].slice(-REMEMBERED)
      change(place, { busy: true, recent })
    },
    finish: (place, aside) => {
      underWay -= 1
      if (!aside) change(place, { busy: false })
    },
    slowDown: (place, at, ms) => change(place, { restUntil: at + ms }),
    rest: (until) => {
      restUntil = Math.max(restUntil, until)
    },
  }
}
