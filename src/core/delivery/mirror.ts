// What one bot has to deliver, as the process that delivers it knows it: saves a look at the store for each post.
import type { OutboxEntry } from '../ports/outbox.ts'

export type Mirror = {
  /** Takes over what the store answers. What was delivered while the answer was on its way stays delivered. */
  readonly follow: (answer: Promise<readonly OutboxEntry[]>) => Promise<void>
  /** What waits and nobody is at. */
  readonly waiting: () => Iterable<OutboxEntry>
  readonly begin: (key: string) => void
  /** `now`: as the store has it after the try; null where that is unknown and it stays as it was. */
  readonly finish: (key: string, now: OutboxEntry | null) => void
}

type Item = { entry: OutboxEntry; underWay: boolean }

export function createMirror(): Mirror {
  const items = new Map<string, Item>()
  /** What was done with while answers were on their way: key and version. */
  const done = new Map<string, number>()
  let answersUnderWay = 0

  function merge(entry: OutboxEntry): void {
    const item = items.get(entry.key)
    if (item === undefined) {
      // `sending` with nobody at it is a post that came while the try before it was being recorded.
      if (entry.state === 'waiting' || entry.state === 'sending') items.set(entry.key, { entry, underWay: false })
      return
    }
    // Answers of the store may arrive in another order than they were written in. What stands in the chat is known best
    // from our own tries, which `finish` records.
    if (entry.version > item.entry.version) {
      const { refs, shown } = item.underWay ? item.entry : entry
      item.entry = { ...entry, refs, shown }
    }
  }

  return {
    follow: async (answer) => {
      answersUnderWay += 1
      try {
        for (const entry of await answer) if (entry.version > (done.get(entry.key) ?? 0)) merge(entry)
      } finally {
        answersUnderWay -= 1
        if (answersUnderWay === 0) done.clear()
      }
    },
    waiting: function* () {
      for (const { entry, underWay } of items.values()) if (!underWay) yield entry
    },
    begin: (key) => {
      const item = items.get(key)
      if (item !== undefined) item.underWay = true
    },
    finish: (key, now) => {
      const item = items.get(key)
      if (item === undefined) return
      item.underWay = false
      if (now === null) return
      if (item.entry.version > now.version) {
        const { refs, shown, place } = now
        item.entry = { ...item.entry, refs, shown, place }
      } else if (now.state === 'waiting' || now.state === 'sending') item.entry = now
      else {
        items.delete(key)
        if (answersUnderWay > 0) done.set(key, now.version)
      }
    },
  }
}
