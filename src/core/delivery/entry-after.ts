// What becomes of an outbox entry after a try to deliver it, or after its process died in one. Pure.
import type { DeliveryOutcome } from '../ports/messenger.ts'
import type { EntryChange, OutboxEntry } from '../ports/outbox.ts'
import type { MessageRef } from '../vocabulary/place.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000
const FIRST_BROKEN_PAUSE_MS = 2_000
/** A tap's spinner and a reaction are worth nothing later. */
const FLEETING_TRIES = 4

/**
 * Whether doing it again leaves the chat as doing it once would: changing what stands, reactions, answers to taps, taking
 * away. Only what makes a new message is not.
 */
export function isRepeatable(entry: OutboxEntry): boolean {
  const { type } = entry.posting
  return (type !== 'message' && type !== 'file') || entry.refs.length > 0
}

/**
 * Whether there is nothing to do about an entry that waits: a progress line whose message the person deleted stays
 * deleted, and one that may have arrived is not sent a second time. What people wait for is sent anew in both cases, because
 * what stood there before said something else.
 */
export function isMoot(entry: OutboxEntry): boolean {
  const { type } = entry.posting
  if (type === 'nothing') return entry.refs.length === 0
  return type === 'message' && entry.lane === 'progress' && entry.refs.length === 0 && entry.shown !== 0
}

/** What is recorded of a moot entry instead of a request. */
export function afterMoot(entry: OutboxEntry): EntryChange {
  const doubtful = entry.refs.length === 0 && entry.shown < 0
  return { ...unchanged(entry), state: doubtful ? 'ambiguous' : 'settled', attempts: 0 }
}

/** What must be durable before a request leaves that may not be repeated: which version it is that may stand there from then on. */
export function beforeSending(entry: OutboxEntry): EntryChange {
  return { ...unchanged(entry), state: 'sending', shown: -entry.version }
}

/** For an entry found `sending` although nobody sends it: its process died between asking and hearing. */
export function afterInterruption(entry: OutboxEntry, now: Date): EntryChange {
  // What was posted since has surely not been sent; whether it is, is decided like for any other.
  if (isRepeatable(entry) || entry.shown !== -entry.version) {
    return { ...unchanged(entry), state: 'waiting', notBefore: now }
  }
  return doubtful(entry, entry.refs, 'the process ended while it was being sent')
}

/** For an entry in doubt whose posting the person had sent anew: the doubt is over, and what may stand there is left alone. */
export function afterSentAgain(entry: OutboxEntry): EntryChange {
  return { ...unchanged(entry), state: 'settled', shown: Math.abs(entry.shown), error: null }
}

/** For an entry of which a person just used the message, so that it surely stands there; null where nobody doubted that. */
export function afterFound(entry: OutboxEntry, ref: MessageRef): EntryChange | null {
  if (entry.state !== 'ambiguous' || entry.posting.type !== 'message' || entry.refs.length > 0) return null
  return { ...unchanged(entry), state: 'settled', refs: [ref], shown: Math.abs(entry.shown), error: null }
}

export function entryAfter(entry: OutboxEntry, outcome: DeliveryOutcome, now: Date): EntryChange {
  const { refs } = outcome
  switch (outcome.type) {
    case 'delivered':
      return { ...unchanged(entry), state: 'settled', refs, shown: entry.version, attempts: 0, error: null }
    case 'unsent':
      return triedInVain({ ...entry, refs }, outcome.reason, now)
    case 'ambiguous':
      return doubtful(entry, refs, outcome.reason)
    case 'slow_down':
      return {
        ...unchanged(entry),
        state: 'waiting',
        refs,
        notBefore: after(now, Math.min(outcome.retryAfterMs, 3_600_000)),
        error: 'asked to slow down',
      }
    case 'missing':
      return afterMissing(entry, now)
    case 'topic_missing':
      // What people wait for is said in the chat itself; the rest goes with its topic.
      if (entry.lane === 'progress' || entry.place.topic === null) return failed(entry, refs, 'the topic is gone')
      return {
        ...unchanged(entry),
        state: 'waiting',
        refs: [],
        shown: 0,
        place: { ...entry.place, topic: null },
        notBefore: now,
      }
    case 'moved':
      // The new chat numbers its messages anew: what stood in the old one can't be changed from there.
      return {
        ...unchanged(entry),
        state: 'waiting',
        refs: [],
        shown: 0,
        place: { ...entry.place, chat: outcome.to },
        notBefore: now,
      }
    case 'closed':
      return { ...unchanged(entry), state: 'held', refs, error: outcome.reason }
    case 'broken_bot':
      return {
        ...unchanged(entry),
        state: 'waiting',
        refs,
        attempts: entry.attempts + 1,
        notBefore: after(now, brokenPauseMs(entry.attempts)),
        error: outcome.reason,
      }
    case 'refused':
      return failed(entry, refs, outcome.reason)
  }
}

/** One refusal of a token may be a mistake of the moment, several are none. */
function brokenPauseMs(attempts: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_BROKEN_PAUSE_MS * 4 ** Math.min(attempts, 8))
}

/** The message that was to be changed is not there: deleted by the person, or too old to change. */
function afterMissing(entry: OutboxEntry, now: Date): EntryChange {
  if (entry.posting.type === 'nothing') return { ...unchanged(entry), state: 'settled', refs: [], shown: entry.version }
  if (entry.posting.type !== 'message' && entry.posting.type !== 'file') return failed(entry, [], 'its message is gone')
  const gone = { ...unchanged(entry), refs: [], shown: Math.max(1, entry.shown) }
  if (entry.lane === 'progress') return { ...gone, state: 'settled' }
  return { ...gone, state: 'waiting', notBefore: now }
}

function triedInVain(entry: OutboxEntry, reason: string, now: Date): EntryChange {
  const attempts = entry.attempts + 1
  const fleeting = entry.posting.type === 'tap_answer' || entry.posting.type === 'reaction'
  if (fleeting && attempts >= FLEETING_TRIES) return failed(entry, entry.refs, reason)
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 16))
  return { ...unchanged(entry), state: 'waiting', attempts, notBefore: after(now, pauseMs), error: reason }
}

function doubtful(entry: OutboxEntry, refs: OutboxEntry['refs'], reason: string): EntryChange {
  return { ...unchanged(entry), state: 'ambiguous', refs, shown: -entry.version, error: reason }
}

function failed(entry: OutboxEntry, refs: OutboxEntry['refs'], reason: string): EntryChange {
  return { ...unchanged(entry), state: 'failed', refs, error: reason }
}

function unchanged(entry: OutboxEntry): EntryChange {
  const { key, version, state, refs, shown, attempts, notBefore, error, place } = entry
  return { bot: place.bot, key, version, state, refs, shown, attempts, notBefore, error, place }
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms)
}
