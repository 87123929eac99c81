// Shows in chats that somebody is at work: typing while a task runs, and drafts of what agents write. Fleeting and best effort.
import type { Messenger } from '../ports/messenger.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { Place } from '../vocabulary/place.ts'
import { draftOf } from './draft-name.ts'
import type { FollowedCard } from './follow-card.ts'
import { readable } from './visible.ts'

export type ActivityDeps = { readonly messenger: Messenger; readonly settings: { readonly drafts: boolean } }

export type Activity = {
  /** Shows what is due. Returns when to come again, in milliseconds; null when nothing runs. Never throws, never waits. */
  readonly show: (cards: Iterable<FollowedCard>, now: number) => number | null
}

const EVERY_MS = 4_500
/** Longer than this without news, it might as well hang: nobody is told that it works. */
const QUIET_MS = 120_000
/** What fails once is left alone for a while: it is worth nothing to insist on. */
const REST_MS = 60_000
const DRAFT_MS = 1_000
const DRAFT_CHARACTERS = 3_500

export function createActivity(deps: ActivityDeps): Activity {
  const nextAt = new Map<string, number>()
  const drafts = new Map<string, { readonly text: string; readonly at: number }>()
  const draftless = new Set<string>()

  function showTyping(place: Place, key: string, now: number): void {
    nextAt.set(key, now + EVERY_MS)
    deps.messenger.showActivity(place).catch(() => void nextAt.set(key, now + REST_MS))
  }

  function showDraft({ card, view }: FollowedCard, key: string, now: number): void {
    const text = readable(view?.message?.text ?? '')
      .trim()
      .slice(0, DRAFT_CHARACTERS)
    const last = drafts.get(card.taskId)
    if (text === '' || draftless.has(key) || last?.text === text || (last !== undefined && now < last.at + DRAFT_MS))
      return
    drafts.set(card.taskId, { text, at: now })
    deps.messenger.showDraft(card.place, draftOf(card.taskId), text).then(
      (known) => void (known || draftless.add(key)),
      () => void draftless.add(key),
    )
  }

  return {
    show: (cards, now) => {
      const busy = new Set<string>()
      const drafting = new Set<string>()
      for (const followed of cards) {
        if (!isAtWork(followed)) continue
        const { card, newsAt } = followed
        const key = placeKey(card.place)
        if (deps.settings.drafts && card.direct) {
          drafting.add(card.taskId)
          showDraft(followed, key, now)
        }
        if (now - newsAt > QUIET_MS || busy.has(key)) continue
        busy.add(key)
        if ((nextAt.get(key) ?? 0) <= now) showTyping(card.place, key, now)
      }
      for (const key of nextAt.keys()) if (!busy.has(key)) nextAt.delete(key)
      for (const id of drafts.keys()) if (!drafting.has(id)) drafts.delete(id)
      return busy.size === 0 ? null : Math.min(...nextAt.values())
    },
  }
}

function isAtWork({ view }: FollowedCard): boolean {
  return view?.status === 'routing' || view?.status === 'running'
}
