// Cards over memory, in virtual time: a test writes the log of a task, lets time pass, and reads what was put in the chat.
import { memoryStop } from './memory-stop.ts'
import { memoryStores } from './memory-stores.ts'
import { createScriptedReaders } from '../../src/adapters/memory/local-readers.ts'
import { createMemoryOutbox } from '../../src/adapters/memory/outbox.ts'
import { createMemoryTaskQueue } from '../../src/adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import type { ConversationDeps, ConversationSettings } from '../../src/core/conversation/deps.ts'
import type { Card } from '../../src/core/ports/card-store.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import { acceptRequest } from '../../src/core/task/accept-request.ts'
import { announce, changeOf } from '../../src/core/task/apply-command.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../../src/core/vocabulary/place.ts'
import type { Post } from '../../src/core/vocabulary/post.ts'
import type { Task, TaskType } from '../../src/core/vocabulary/task.ts'
import { DEAF_MODELS } from './chat-senses.ts'
import { createCountedIds } from './ids.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'
import type { Scheduler } from './scheduler.ts'
import { plainIntake } from './terms.ts'

const EPOCH = Date.parse('2026-03-02T09:00:00Z')
export const ADA = 'telegram:1' as UserId
export const BOT = 'bot' as BotId
export const PLACE: Place = { interface: 'telegram', bot: BOT, chat: '1', topic: null }

export type CardBenchOptions = {
  readonly settings?: Partial<ConversationSettings>
  /** Changes the deps, to have them break. */
  readonly tamper?: (deps: ConversationDeps) => Partial<ConversationDeps>
}

export function createCardBench({ settings, tamper }: CardBenchOptions = {}) {
  const scheduler = createScheduler(createRandom(1))
  const clock = virtualClock(scheduler)
  const records = createTaskRecords()
  const outbox = createMemoryOutbox(clock)
  /** Everything that was ever put, in order, with when. */
  const puts: { readonly at: number; readonly post: Post }[] = []
  const shown: string[] = []
  const drafts: string[] = []
  const logged: string[] = []
  const running = {
    store: createMemoryTaskStore(records, clock),
    signals: createMemoryTaskSignals(),
    clock,
    queue: createMemoryTaskQueue(records, clock),
    telemetry: {
      log: (level: string, message: string, fields?: object) =>
        void logged.push(`${level}: ${message} ${JSON.stringify(fields ?? {})}`),
      count: () => undefined,
      time: () => undefined,
    },
  }
  const base: ConversationDeps = {
    ...running,
    stop: memoryStop(running),
    ids: createCountedIds(),
    ...plainIntake(),
    limits: { inputCharacters: 20_000, approvalMs: 3_600_000 },
    outbox: {
      ...outbox,
      put: (posts) => {
        for (const post of posts) puts.push({ at: scheduler.now(), post })
        return outbox.put(posts)
      },
    },
    ...memoryStores(records, clock),
    lookUp: async () => [],
    models: DEAF_MODELS,
    readers: createScriptedReaders(),
    files: { fetch: async () => ({ type: 'gone' }) },
    messenger: {
      deliver: async ({ refs }) => ({ type: 'delivered', refs }),
      showActivity: async ({ chat }) => void shown.push(`${scheduler.now()} ${chat}`),
      showDraft: async (_, __, text) => {
        drafts.push(text)
        return true
      },
      renameTopic: async () => true,
      username: () => 'bot',
    },
    closePreviews: async () => undefined,
    claimOwnership: async () => false,
    settings: {
      owners: [ADA],
      verbosity: 1,
      onlyAgentOutput: false,
      staleMs: 300_000,
      drafts: false,
      proposes: false,
      contextTokens: 6_000,
      memoryFolder: '/data/memory',
      ...settings,
    },
  }
  const deps: ConversationDeps = { ...base, ...tamper?.(base) }
  let asked = 0

  async function accept(
    text = 'Make a page',
    taskType: TaskType | null = null,
    author = ADA,
    confirm = false,
  ): Promise<Task> {
    const accepted = await acceptRequest(base, {
      interface: 'telegram',
      chat: 'thread',
      externalId: String((asked += 1)),
      author,
      text,
      raw: {},
      taskType,
      source: { type: 'empty' },
      confirm,
    })
    if ('type' in accepted) throw new Error(`It was refused: ${accepted.type}`)
    return accepted.task
  }

  async function append(taskId: TaskId, ...bodies: readonly TaskEventBody[]): Promise<void> {
    const task = await base.store.get(taskId)
    if (task === null) throw new Error('There is no such task')
    const change = changeOf(task, bodies, null, clock.now())
    const outcome = await base.store.commit(change)
    if (outcome.type !== 'committed') throw new Error(`It was not committed: ${outcome.type}`)
    announce(base.signals, task, change.next)
  }

  /** Lets virtual time pass. */
  async function pass(ms: number): Promise<void> {
    let over = false
    scheduler.after(ms, () => (over = true))
    await scheduler.runUntil(() => over, Number.POSITIVE_INFINITY)
    await new Promise(setImmediate)
  }

  /** What stands under a key. */
  async function standing(key: string): Promise<Post> {
    const entry = await outbox.find(BOT, key)
    if (entry === null) throw new Error(`Nothing stands under ${key}`)
    return entry
  }

  async function text(key: string): Promise<string> {
    const { posting } = await standing(key)
    if (posting.type !== 'message') throw new Error(`${key} is no message`)
    return posting.content.markdown
  }

  async function labels(key: string): Promise<readonly string[]> {
    const { posting } = await standing(key)
    return posting.type !== 'message' ? [] : posting.content.buttons.flat().map((button) => button.label)
  }

  return {
    deps,
    base,
    outbox,
    puts,
    shown,
    drafts,
    logged,
    accept,
    append,
    pass,
    standing,
    text,
    labels,
    putsOf: (key: string) => puts.filter(({ post }) => post.key === key),
    card: (task: Task, change: Partial<Card> = {}): Card => ({
      taskId: task.id,
      place: PLACE,
      request: '7' as MessageRef,
      by: ADA,
      direct: true,
      openedAt: clock.now(),
      finished: false,
      ...change,
    }),
    /** As the dispatcher records it once a message stands in the chat. */
    deliver: async (key: string) => {
      const entry = await outbox.find(BOT, key)
      if (entry === null) throw new Error(`Nothing stands under ${key}`)
      const { version, attempts, notBefore, error, place } = entry
      const refs = ['100' as MessageRef]
      await outbox.record([
        { key, bot: BOT, state: 'settled', refs, shown: version, attempts, notBefore, error, place, version },
      ])
    },
  }
}

function virtualClock(scheduler: Scheduler): Clock {
  return {
    now: () => new Date(EPOCH + scheduler.now()),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const callOff = scheduler.after(ms, resolve)
        signal?.addEventListener(
          'abort',
          () => {
            callOff()
            resolve()
          },
          { once: true },
        )
      }),
  }
}
