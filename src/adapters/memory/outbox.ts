// An outbox in memory, for unit tests and simulations.
import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../core/ports/clock.ts'
import type { EntryChange, EntryState, Outbox, OutboxEntry } from '../../core/ports/outbox.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import type { Post } from '../../core/vocabulary/post.ts'

type Kept = {
  readonly entry: OutboxEntry
  /** When it began to wait for what it now waits for. */
  readonly waitsFrom: Date
  /** Its place in the order of creation. */
  readonly line: number
}

export function createMemoryOutbox(clock: Clock): Outbox {
  const kept = new Map<string, Kept>()
  let lines = 0
  const keyOf = (bot: BotId, key: string) => JSON.stringify([bot, key])
  const inStates = (bot: BotId | null, states: readonly EntryState[]) =>
    [...kept.values()]
      .filter(({ entry }) => (bot === null || entry.place.bot === bot) && states.includes(entry.state))
      .toSorted((a, b) => a.line - b.line)

  function put(post: Post): void {
    const id = keyOf(post.place.bot, post.key)
    const known = kept.get(id)
    const now = clock.now()
    if (known !== undefined) {
      kept.set(id, { ...known, ...putAgain(known, post, now) })
      return
    }
    lines += 1
    const entry: OutboxEntry = {
      key: post.key,
      place: post.place,
      lane: post.lane,
      posting: post.posting,
      version: 1,
      state: post.posting.type === 'nothing' ? 'settled' : 'waiting',
      refs: [],
      shown: 0,
      attempts: 0,
      notBefore: now,
      error: null,
      createdAt: now,
      updatedAt: now,
    }
    kept.set(id, { entry, waitsFrom: now, line: lines })
  }

  function change(key: string, next: (entry: OutboxEntry) => OutboxEntry): readonly OutboxEntry[] {
    const known = kept.get(key)
    if (known === undefined) return []
    const entry = next(known.entry)
    kept.set(key, { ...known, entry })
    return [entry]
  }

  return {
    put: async (posts) => {
      // Of several posts of one key only the last ever stands.
      for (const post of new Map(posts.map((it) => [keyOf(it.place.bot, it.key), it])).values()) put(post)
      return posts.flatMap((post) => kept.get(keyOf(post.place.bot, post.key))?.entry ?? [])
    },
    find: async (bot, key) => kept.get(keyOf(bot, key))?.entry ?? null,
    findByRef: async (bot, chat, ref) =>
      [...kept.values()].findLast(
        ({ entry }) => entry.place.bot === bot && entry.place.chat === chat && entry.refs.includes(ref),
      )?.entry ?? null,
    unsettled: async (bot, limit) =>
      inStates(bot, ['waiting', 'sending'])
        .slice(0, Math.max(0, limit))
        .map(({ entry }) => entry),
    record: async (changes) => {
      for (const it of changes) {
        change(keyOf(it.bot, it.key), (entry) => recorded(entry, it, clock.now()))
      }
      return changes.flatMap((it) => kept.get(keyOf(it.bot, it.key))?.entry ?? [])
    },
    moveChat: async (bot, from, to) => {
      for (const [key, { entry }] of kept) {
        if (entry.place.bot !== bot || entry.place.chat !== from) continue
        change(key, (it) => ({ ...it, place: { ...it.place, chat: to }, refs: [], shown: 0 }))
      }
    },
    releaseHeld: async (bot, chat, lanes) =>
      inStates(bot, ['held'])
        .filter(({ entry }) => entry.place.chat === chat)
        .flatMap(({ entry }) =>
          change(keyOf(bot, entry.key), (it) => {
            const waits = lanes.includes(it.lane)
            const now = clock.now()
            if (!waits) return { ...it, state: 'failed', updatedAt: now }
            return { ...it, state: 'waiting', attempts: 0, error: null, notBefore: now, updatedAt: now }
          }),
        )
        .filter(({ state }) => state === 'waiting'),
    state: async (bot) => {
      const waiting = inStates(bot, ['waiting', 'sending'])
      const times = waiting.map(({ waitsFrom }) => waitsFrom.getTime())
      return {
        waiting: waiting.length,
        ambiguous: inStates(bot, ['ambiguous']).length,
        failed: inStates(bot, ['failed']).length,
        held: inStates(bot, ['held']).length,
        oldestWaiting: times.length === 0 ? null : new Date(Math.min(...times)),
      }
    },
    list: async (bot, states, limit) =>
      inStates(bot, states)
        .toReversed()
        .slice(0, Math.max(0, limit))
        .map(({ entry }) => entry),
    prune: async (before) => {
      const old = inStates(null, ['settled', 'failed']).filter(({ entry }) => entry.updatedAt < before)
      for (const { entry } of old) kept.delete(keyOf(entry.place.bot, entry.key))
      return old.length
    },
  }
}

function putAgain({ entry, waitsFrom }: Kept, post: Post, now: Date): Pick<Kept, 'entry' | 'waitsFrom'> {
  const changed = !isDeepStrictEqual(entry.posting, post.posting)
  if (!changed && entry.state !== 'failed') return { entry, waitsFrom }
  const wasWaiting = entry.state === 'waiting' || entry.state === 'held'
  const state = stateAfterPut(entry, post)
  return {
    waitsFrom: wasWaiting ? waitsFrom : now,
    entry: {
      ...entry,
      posting: post.posting,
      lane: changed ? post.lane : entry.lane,
      version: changed ? entry.version + 1 : entry.version,
      state,
      attempts: 0,
      error: state === 'held' ? entry.error : null,
      // What was put off stays put off: the chat may have told us to slow down.
      notBefore: later(entry.notBefore, now),
      updatedAt: now,
    },
  }
}

function stateAfterPut(entry: OutboxEntry, post: Post): EntryState {
  if (entry.state === 'sending') return 'sending'
  const mayStand = entry.refs.length > 0 || entry.shown !== 0 || entry.state === 'ambiguous'
  if (post.posting.type === 'nothing' && !mayStand) return 'settled'
  return entry.state === 'held' ? 'held' : 'waiting'
}

function mayBegin(entry: OutboxEntry, { version }: EntryChange): boolean {
  return entry.version === version && (entry.state === 'waiting' || entry.state === 'sending')
}

function recorded(entry: OutboxEntry, change: EntryChange, now: Date): OutboxEntry {
  if (change.state === 'sending' && !mayBegin(entry, change)) return entry
  const { place, refs, shown } = change
  if (change.version !== entry.version) {
    const notBefore = change.state === 'waiting' ? later(entry.notBefore, change.notBefore) : entry.notBefore
    return { ...entry, place, refs, shown, state: 'waiting', attempts: 0, error: null, notBefore, updatedAt: now }
  }
  const { state, attempts, notBefore, error } = change
  return { ...entry, place, refs, shown, state, attempts, notBefore, error, updatedAt: now }
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}
