// Whole lives of an outbox: several things are posted, corrected and finished, while the process that delivers them crashes, its
// store fails, and the chat service behaves as those do.
import { createMemoryOutbox } from '../../src/adapters/memory/outbox.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createDispatcher } from '../../src/core/delivery/dispatcher.ts'
import type { Dispatcher } from '../../src/core/delivery/dispatcher.ts'
import type { Outbox, OutboxEntry } from '../../src/core/ports/outbox.ts'
import type { BotId, Place } from '../../src/core/vocabulary/place.ts'
import type { Lane, Post } from '../../src/core/vocabulary/post.ts'
import { createChatService } from './chats.ts'
import type { ChatService } from './chats.ts'
import { createProcess, EPOCH } from './process.ts'
import type { Process } from './process.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'

export type DeliveryLife = {
  readonly chats: ChatService
  readonly entries: readonly OutboxEntry[]
  /** The keys in the order in which their ends were posted, by chat. */
  readonly ended: ReadonlyMap<string, readonly string[]>
  readonly finished: boolean
  /** What a process was sending, or about to, when it died. */
  readonly interrupted: ReadonlySet<string>
  /** What was given up as in doubt although nothing of it had ever left. */
  readonly groundless: readonly string[]
}

const BOT = 'bot' as BotId
const WELL_FROM_MS = 60_000
const LIMIT_MS = 3_600_000
const UPDATES = 4

export async function liveDelivery(seed: number): Promise<DeliveryLife> {
  const random = createRandom(seed)
  const scheduler = createScheduler(random.branch())
  const chats = createChatService(scheduler, random.branch())
  const truth = createMemoryOutbox({
    now: () => new Date(EPOCH + scheduler.now()),
    sleep: (ms) => scheduler.wait(ms),
  })
  const faults = { failRate: 0.05, localFailRate: 0, meanDelayMs: 20, wellFrom: WELL_FROM_MS }
  const interrupted = new Set<string>()
  const groundless: string[] = []
  const ended = new Map<string, string[]>()
  let present = begin(0)

  function noteDoubt(key: string): void {
    const startsHere = (it: string) => it.startsWith(`${key}@`) || it.startsWith(`${key}:`)
    if (![...interrupted, ...chats.doubts].some(startsHere)) groundless.push(key)
  }

  function begin(count: number): { readonly process: Process; readonly dispatcher: Dispatcher } {
    const process = createProcess(`sender-${count}`, scheduler, random.branch(), faults)
    const dispatcher = createDispatcher({
      outbox: through(process, truth, interrupted, noteDoubt),
      messenger: chats.messengerFor(process),
      signals: createMemoryTaskSignals(),
      clock: process.clock,
      telemetry: { log: () => undefined, count: () => undefined, time: () => undefined },
      pace: { gapMs: 1_000, groupGapMs: 3_000, groupMinute: 15, parallel: 8 },
      isGroup: ({ chat }) => chat.startsWith('-'),
      mayDeliver: () => true,
      onAmbiguous: async () => undefined,
      onClosed: async () => undefined,
      isClosed: async () => true,
      onMoved: async () => undefined,
    })
    void startOften(process, dispatcher)
    return { process, dispatcher }
  }

  /** As the lease's holder does: tried until it works. */
  async function startOften(process: Process, dispatcher: Dispatcher): Promise<void> {
    for (;;) {
      try {
        return await dispatcher.start(BOT)
      } catch {
        await dispatcher.stop(BOT)
        await process.clock.sleep(100)
      }
    }
  }

  /** Posts until it is taken, in whatever process lives by then. */
  async function say(post: Post): Promise<void> {
    for (;;) {
      const { process, dispatcher } = present
      const taken = dispatcher.outbox.put([post]).then(
        () => true,
        () => false,
      )
      if (await Promise.race([taken, death(process)])) return
      await scheduler.wait(50)
    }
  }

  /** A long one is begun, corrected and ended; a short one is said once. */
  /** What a card does: its first word is a reply until something of it stands, or may. */
  async function progress(key: string, place: Place, text: string): Promise<void> {
    const entry = await truth.find(BOT, key)
    const shown = entry !== null && (entry.shown !== 0 || entry.refs.length > 0)
    await say(post(key, place, shown ? 'progress' : 'reply', text))
  }

  async function story(key: string, place: Place, long: boolean): Promise<void> {
    await scheduler.wait(random.between(0, 20_000))
    if (long) {
      await say(post(key, place, 'reply', 'begun'))
      // Some go from "begun" to the end in less time than a request takes.
      const mean = random.pick([5, 500, 3_000])
      for (let update = 1; update <= UPDATES; update += 1) {
        await scheduler.wait(random.spread(mean))
        await progress(key, place, `update ${update}`)
      }
      await scheduler.wait(random.spread(mean))
    }
    ended.set(place.chat, [...(ended.get(place.chat) ?? []), key])
    await say(post(key, place, 'final', 'the end'))
  }

  async function trouble(): Promise<void> {
    for (let count = 1; scheduler.now() < WELL_FROM_MS; count += 1) {
      const { process } = present
      await Promise.race([scheduler.wait(random.spread(9_000)), death(process)])
      if (random.chance(0.2)) chats.deleteOne()
      if (scheduler.now() >= WELL_FROM_MS && process.isAlive()) break
      if (process.isAlive()) process.crash()
      await scheduler.wait(random.between(1, 500))
      present = begin(count)
    }
    chats.calm()
  }

  let told = 0
  const places = ['one', '-two'].map((chat): Place => ({ interface: 'telegram', bot: BOT, chat, topic: null }))
  const stories = places.flatMap((place) =>
    [1, 2, 3, 4].map((number) => story(`${place.chat}/${number}`, place, number < 3).then(() => (told += 1))),
  )
  void trouble()
  let entries: readonly OutboxEntry[] = []
  const finished = await scheduler.runUntil(() => {
    if (told < stories.length || scheduler.now() < WELL_FROM_MS) return false
    void truth.list(BOT, ['settled', 'ambiguous', 'failed'], 1_000).then((list) => (entries = list))
    return entries.length === stories.length && entries.every((entry) => entry.lane === 'final')
  }, LIMIT_MS)
  return { chats, entries, ended, finished, interrupted, groundless }
}

function post(key: string, place: Place, lane: Lane, text: string): Post {
  const content = { markdown: `${key}: ${text}`, folds: [], buttons: [] }
  return {
    key,
    place,
    lane,
    posting: { type: 'message', content, replyTo: null, silent: false, wantsReply: false, pinned: false },
  }
}

function death(process: Process): Promise<false> {
  if (!process.isAlive()) return Promise.resolve(false)
  return new Promise((resolve) => process.onDeath(() => resolve(false)))
}

function through(process: Process, outbox: Outbox, interrupted: Set<string>, noteDoubt: (key: string) => void): Outbox {
  const marked = new Set<string>()
  process.onDeath(() => {
    for (const it of marked) interrupted.add(it)
  })
  return {
    ...outbox,
    put: (posts) => process.remote(() => outbox.put(posts)),
    record: async (changes) => {
      for (const { key, version, state } of changes) if (state === 'sending') marked.add(`${key}@${version}`)
      for (const { key, state } of changes) if (state === 'ambiguous') noteDoubt(key)
      const recorded = await process.remote(() => outbox.record(changes))
      for (const { key, version, state } of changes) if (state !== 'sending') marked.delete(`${key}@${version}`)
      return recorded
    },
    unsettled: (bot, limit) => process.remote(() => outbox.unsettled(bot, limit)),
  }
}
