// Keeps every task's card true: one subscription and one loop for all of them, however many there are.
import type { TaskId } from '../vocabulary/ids.ts'
import type { BotId } from '../vocabulary/place.ts'
import { createActivity } from './activity.ts'
import type { Cards } from './cards.ts'
import type { ConversationDeps } from './deps.ts'
import { repaintFinished } from './end-of-card.ts'
import { followCard, lookAtCard, openCard } from './follow-card.ts'
import type { FollowedCard } from './follow-card.ts'
import { createPinnedStatuses } from './pinned-status.ts'

/** One card of ours, and when to look at it. */
type Followed = {
  readonly followed: FollowedCard
  dueAt: number
  lookedAt: number
  /** What is being done with it, one thing after the other, and how much that is. */
  work: Promise<void>
  works: number
}

/** Without news. Hints may be lost. */
const SLOW_MS = 5_000
/** Between two looks at one card: what happens within it is seen together. */
const GAP_MS = 150
const RETRY_MS = 1_000
const SWEEP_MS = 30_000
const PAUSED_MS = 5_000
/** Looks side by side. */
const MOST = 16
const STRANGERS = 5_000
/** How far before the hint's event the cause of it is looked for. */
const RECENT = 20

export function createCards(deps: ConversationDeps): Cards {
  const all = new Map<TaskId, Followed>()
  const bots = new Set<BotId>()
  /** Bots that another process may have by now. */
  const left = new Set<BotId>()
  const hints = new Map<TaskId, number>()
  /** Tasks that have no card of ours, as far as is known. */
  const strangers = new Set<TaskId>()
  /** Finished ones that are to be written again, and when. */
  const repaints = new Map<TaskId, number>()
  const activity = createActivity(deps)
  const statuses = createPinnedStatuses(deps, () => wake())
  const stopping = new AbortController()
  let wake: () => void = () => undefined
  let looking = 0
  let paused = false
  let askedPausedAt = 0
  let sweptAt = deps.clock.now().getTime()
  let underWay: Promise<void> | null = null
  let running: Promise<void> | null = null

  const now = () => deps.clock.now().getTime()
  const unsubscribe = deps.signals.subscribe((signal) => {
    if (signal.type !== 'task') return
    const one = all.get(signal.taskId)
    if (one !== undefined) one.dueAt = Math.min(one.dueAt, one.lookedAt + GAP_MS)
    else if (bots.size > 0 && !strangers.has(signal.taskId)) hints.set(signal.taskId, signal.seq)
    else return
    wake()
  })

  function add(followed: FollowedCard): Followed {
    const { taskId } = followed.card
    strangers.delete(taskId)
    const known = all.get(taskId)
    if (known !== undefined) return known
    const one = { followed, dueAt: now(), lookedAt: 0, work: Promise.resolve(), works: 0 }
    all.set(taskId, one)
    running ??= loop()
    wake()
    return one
  }

  /** After what is done with the card already. */
  function look(one: Followed, forced: boolean): Promise<void> {
    one.works += 1
    looking += 1
    const work = one.work
      .then(() => lookNow(one, forced))
      .finally(() => {
        one.works -= 1
        looking -= 1
        wake()
      })
    one.work = work.catch(() => undefined)
    return work
  }

  async function lookNow(one: Followed, forced: boolean): Promise<void> {
    one.lookedAt = now()
    one.dueAt = one.lookedAt + SLOW_MS
    const { taskId } = one.followed.card
    const beforeFinish = () => statuses.update(one.followed.card.place, one.followed.card.direct)
    try {
      const { over, nextAt, others } = await lookAtCard(deps, one.followed, { forced, paused, beforeFinish })
      for (const other of others) if (!left.has(other.card.place.bot)) add(other)
      if (over) all.delete(taskId)
      // A hint that came meanwhile may have made it earlier still.
      else if (nextAt !== null) one.dueAt = Math.min(one.dueAt, Math.max(nextAt, one.lookedAt + GAP_MS))
    } catch (error) {
      one.dueAt = now() + RETRY_MS
      throw error
    }
  }

  function background(what: string, work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => deps.telemetry.log('error', what, { error: String(error) }))
  }

  async function loop(): Promise<void> {
    // Nothing is waited for between here and the sleep: no hint can come unseen in between.
    while (!stopping.signal.aborted) {
      const at = now()
      for (const one of all.values()) {
        if (looking >= MOST) break
        if (one.works === 0 && one.dueAt <= at)
          void background('A card could not be brought up to date', look(one, false))
      }
      const repaintAt = Math.min(...repaints.values())
      if (underWay === null && (hints.size > 0 || at >= sweptAt + SWEEP_MS || wantsPaused(at) || repaintAt <= at)) {
        const work = background('Cards could not be looked for', chores(at))
        underWay = work.finally(() => {
          underWay = null
          wake()
        })
      }
      const followed = [...all.values()].map((one) => one.followed)
      const active = activity.show(followed, at)
      const pinned = statuses.show(followed, at)
      const dues = looking >= MOST ? [] : [...all.values()].filter((one) => one.works === 0).map((one) => one.dueAt)
      const others = [active, pinned].filter((time) => time !== null)
      const until = Math.min(at + SLOW_MS, ...(underWay === null ? [repaintAt] : []), ...others, ...dues)
      const pause = new AbortController()
      // With a reason, because one of its own costs a stack trace, and hints are many.
      wake = () => pause.abort('news')
      await deps.clock.sleep(Math.max(1, until - now()), AbortSignal.any([pause.signal, stopping.signal]))
    }
  }

  function wantsPaused(at: number): boolean {
    if (at < askedPausedAt + PAUSED_MS) return false
    return [...all.values()].some(({ followed: { view } }) => view?.status === 'pending' || view?.status === 'queued')
  }

  async function chores(at: number): Promise<void> {
    if (wantsPaused(at)) {
      askedPausedAt = at
      const state = await deps.queue.state()
      if (state.paused !== paused) for (const one of all.values()) one.dueAt = at
      paused = state.paused
    }
    const given = [...hints]
    hints.clear()
    for (const [taskId, seq] of given) await meet(taskId, seq)
    for (const [taskId, dueAt] of repaints) if (dueAt <= at) await repaint(taskId)
    if (at < sweptAt + SWEEP_MS) return
    sweptAt = at
    for (const bot of bots) await adopt(bot)
  }

  /** A hint about a task that is not followed: somebody else's, one opened elsewhere, or one that is over. */
  async function meet(taskId: TaskId, seq: number): Promise<void> {
    if (all.has(taskId)) return
    const card = await deps.cards.get(taskId)
    if (card === null || !bots.has(card.place.bot)) {
      if (strangers.size >= STRANGERS) strangers.clear()
      // It may have got its card just now.
      if (!all.has(taskId)) strangers.add(taskId)
      return
    }
    if (!card.finished) return void add(followCard(card))
    const recent = await deps.store.events(taskId, Math.max(0, seq - RECENT), RECENT * 2)
    if (recent.some((event) => event.type === 'preview.closed')) await repaint(taskId)
  }

  /** Now, or as soon as its end stands where it is to be read. */
  async function repaint(taskId: TaskId): Promise<void> {
    repaints.set(taskId, now() + RETRY_MS)
    const card = await deps.cards.get(taskId)
    if (card === null || left.has(card.place.bot) || (await repaintFinished(deps, card)) === 'done')
      repaints.delete(taskId)
  }

  async function adopt(bot: BotId): Promise<void> {
    for (const card of await deps.cards.unfinished(bot)) if (bots.has(bot)) add(followCard(card))
  }

  return {
    open: async (given) => {
      const followed = await openCard(deps, given)
      if (followed === null) return
      await look(add(followed), false)
      if (left.has(followed.card.place.bot)) all.delete(given.taskId)
    },
    refresh: async (taskId) => {
      const known = all.get(taskId)
      if (known !== undefined) return look(known, true)
      const card = await deps.cards.get(taskId)
      if (card === null) return
      if (card.finished) return repaint(taskId)
      await look(add(followCard(card)), true)
      if (left.has(card.place.bot)) all.delete(taskId)
    },
    pin: statuses.pin,
    unpin: statuses.unpin,
    follow: async (bot) => {
      left.delete(bot)
      bots.add(bot)
      running ??= loop()
      await adopt(bot)
    },
    unfollow: async (bot) => {
      bots.delete(bot)
      left.add(bot)
      const ours = [...all].filter(([, one]) => one.followed.card.place.bot === bot)
      for (const [taskId] of ours) all.delete(taskId)
      await Promise.all(ours.map(([, one]) => one.work))
      await statuses.leave(bot)
    },
    close: async () => {
      stopping.abort()
      unsubscribe()
      wake()
      await running
      await underWay
      await Promise.all([...all.values()].map((one) => one.work))
      await statuses.close()
    },
  }
}
