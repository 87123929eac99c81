// Works off what is in a bot's inbox: each chat and topic in order, different ones side by side, and none held up by another.
import type { Clock } from '../../core/ports/clock.ts'
import type { Inbox, UnfinishedItem } from '../../core/ports/inbox.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { assemble } from './assemble.ts'
import type { Assembly } from './assemble.ts'
import { backoffMs } from './backoff.ts'
import { createFinisher } from './finisher.ts'
import type { Turns } from './turns.ts'

export type InboxLoopDeps = {
  readonly bot: BotId
  /** Works off the parts of one thing. Rejects when that broke; it is tried again. Must be safe to repeat. */
  readonly handle: (items: readonly UnfinishedItem[]) => Promise<void>
  readonly inbox: Inbox
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Shared by the bots of a process. */
  readonly turns: Turns
  /** How often to look without being told. */
  readonly pollMs: number
}

export type InboxLoop = {
  /**
   * Something was added. `items` spare a look into the inbox: all that was added since it was last woken, as the inbox holds them,
   * in order, where nobody else can have added any in between.
   */
  readonly wake: (items?: readonly UnfinishedItem[]) => void
  /** Something may have been added, or something else happened: hints that are often wrong are followed less eagerly. */
  readonly hint: () => void
  /** Works until `signal` aborts; resolves when nothing is being worked on any more. Once only. Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
}

const TRIES = 5
/** 0.5 s, 2 s, 8 s, 32 s between the tries. */
const firstPauseMs = 500
const pauseGrowth = 4
const FIRST_READ = 500
const LARGEST_READ = 8_000
const FRUITLESS_PAUSE_MS = 25

type Lane = {
  readonly name: string
  /** Unfinished, by number. */
  items: UnfinishedItem[]
  isRunning: boolean
  wake: () => void
}

export function createInboxLoop(deps: InboxLoopDeps): InboxLoop {
  const { bot, inbox, clock, telemetry } = deps
  const lanes = new Map<string, Lane>()
  const running = new Set<Promise<void>>()
  /** What is in a lane, so that reading it again changes nothing. */
  const known = new Set<number>()
  /** Done since the last read began, which may still tell of them. */
  const done = new Set<number>()
  const finisher = createFinisher({ bot, inbox, clock, telemetry })
  /** Until it is stopped, from when every unfinished item was in a lane: what is added then need not be looked for. */
  let whole: AbortSignal | null = null
  let wanted = true
  let hinted = false
  let wakeReader: () => void = () => undefined

  async function readAll(signal: AbortSignal): Promise<boolean> {
    const doneBefore = [...done]
    let limit = FIRST_READ
    let items = await inbox.unfinished(bot, limit)
    // Whoever stands behind a long queue of somebody else must be seen, too.
    while (items.length === limit && limit < LARGEST_READ) {
      limit = Math.min(LARGEST_READ, limit * 4)
      items = await inbox.unfinished(bot, limit)
    }
    if (signal.aborted) return false
    const isFruitful = take(items, signal)
    for (const id of doneBefore) done.delete(id)
    // What was added meanwhile may not be among what was read.
    if (items.length === limit) whole = null
    else if (!wanted) whole = signal
    return isFruitful
  }

  function take(items: readonly UnfinishedItem[], signal: AbortSignal): boolean {
    const fresh = items.filter((item) => !known.has(item.updateId) && !done.has(item.updateId))
    for (const item of fresh) enqueue(item)
    for (const name of new Set(fresh.map((item) => item.lane))) begin(name, signal)
    return fresh.length > 0
  }

  function enqueue(item: UnfinishedItem): void {
    known.add(item.updateId)
    const lane = lanes.get(item.lane)
    if (lane === undefined) {
      lanes.set(item.lane, { name: item.lane, items: [item], isRunning: false, wake: () => undefined })
      return
    }
    lane.items.push(item)
    const before = lane.items.at(-2)
    if (before !== undefined && before.updateId > item.updateId) lane.items.sort((a, b) => a.updateId - b.updateId)
  }

  function begin(name: string, signal: AbortSignal): void {
    const lane = lanes.get(name)
    if (lane === undefined) return
    lane.wake()
    if (lane.isRunning) return
    lane.isRunning = true
    const work = workOff(lane, signal).finally(() => running.delete(work))
    running.add(work)
  }

  async function workOff(lane: Lane, signal: AbortSignal): Promise<void> {
    for (;;) {
      const [first, ...rest] = lane.items
      if (first === undefined || signal.aborted) {
        // At once: what comes next begins a lane of its own, and is not put into one that nobody works on.
        lanes.delete(lane.name)
        return
      }
      const step = next([first, ...rest])
      if (step.type === 'wait') {
        await pause(lane, step.until.getTime() - clock.now().getTime(), signal)
        continue
      }
      const release = await deps.turns.take(bot)
      let error: unknown = null
      try {
        if (signal.aborted) continue
        await deps.handle(step.items)
      } catch (caught) {
        error = caught ?? new Error('unknown')
      } finally {
        release()
      }
      if (error === null) {
        await finisher.finish(
          step.items.map((item) => item.updateId),
          signal,
        )
        leave(lane, step.items)
      } else if (!signal.aborted) await failed(lane, step.items, error, signal)
      // What was cut off by the stop is no fault of the item.
    }
  }

  /** What can't be read is handed on alone, and set aside when that breaks as well. */
  function next(queue: readonly [UnfinishedItem, ...UnfinishedItem[]]): Assembly {
    try {
      return assemble(queue, clock.now())
    } catch {
      return { type: 'ready', items: [queue[0]] }
    }
  }

  async function failed(
    lane: Lane,
    items: readonly UnfinishedItem[],
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    const tries = 1 + Math.max(...items.map((item) => item.attempts))
    const setAside = tries >= TRIES
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    telemetry.log(
      setAside ? 'error' : 'warn',
      setAside ? 'An update was set aside' : 'An update could not be worked off',
      {
        bot,
        updates: items.map((item) => item.updateId),
        tries,
        error: text,
      },
    )
    try {
      for (const item of items) await inbox.failed(bot, item.updateId, text, setAside)
    } catch (caught) {
      // The store is away: that is no fault of the item, and counts as no try of it.
      telemetry.log('error', 'A broken update could not be recorded', { bot, error: String(caught) })
      await clock.sleep(backoffMs(tries, firstPauseMs, 30_000), signal)
      return
    }
    if (setAside) return leave(lane, items)
    const again = new Set(items.map((item) => item.updateId))
    lane.items = lane.items.map((item) => (again.has(item.updateId) ? { ...item, attempts: tries } : item))
    await clock.sleep(firstPauseMs * pauseGrowth ** (tries - 1), signal)
  }

  function leave(lane: Lane, items: readonly UnfinishedItem[]): void {
    const gone = new Set(items.map((item) => item.updateId))
    lane.items = lane.items.filter((item) => !gone.has(item.updateId))
    for (const id of gone) {
      known.delete(id)
      done.add(id)
    }
  }

  /** Ends early when something came into the lane. */
  async function pause(lane: Lane, ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    lane.wake = () => woken.abort()
    await clock.sleep(ms, AbortSignal.any([woken.signal, signal]))
    lane.wake = () => undefined
  }

  async function rest(ms: number, signal: AbortSignal, isOver: () => boolean): Promise<void> {
    if (isOver()) return
    const woken = new AbortController()
    wakeReader = () => {
      if (isOver()) woken.abort()
    }
    await clock.sleep(ms, AbortSignal.any([woken.signal, signal]))
    wakeReader = () => undefined
  }

  return {
    wake: (items) => {
      if (items !== undefined && whole?.aborted === false && known.size < LARGEST_READ) return void take(items, whole)
      whole = null
      wanted = true
      wakeReader()
    },
    hint: () => {
      hinted = true
      wakeReader()
    },
    run: async (signal) => {
      let failures = 0
      while (!signal.aborted) {
        wanted = false
        hinted = false
        const began = clock.now().getTime()
        try {
          const fruitful = await readAll(signal)
          failures = 0
          // Reading a long queue takes long: it is not done all the time.
          const cost = (clock.now().getTime() - began) * 4
          if (cost > FRUITLESS_PAUSE_MS) await rest(cost, signal, () => false)
          else if (!fruitful) await rest(FRUITLESS_PAUSE_MS, signal, () => wanted)
          await rest(deps.pollMs, signal, () => wanted || hinted)
        } catch (error) {
          failures += 1
          telemetry.log('error', 'The inbox could not be read', { bot, error: String(error) })
          await clock.sleep(backoffMs(failures, firstPauseMs, 30_000), signal)
        }
      }
      await Promise.all(running)
    },
  }
}
