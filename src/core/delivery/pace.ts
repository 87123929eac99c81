// Which of a bot's waiting entries may go out now: lanes first, one request at a time for each chat, progress at the pace that
// the interface bears. Pure. What is guidance there (a second between edits, three in groups, 20 a minute) binds progress only;
// what people wait for goes at once and learns from `slow_down`.
import type { OutboxEntry } from '../ports/outbox.ts'
import { LANES } from '../vocabulary/post.ts'
import type { Posting } from '../vocabulary/post.ts'

export type Pace = {
  /** Between two changes in one chat before progress may make another. */
  readonly gapMs: number
  /** The same in groups, where everybody's phone works. */
  readonly groupGapMs: number
  /** Requests in a minute to one group, after which its progress rests. */
  readonly groupMinute: number
  /** Requests of one bot under way at once. */
  readonly parallel: number
}

/** What is known of one chat's recent traffic. */
export type ChatTraffic = {
  readonly busy: boolean
  readonly group: boolean
  /** When the last requests left, newest last. */
  readonly recent: readonly number[]
  /** Until when the interface wants nothing. */
  readonly restUntil: number
}

export type BotTraffic = {
  readonly chats: ReadonlyMap<string, ChatTraffic>
  readonly underWay: number
  /** Until when nothing at all goes out, e.g. because the token does not hold. */
  readonly restUntil: number
}

export type Choice = {
  readonly go: readonly OutboxEntry[]
  /** When to look again, if nothing happens before; null when nothing waits for time. */
  readonly wakeAt: number | null
}

const MINUTE_MS = 60_000

/** Entries in the order in which they leave; at most one for each chat, besides what makes no message. */
export function chooseNext(waiting: Iterable<OutboxEntry>, traffic: BotTraffic, pace: Pace, now: number): Choice {
  if (traffic.restUntil > now) return { go: [], wakeAt: traffic.restUntil }
  const go: OutboxEntry[] = []
  const taken = new Set<string>()
  let wakeAt: number | null = null
  let room = pace.parallel - traffic.underWay
  for (const entry of inOrder(waiting)) {
    const { chat } = entry.place
    const known = traffic.chats.get(chat)
    const aside = isAside(entry.posting)
    const line = `${chat} ${entry.lane}`
    if (!aside && (known?.busy === true || taken.has(chat) || taken.has(line))) continue
    const at = aside ? entry.notBefore.getTime() : earliest(entry, known, pace, now)
    if (at > now) {
      wakeAt = Math.min(wakeAt ?? at, at)
      // What people read in order stays in order: the next of its kind in this chat waits behind it.
      if (entry.lane !== 'progress') taken.add(line)
      continue
    }
    if (room <= 0) break
    if (!aside) taken.add(chat)
    go.push(entry)
    room -= 1
  }
  return { go, wakeAt }
}

/** Answers to taps and reactions make no message: the order of the chat and its pace are not for them. */
export function isAside(posting: Posting): boolean {
  return posting.type === 'tap_answer' || posting.type === 'reaction'
}

/** By lane, then by age; what is of one age stays in the order in which it was posted. */
function inOrder(waiting: Iterable<OutboxEntry>): readonly OutboxEntry[] {
  const rank = (entry: OutboxEntry) => LANES.indexOf(entry.lane)
  return [...waiting].toSorted((a, b) => rank(a) - rank(b) || a.createdAt.getTime() - b.createdAt.getTime())
}

function earliest(entry: OutboxEntry, chat: ChatTraffic | undefined, pace: Pace, now: number): number {
  const own = entry.notBefore.getTime()
  if (chat === undefined) return own
  const rested = Math.max(own, chat.restUntil)
  if (entry.lane !== 'progress') return rested
  const last = chat.recent.at(-1)
  const gap = last === undefined ? 0 : last + (chat.group ? pace.groupGapMs : pace.gapMs)
  const inMinute = chat.recent.filter((at) => at > now - MINUTE_MS)
  const oldest = chat.group && inMinute.length >= pace.groupMinute ? inMinute.at(-pace.groupMinute) : undefined
  return Math.max(rested, gap, oldest === undefined ? 0 : oldest + MINUTE_MS)
}
