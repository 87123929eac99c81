// What is open in a place, in one silent message that stays pinned at its top and is kept true.
import type { Outbox, OutboxEntry } from '../ports/outbox.ts'
import type { BotId, Place } from '../vocabulary/place.ts'
import { placeKey } from '../vocabulary/place.ts'
import type { Lane, Post } from '../vocabulary/post.ts'
import type { Task } from '../vocabulary/task.ts'
import { titleOf } from './card-content.ts'
import type { ConversationDeps } from './deps.ts'
import { openHere } from './find-task.ts'
import type { FollowedCard } from './follow-card.ts'
import { escapeMarkdown } from './markdown.ts'
import { coarseDuration, statusWords } from './status-words.ts'

export type PinnedStatuses = {
  /** Pins it, anew at the end of the chat where it is pinned already. Durable when it resolves. */
  readonly pin: (place: Place, direct: boolean) => Promise<void>
  /** Takes it away. Repeating changes nothing. */
  readonly unpin: (place: Place) => Promise<void>
  /** Writes it as the place now is; nothing where none is pinned. Durable when it resolves. */
  readonly update: (place: Place, direct: boolean) => Promise<void>
  /**
   * Brings up to date behind it what is due, given every unfinished card. Returns when to come again, in milliseconds; null when
   * only news can change anything. Never throws, never waits; `wake` is called when something of it is done.
   */
  readonly show: (cards: Iterable<FollowedCard>, now: number) => number | null
  /** Resolves when nothing of the bot is under way here any more. */
  readonly leave: (bot: BotId) => Promise<void>
  readonly close: () => Promise<void>
}

type Known = {
  readonly place: Place
  readonly direct: boolean
  /** Null: nobody has looked yet. */
  pinned: boolean | null
  /** Of which tasks and states it tells. */
  tells: string
  writtenAt: number
  /** When it is to be written again without news. */
  dueAt: number
  /** What is being done with it, one thing after the other, and how much that is. */
  work: Promise<void>
  works: number
}

const PACE_MS = 1_000
const GROUP_PACE_MS = 3_000
const MINUTE_MS = 60_000
const LISTED = 20

export function statusKey({ bot, chat, topic }: Pick<Place, 'bot' | 'chat' | 'topic'>): string {
  return `status:${bot}/${chat}/${topic ?? ''}`
}

/** After everything else of the chat has moved: what is pinned goes along. Repeating changes nothing. */
export async function movePinnedStatus(
  deps: { readonly outbox: Outbox },
  bot: BotId,
  from: string,
  to: string,
): Promise<void> {
  const key = statusKey({ bot, chat: from, topic: null })
  const entry = await deps.outbox.find(bot, key)
  if (entry?.posting.type !== 'message') return
  const place = { ...entry.place, chat: to }
  await deps.outbox.put([
    { key: statusKey(place), place, lane: 'reply', posting: entry.posting },
    { key, place, lane: 'reply', posting: { type: 'nothing' } },
  ])
}

export function createPinnedStatuses(deps: ConversationDeps, wake: () => void): PinnedStatuses {
  const all = new Map<string, Known>()

  function of(place: Place, direct: boolean): Known {
    const key = placeKey(place)
    const known = all.get(key)
    if (known !== undefined) return known
    const times = { tells: '', writtenAt: 0, dueAt: 0 }
    const one: Known = { place, direct, pinned: null, ...times, work: Promise.resolve(), works: 0 }
    all.set(key, one)
    return one
  }

  function after(one: Known, task: () => Promise<void>): Promise<void> {
    one.works += 1
    const work = one.work.then(task).finally(() => {
      one.works -= 1
      wake()
    })
    one.work = work.catch(() => undefined)
    return work
  }

  async function write(one: Known): Promise<void> {
    const now = deps.clock.now()
    // First, so that what fails is tried again at the same pace.
    one.writtenAt = now.getTime()
    const entry = await deps.outbox.find(one.place.bot, statusKey(one.place))
    one.pinned = entry?.posting.type === 'message'
    if (entry === null || !one.pinned) return
    // Before it first stands there somebody waits for it.
    const lane = isShown(entry) ? 'progress' : 'reply'
    const tasks = await openHere(deps, one.place)
    await deps.outbox.put([statusPost(one.place, tasks.toReversed(), now, lane)])
    one.dueAt = tasks.length === 0 ? Number.POSITIVE_INFINITY : one.writtenAt + MINUTE_MS
  }

  function writeBehind(one: Known, tells: string): void {
    after(one, async () => {
      await write(one)
      one.tells = tells
    }).catch((error: unknown) =>
      deps.telemetry.log('error', 'A pinned status could not be brought up to date', { error: String(error) }),
    )
  }

  return {
    pin: (place, direct) => {
      const one = of(place, direct)
      return after(one, async () => {
        // Until it is known what came of this.
        one.pinned = null
        const now = deps.clock.now()
        const key = statusKey(place)
        const tasks = await openHere(deps, place)
        // Where it stands far above, or somebody deleted it, it comes anew.
        if ((await deps.outbox.find(place.bot, key)) !== null) await deps.outbox.put([nothingAt(place)])
        await deps.outbox.put([statusPost(place, tasks.toReversed(), now, 'reply')])
        one.pinned = true
        one.dueAt = now.getTime() + MINUTE_MS
      })
    },
    unpin: (place) => {
      const one = of(place, true)
      return after(one, async () => {
        one.pinned = null
        if ((await deps.outbox.find(place.bot, statusKey(place))) !== null) await deps.outbox.put([nothingAt(place)])
        one.pinned = false
      })
    },
    update: async (place, direct) => {
      const one = of(place, direct)
      if (one.pinned !== false) await after(one, () => write(one))
    },
    show: (cards, now) => {
      const open = new Map<string, string>()
      for (const { card, view } of cards) {
        const { place, direct, taskId } = card
        const key = placeKey(place)
        of(place, direct)
        open.set(key, `${open.get(key) ?? ''} ${taskId} ${view?.status ?? ''}`)
      }
      let next: number | null = null
      for (const [key, one] of all) {
        // Done with it, it wakes by itself.
        if (one.works > 0) continue
        const tells = open.get(key) ?? ''
        if (one.pinned === false) {
          if (tells === '') all.delete(key)
          continue
        }
        const free = one.writtenAt + (one.direct ? PACE_MS : GROUP_PACE_MS)
        const due = tells === one.tells ? Math.max(one.dueAt, free) : free
        if (due <= now) writeBehind(one, tells)
        else if (due !== Number.POSITIVE_INFINITY) next = Math.min(next ?? due, due)
      }
      return next
    },
    leave: async (bot) => {
      const ours = [...all].filter(([, one]) => one.place.bot === bot)
      for (const [key] of ours) all.delete(key)
      await Promise.all(ours.map(([, one]) => one.work))
    },
    close: async () => {
      await Promise.all([...all.values()].map((one) => one.work))
    },
  }
}

function statusPost(place: Place, tasks: readonly Task[], now: Date, lane: Lane): Post {
  const lines = tasks.slice(0, LISTED).map((task) => lineOf(task, now))
  const more = tasks.length > LISTED ? [`- and ${tasks.length - LISTED} more`] : []
  const markdown = tasks.length === 0 ? 'Nothing is open here.' : `**Open here**\n\n${[...lines, ...more].join('\n')}`
  const content = { markdown, folds: [], buttons: [] }
  const posting = { type: 'message', content, replyTo: null, silent: true, wantsReply: false, pinned: true } as const
  return { key: statusKey(place), place, lane, posting }
}

function lineOf(task: Task, now: Date): string {
  const elapsed = coarseDuration(now.getTime() - task.createdAt.getTime())
  return `- ${statusWords(task.status)} · ${escapeMarkdown(titleOf(task))} · ${elapsed}`
}

function nothingAt(place: Place): Post {
  return { key: statusKey(place), place, lane: 'reply', posting: { type: 'nothing' } }
}

function isShown(entry: OutboxEntry): boolean {
  return entry.shown !== 0 || entry.refs.length > 0
}
