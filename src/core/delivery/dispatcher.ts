// Brings what shall stand in chats to where it stands: each bot's outbox, in order and at the pace that its interface bears.
import type { Clock } from '../ports/clock.ts'
import type { DeliveryOutcome, Messenger } from '../ports/messenger.ts'
import type { EntryChange, Outbox, OutboxEntry } from '../ports/outbox.ts'
import type { TaskSignals } from '../ports/task-signals.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { BotId, Place } from '../vocabulary/place.ts'
import type { Post } from '../vocabulary/post.ts'
import { afterInterruption, afterMoot, beforeSending, entryAfter, isMoot, isRepeatable } from './entry-after.ts'
import { createMirror } from './mirror.ts'
import type { Mirror } from './mirror.ts'
import { chooseNext, isAside } from './pace.ts'
import type { Pace } from './pace.ts'
import { createTraffic } from './traffic.ts'
import type { Traffic } from './traffic.ts'

export type DispatcherDeps = {
  readonly outbox: Outbox
  readonly messenger: Messenger
  readonly signals: TaskSignals
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly pace: Pace
  /** A group, where everybody's phone works and the interface bears less. */
  readonly isGroup: (place: Place) => boolean
  /** Asked before anything is sent. A process that stood still may have lost the bot to another one without having noticed yet. */
  readonly mayDeliver: (bot: BotId) => boolean
  /** Told before what could not be said is held: whoever opens the chat from then on finds that it was closed. May be told again. */
  readonly onClosed: (place: Place) => Promise<void>
  /** Asked after it is held: who opened the chat before that has not found it to let it go. */
  readonly isClosed: (place: Place) => Promise<boolean>
  /** Each is told after it was recorded, and may be told again after a crash. */
  readonly onAmbiguous: (entry: OutboxEntry) => Promise<void>
  readonly onMoved: (bot: BotId, from: string, to: string) => Promise<void>
}

export type Dispatcher = {
  /** Sorts out what an earlier process was sending, and delivers from here on. Only the process that holds the bot's lease may. */
  readonly start: (bot: BotId) => Promise<void>
  /** Resolves when nothing of the bot is under way here any more. */
  readonly stop: (bot: BotId) => Promise<void>
  readonly close: () => Promise<void>
  /** The outbox, with what is put on its way at once. */
  readonly outbox: Outbox
}

type BotDelivery = {
  readonly bot: BotId
  readonly mirror: Mirror
  readonly traffic: Traffic
  readonly stopping: AbortController
  nap: AbortController
  scheduled: boolean
  reload: boolean
  readonly underWay: Set<Promise<void>>
}

const PAGE = 1_000
const LOOK_MS = 60_000
const RETRY_RECORD_MS = 1_000
/** What still matters once a chat opens again. */
export const HELD_LANES: readonly Post['lane'][] = ['approval', 'final']
/** Without a reason an abort makes one, with a stack trace: at every post. */
const WOKEN = 'woken'

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { clock, telemetry } = deps
  const bots = new Map<BotId, BotDelivery>()

  const unsubscribe = deps.signals.subscribe((signal) => {
    if (signal.type !== 'mail') return
    const delivery = bots.get(signal.bot)
    if (delivery === undefined) return
    delivery.reload = true
    schedule(delivery)
  })

  async function start(bot: BotId): Promise<void> {
    if (bots.has(bot)) return
    const delivery: BotDelivery = {
      bot,
      mirror: createMirror(),
      traffic: createTraffic(deps.isGroup),
      stopping: new AbortController(),
      nap: new AbortController(),
      scheduled: false,
      reload: false,
      underWay: new Set(),
    }
    const found = await deps.outbox.unsettled(bot, PAGE)
    const broken = found.filter((entry) => entry.state === 'sending')
    const changes = broken.map((entry) => afterInterruption(entry, clock.now()))
    const sorted = changes.length === 0 ? [] : await deps.outbox.record(changes)
    await delivery.mirror.follow(Promise.resolve([...found.filter((entry) => entry.state !== 'sending'), ...sorted]))
    // Only now: what is posted meanwhile must not go out beside what is sorted out here, and is found by another look.
    delivery.reload = true
    bots.set(bot, delivery)
    for (const entry of sorted) if (entry.state === 'ambiguous') await doubt(entry)
    for (const entry of sorted) if (entry.state === 'waiting' && entry.shown < 0) logReplaced(entry)
    schedule(delivery)
  }

  /** Its first words may stand there, and what was posted since goes out beside them. */
  function logReplaced({ place, key, shown }: OutboxEntry): void {
    telemetry.log('warn', 'An earlier posting may have arrived; the present one is sent as a message of its own', {
      bot: place.bot,
      chat: place.chat,
      key,
      version: -shown,
    })
  }

  /** After the present turn of the event loop, so that what is put together leaves together. */
  function schedule(delivery: BotDelivery): void {
    if (delivery.scheduled || delivery.stopping.signal.aborted) return
    delivery.scheduled = true
    delivery.nap.abort(WOKEN)
    track(
      delivery,
      Promise.resolve().then(() => look(delivery)),
    )
  }

  function track(delivery: BotDelivery, work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => {
        telemetry.log('error', 'Delivering failed', { bot: delivery.bot, error: String(error) })
        void sleepThenLook(delivery, clock.now().getTime() + RETRY_RECORD_MS)
      })
      .finally(() => delivery.underWay.delete(guarded))
    delivery.underWay.add(guarded)
  }

  async function look(delivery: BotDelivery): Promise<void> {
    delivery.scheduled = false
    if (delivery.reload) {
      delivery.reload = false
      await delivery.mirror.follow(deps.outbox.unsettled(delivery.bot, PAGE))
    }
    if (delivery.stopping.signal.aborted) return
    const now = clock.now().getTime()
    if (!deps.mayDeliver(delivery.bot)) return void sleepThenLook(delivery, now + RETRY_RECORD_MS)
    const { go, wakeAt } = chooseNext(delivery.mirror.waiting(), delivery.traffic.now(now), deps.pace, now)
    for (const entry of go) {
      delivery.mirror.begin(entry.key)
      delivery.traffic.begin(entry.place, isAside(entry.posting), now)
    }
    const moot = go.filter(isMoot)
    const fresh = go.filter((entry) => !isMoot(entry) && !isRepeatable(entry))
    if (moot.length > 0) track(delivery, settle(delivery, moot, moot.map(afterMoot)))
    if (fresh.length > 0) track(delivery, sendFresh(delivery, fresh))
    for (const entry of go) if (!isMoot(entry) && isRepeatable(entry)) track(delivery, deliver(delivery, entry))
    // A look by itself now and then: hints may be lost.
    void sleepThenLook(delivery, Math.min(wakeAt ?? Number.POSITIVE_INFINITY, now + LOOK_MS), wakeAt === null)
  }

  async function sleepThenLook(delivery: BotDelivery, at: number, reload = false): Promise<void> {
    const nap = new AbortController()
    delivery.nap.abort(WOKEN)
    delivery.nap = nap
    await clock.sleep(Math.max(0, at - clock.now().getTime()), AbortSignal.any([nap.signal, delivery.stopping.signal]))
    if (nap.signal.aborted || delivery.stopping.signal.aborted) return
    delivery.reload ||= reload
    schedule(delivery)
  }

  /** The mark that a request is about to leave is durable before any of them does. */
  async function sendFresh(delivery: BotDelivery, entries: readonly OutboxEntry[]): Promise<void> {
    let marked: readonly OutboxEntry[]
    try {
      marked = await deps.outbox.record(entries.map(beforeSending))
    } catch (error) {
      for (const entry of entries) finish(delivery, entry, null)
      throw error
    }
    for (const entry of entries) {
      const now = marked.find(({ key }) => key === entry.key)
      // A newer posting came in between: that one goes, under a mark of its own.
      if (now?.state === 'sending' && now.version === entry.version) track(delivery, deliver(delivery, entry))
      else finish(delivery, entry, now ?? null)
    }
  }

  async function deliver(delivery: BotDelivery, entry: OutboxEntry): Promise<void> {
    const began = clock.now().getTime()
    const { place, posting, refs } = entry
    if (!deps.mayDeliver(delivery.bot)) return neverLeft(delivery, entry)
    const outcome = await deps.messenger
      .deliver({ place, posting, refs })
      .catch((error: unknown): DeliveryOutcome => ({ type: 'ambiguous', refs, reason: String(error) }))
    telemetry.count('deliveries_total', { outcome: outcome.type, lane: entry.lane })
    telemetry.time('delivery_seconds', (clock.now().getTime() - began) / 1_000, { lane: entry.lane })
    const change = entryAfter(entry, outcome, clock.now())
    noteTraffic(delivery, entry, outcome, change)
    explain(entry, outcome, change)
    if (outcome.type === 'closed') await untilRecorded(delivery, [entry], () => deps.onClosed(place))
    await settle(delivery, [entry], [change])
    if (outcome.type === 'closed' && !(await deps.isClosed(place))) await letGo(delivery, place)
    if (outcome.type === 'moved') await deps.onMoved(place.bot, place.chat, outcome.to)
  }

  /** The bot was lost after the mark: unless somebody else has sorted it out by now, nothing is in doubt. */
  async function neverLeft(delivery: BotDelivery, entry: OutboxEntry): Promise<void> {
    const { key, place, refs, version } = entry
    const now = await deps.outbox.find(place.bot, key).catch(() => null)
    if (now?.state !== 'sending' || now.version !== version) return finish(delivery, entry, null)
    const reason = 'The bot was lost before it was sent'
    await settle(delivery, [entry], [entryAfter(entry, { type: 'unsent', refs, reason }, clock.now())])
  }

  /** The chat opened while it was recorded as closed. */
  async function letGo(delivery: BotDelivery, { bot, chat }: Place): Promise<void> {
    await releaseHeld(bot, chat, HELD_LANES)
    // What was let go a moment before is not known here as such.
    delivery.reload = true
    schedule(delivery)
  }

  /** What the interface answered is known only here until it is recorded: that is tried until it is. Null where a stop came first. */
  async function untilRecorded<T>(
    delivery: BotDelivery,
    entries: readonly OutboxEntry[],
    record: () => Promise<T>,
  ): Promise<T | null> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await record()
      } catch (error) {
        telemetry.log('error', 'What was delivered could not be recorded', {
          bot: delivery.bot,
          keys: entries.map((entry) => entry.key),
          error: String(error),
        })
        if (delivery.stopping.signal.aborted && tries > 2) return null
        await clock.sleep(RETRY_RECORD_MS)
      }
    }
  }

  async function settle(
    delivery: BotDelivery,
    entries: readonly OutboxEntry[],
    changes: readonly EntryChange[],
  ): Promise<void> {
    const recorded = await untilRecorded(delivery, entries, () => deps.outbox.record(changes))
    for (const entry of entries) finish(delivery, entry, recorded?.find(({ key }) => key === entry.key) ?? null)
    for (const entry of recorded ?? []) if (entry.state === 'ambiguous') await doubt(entry)
  }

  function finish(delivery: BotDelivery, entry: OutboxEntry, now: OutboxEntry | null): void {
    delivery.traffic.finish(entry.place, isAside(entry.posting))
    delivery.mirror.finish(entry.key, now)
    schedule(delivery)
  }

  async function doubt(entry: OutboxEntry): Promise<void> {
    telemetry.log('warn', 'A message may or may not have arrived; it is not sent again by itself', {
      bot: entry.place.bot,
      chat: entry.place.chat,
      key: entry.key,
      reason: entry.error,
    })
    await deps.onAmbiguous(entry)
  }

  function noteTraffic(
    delivery: BotDelivery,
    { place }: OutboxEntry,
    outcome: DeliveryOutcome,
    change: EntryChange,
  ): void {
    if (outcome.type === 'slow_down') delivery.traffic.slowDown(place, clock.now().getTime(), outcome.retryAfterMs)
    if (outcome.type === 'broken_bot') delivery.traffic.rest(change.notBefore.getTime())
  }

  function explain(entry: OutboxEntry, outcome: DeliveryOutcome, change: EntryChange): void {
    if (change.state !== 'failed' && outcome.type !== 'broken_bot') return
    telemetry.log('warn', 'A message was not taken', {
      bot: entry.place.bot,
      chat: entry.place.chat,
      key: entry.key,
      outcome: outcome.type,
      reason: change.error,
    })
  }

  async function stop(bot: BotId): Promise<void> {
    const delivery = bots.get(bot)
    if (delivery === undefined) return
    bots.delete(bot)
    delivery.stopping.abort()
    delivery.nap.abort()
    while (delivery.underWay.size > 0) await Promise.allSettled(delivery.underWay)
  }

  /** What others wrote reaches us by a hint; our own is on its way without a look at the store. */
  async function onTheirWay(bot: BotId, writing: Promise<readonly OutboxEntry[]>): Promise<void> {
    const delivery = bots.get(bot)
    if (delivery === undefined) {
      await writing
      deps.signals.publish({ type: 'mail', bot })
      return
    }
    await delivery.mirror.follow(writing.then((entries) => entries.filter((entry) => entry.place.bot === bot)))
    schedule(delivery)
  }

  async function releaseHeld(
    bot: BotId,
    chat: string,
    lanes: readonly Post['lane'][],
  ): Promise<readonly OutboxEntry[]> {
    const writing = deps.outbox.releaseHeld(bot, chat, lanes)
    await onTheirWay(bot, writing)
    return writing
  }

  return {
    start,
    stop,
    close: async () => {
      unsubscribe()
      await Promise.all([...bots.keys()].map(stop))
    },
    outbox: {
      ...deps.outbox,
      put: async (posts: readonly Post[]) => {
        const writing = deps.outbox.put(posts)
        await Promise.all([...new Set(posts.map((post) => post.place.bot))].map((bot) => onTheirWay(bot, writing)))
        return writing
      },
      releaseHeld,
    },
  }
}
