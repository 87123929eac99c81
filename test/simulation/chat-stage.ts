// A conversation over memory: people write and tap, posts are delivered at once, and any call of any store can be made to break.
import { memoryStop } from './memory-stop.ts'
import { memoryStores } from './memory-stores.ts'
import { createMemoryOutbox } from '../../src/adapters/memory/outbox.ts'
import { createMemoryTaskQueue } from '../../src/adapters/memory/task-queue.ts'
import { createTaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createMemoryTaskSignals } from '../../src/adapters/memory/task-signals.ts'
import { createMemoryTaskStore } from '../../src/adapters/memory/task-store.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { questionPosts } from '../../src/core/conversation/approval-post.ts'
import { cardKey } from '../../src/core/conversation/accepted.ts'
import { offerCardButtons } from '../../src/core/conversation/card-buttons.ts'
import type { Cards } from '../../src/core/conversation/cards.ts'
import type { ConversationDeps } from '../../src/core/conversation/deps.ts'
import { recordPosts } from '../../src/core/conversation/record-posts.ts'
import { createReceive } from '../../src/core/conversation/receive.ts'
import type { FetchedFile } from '../../src/core/ports/chat-files.ts'
import type { OutboxEntry } from '../../src/core/ports/outbox.ts'
import { approvalRequest } from '../../src/core/task/accept-request.ts'
import { appendUnderClaim, isRefusal } from '../../src/core/task/apply-command.ts'
import type { Approval } from '../../src/core/vocabulary/approval.ts'
import type { Attachment, ChatEvent, ChatMessage } from '../../src/core/vocabulary/chat-message.ts'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { TaskId, UserId, WorkerId } from '../../src/core/vocabulary/ids.ts'
import type { BotId, MessageRef, Place } from '../../src/core/vocabulary/place.ts'
import type { Button, Posting } from '../../src/core/vocabulary/post.ts'
import { isTerminal } from '../../src/core/vocabulary/task.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { DEAF_MODELS, readersThatHear } from './chat-senses.ts'
import { message, RESULT, ROUTING } from './chat-samples.ts'
import { endState } from './chat-end-state.ts'
import { plainIntake } from './terms.ts'

export const BOT = '1' as BotId
const WORKER = 'worker' as WorkerId
const STALE_MS = 600_000
const START = new Date('2026-03-02T09:00:00Z')

/** Somebody with an app: `telegram:<id>`. */
export type Person = { readonly id: number; readonly name: string }
export const ADA: Person = { id: 11, name: 'Ada' }
export const BOB: Person = { id: 22, name: 'Bob' }
export const EVE: Person = { id: 33, name: 'Eve *the* guest' }
export const GROUP: Place = { interface: 'telegram', bot: BOT, chat: '-100', topic: null }

export function userOf(person: Person): UserId {
  return `telegram:${person.id}` as UserId
}

export function chatOf(person: Person): Place {
  return { interface: 'telegram', bot: BOT, chat: String(person.id), topic: null }
}

export type Said = Partial<
  Pick<ChatMessage, 'place' | 'addressed' | 'attachments' | 'replyTo' | 'sentAt' | 'externalId' | 'forwardedFrom'>
> & {
  readonly ref?: string
}

type CreateCards = (deps: ConversationDeps) => Cards

/** Breaks the n-th call, before or after it took effect; null for none. */
export type Break = { readonly call: number; readonly when: 'before' | 'after' }

/** `createOwn` makes the cards; without it each is one line. */
/** What is not as on most stages. */
export type StageWishes = Partial<Pick<ConversationDeps, 'requests' | 'consoleLogin'>> & {
  readonly requesterAbort?: boolean
}

export function createChatStage(
  breaks: Break | null = null,
  createOwn: CreateCards | null = null,
  { requesterAbort = true, ...wishes }: StageWishes = {},
) {
  let now = START
  let written = 100
  let sent = 0
  let calls = 0
  let armed = breaks
  const names: string[] = []
  const clock = { now: () => now, sleep: async () => undefined }
  const random = createSystemIds()
  let made = 0
  const ids = {
    ...random,
    // Recognizable, so that two runs can be compared: eight characters that differ, then filling.
    unguessable: <Id extends string>() => `a${String((made += 1)).padStart(7, '0')}${'x'.repeat(18)}` as Id,
  }
  const records = createTaskRecords()
  const store = createMemoryTaskStore(records, clock)
  const queue = createMemoryTaskQueue(records, clock)
  const signals = createMemoryTaskSignals()
  const files = new Map<string, FetchedFile>()
  const renamed: string[] = []
  const closedPreviews = new Set<TaskId>()
  const codes = new Set<string>(['right-code'])
  const stores = memoryStores(records, clock)
  const telemetry = { log: () => undefined, count: () => undefined, time: () => undefined }
  const recorded = recordPosts({ ...stores, store, telemetry }, createMemoryOutbox(clock))
  /** What is heard in a recording, by its length in bytes; nothing reads other recordings. */
  const speech = new Map<number, string>()
  const base: ConversationDeps = {
    store,
    signals,
    clock,
    ids,
    telemetry,
    ...plainIntake(),
    limits: { inputCharacters: 1_000, approvalMs: 3_600_000 },
    ...stores,
    outbox: recorded.outbox,
    lookUp: async () => [],
    models: DEAF_MODELS,
    readers: readersThatHear(speech),
    queue,
    files: { fetch: async (_bot, fileRef) => files.get(fileRef) ?? { type: 'gone' } },
    messenger: {
      deliver: async () => ({ type: 'delivered', refs: [] }),
      showActivity: async () => undefined,
      showDraft: async () => false,
      renameTopic: async (_place, title) => {
        renamed.push(title)
        return true
      },
      username: () => 'our_bot',
    },
    stop: memoryStop({ store, signals, clock, queue, telemetry }),
    closePreviews: async (taskId) => void closedPreviews.add(taskId),
    claimOwnership: async (code) => codes.delete(code),
    ...wishes,
    settings: {
      owners: [userOf(ADA)],
      requesterAbort,
      verbosity: 1,
      onlyAgentOutput: false,
      staleMs: STALE_MS,
      drafts: false,
      proposes: true,
      contextTokens: 6_000,
      memoryFolder: '/data/memory',
    },
  }

  /** A card in one line, with the buttons that a real one has. */
  async function draw(taskId: TaskId): Promise<void> {
    const [card, task] = [await base.cards.get(taskId), await store.get(taskId)]
    if (card === null || task === null) return
    if (task.status === 'needs_approval' && task.approval !== null)
      await base.outbox.put(
        await questionPosts(base, { taskId, request: task.inputText, approval: task.approval, card }, true),
      )
    const over = isTerminal(task.status)
    const row = await offerCardButtons(
      base,
      card.place,
      taskId,
      over ? ['accept', 'fix', 'details'] : ['abort', 'status'],
    )
    const posting = message(`${task.status}: ${task.inputText}`, [row])
    await base.outbox.put([{ key: cardKey(taskId), place: card.place, lane: over ? 'final' : 'progress', posting }])
    if (over) await base.cards.finish(taskId)
  }

  const drawn: Cards = {
    open: async (card) => {
      await base.cards.open(card)
      await draw(card.taskId)
    },
    refresh: draw,
    pin: async () => undefined,
    unpin: async () => undefined,
    follow: async () => undefined,
    unfollow: async () => undefined,
    close: async () => undefined,
  }

  const follower = createOwn === null ? drawn : createOwn(base)

  function breakable<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property, receiver) => {
        const value: unknown = Reflect.get(target, property, receiver)
        if (typeof value !== 'function' || property === 'username') return value
        return async (...args: readonly unknown[]) => {
          calls += 1
          names.push(`${name}.${String(property)}`)
          const mine = armed !== null && armed.call === calls ? armed.when : null
          if (mine !== null) armed = null
          if (mine === 'before') throw new Error(`${name}.${String(property)} broke before`)
          const result: unknown = await Reflect.apply(value, target, args)
          if (mine === 'after') throw new Error(`${name}.${String(property)} broke after`)
          return result
        }
      },
    })
  }

  const PORTS = [
    'store',
    'outbox',
    'cards',
    'chats',
    'actions',
    'members',
    'standing',
    'conversations',
    'facts',
    'artifacts',
    'objects',
    'queue',
    'files',
  ] as const
  const ports = Object.fromEntries(PORTS.map((name) => [name, breakable(name, base[name])]))
  const deps: ConversationDeps = { ...base, ...ports, messenger: breakable('messenger', base.messenger) }
  const receive = createReceive(deps, breakable('follower', follower))

  /** Everything that waits stands in its chat. */
  async function deliver(): Promise<void> {
    for (const entry of await base.outbox.unsettled(BOT, 1_000)) {
      const gone = entry.posting.type === 'nothing'
      const refs = gone ? [] : entry.refs.length > 0 ? entry.refs : [`bot-${(sent += 1)}` as MessageRef]
      const { key, place, version } = entry
      await base.outbox.record([
        {
          bot: BOT,
          key,
          place,
          version,
          refs,
          state: 'settled',
          shown: version,
          attempts: 0,
          notBefore: now,
          error: null,
        },
      ])
    }
  }

  async function give(event: ChatEvent, times = 1): Promise<void> {
    for (let given = 0; given < times; given += 1) {
      try {
        await receive(event)
      } catch (error) {
        if (!(error instanceof Error) || !error.message.includes(' broke ')) throw error
        await receive(event)
      }
    }
    await recorded.settle()
    await deliver()
  }

  function said(person: Person, text: string, more: Said = {}): ChatMessage {
    written += 1
    const { ref = String(written), place = chatOf(person), ...rest } = more
    return {
      place,
      ref: ref as MessageRef,
      parts: [ref as MessageRef],
      externalId: ref,
      author: { userId: userOf(person), name: person.name },
      direct: place.chat === String(person.id),
      addressed: true,
      text,
      attachments: [],
      forwardedFrom: null,
      replyTo: null,
      sentAt: now,
      raw: {},
      ...rest,
    }
  }

  async function entries(): Promise<readonly OutboxEntry[]> {
    const states = ['waiting', 'sending', 'settled', 'ambiguous', 'failed', 'held'] as const
    return (await base.outbox.list(BOT, states, 10_000)).toReversed()
  }

  async function tasks(): Promise<readonly Task[]> {
    const { items } = await store.list({ userId: null, statuses: null, limit: 1_000, cursor: null })
    return items.toReversed()
  }

  const stage = {
    base,
    follower,
    files,
    speech,
    renamed,
    closedPreviews,
    calls: () => calls,
    called: () => names,
    isArmed: () => armed !== null,
    pass: (ms: number) => void (now = new Date(now.getTime() + ms)),
    now: () => now,
    give,
    said,
    deliver,
    entries,
    tasks,
    draw,
    say: async (person: Person, text: string, more: Said = {}): Promise<ChatMessage> => {
      const message = said(person, text, more)
      await give({ type: 'message', message, receivedAt: now })
      return message
    },
    edit: (message: ChatMessage, text: string) =>
      give({ type: 'edited', message: { ...message, text }, editedAt: new Date(now.getTime() + 1_000) }),
    /** Presses the button of that label on what stands under a key that begins so. */
    tap: async (
      person: Person,
      key: string,
      label: string,
      times = 1,
    ): Promise<Extract<Posting, { type: 'tap_answer' }>> => {
      const event = await stage.tapOf(person, key, label)
      await give(event, times)
      return stage.tapAnswer(event)
    },
    tapAnswer: async (event: Extract<ChatEvent, { type: 'tap' }>) => {
      const posting = (await base.outbox.find(BOT, `tap:${event.tap}`))?.posting
      if (posting?.type !== 'tap_answer') throw new Error('The tap was not answered')
      return posting
    },
    tapOf: async (person: Person, key: string, label: string): Promise<Extract<ChatEvent, { type: 'tap' }>> => {
      const entry = (await entries()).findLast((one) => one.key.startsWith(key) && buttonsOf(one).length > 0)
      const button = entry === undefined ? undefined : buttonsOf(entry).find((one) => one.label === label)
      if (entry === undefined || button?.does.type !== 'act') throw new Error(`There is no ${label} on ${key}`)
      written += 1
      return {
        type: 'tap',
        place: entry.place,
        tap: `tap-${written}`,
        action: button.does.action,
        on: entry.refs[0] ?? null,
        author: { userId: userOf(person), name: person.name },
        direct: entry.place.chat === String(person.id),
      }
    },
    /** The Markdown of what was answered to a message. */
    answerTo: async ({ place, ref }: ChatMessage, part = '0'): Promise<string> => {
      const posting = (await base.outbox.find(BOT, `note:${place.chat}/${ref}/${part}`))?.posting
      return posting?.type === 'message' ? posting.content.markdown : ''
    },
    refOf: async (key: string): Promise<MessageRef | null> => {
      const entry = (await entries()).findLast((one) => one.key.startsWith(key))
      return entry?.refs[0] ?? null
    },
    newest: async (): Promise<Task> => {
      const task = (await tasks()).at(-1)
      if (task === undefined) throw new Error('There is no task')
      return task
    },
    /** A worker understands the task and proposes what it will do. */
    propose: async (
      taskId: TaskId,
      subject = 'Understood: A page with a greeting.\nWill: Write it, and test it.',
      kind: Approval['kind'] = 'plan',
    ): Promise<void> => {
      const [claim] = await queue.claim({ worker: WORKER, limit: 1, leaseMs: 60_000, only: taskId })
      if (claim === undefined) throw new Error('There is nothing to claim')
      const expiresAt = new Date(now.getTime() + base.limits.approvalMs)
      const asked = await appendUnderClaim(base, { taskId, token: claim.token }, [
        { type: 'task.routed', data: ROUTING },
        approvalRequest(ids, { kind, subject, expiresAt, estimate: null }),
      ])
      if (isRefusal(asked)) throw new Error(`It was refused: ${asked.type}`)
      await follower.refresh(taskId)
      await deliver()
    },
    /** A worker takes the task up, and leaves it so. */
    work: async (taskId: TaskId, until: 'running' | 'completed'): Promise<void> => {
      const [claim] = await queue.claim({ worker: WORKER, limit: 1, leaseMs: 60_000, only: taskId })
      if (claim === undefined) throw new Error('There is nothing to claim')
      const append = async (...bodies: readonly TaskEventBody[]) => {
        const done = await appendUnderClaim(base, { taskId, token: claim.token }, bodies)
        if (isRefusal(done)) throw new Error(`It was refused: ${done.type}`)
      }
      if (claim.task.status === 'pending')
        await append({ type: 'task.routed', data: ROUTING }, { type: 'task.queued', data: { reason: '' } })
      await append({ type: 'task.started', data: { worker: WORKER, sandbox_level: 'L1' } })
      if (until === 'completed') await append({ type: 'task.completed', data: { result: RESULT } })
      await draw(taskId)
      await deliver()
    },
    attachment: (fileRef: string, bytes: number | null = 3, kind: Attachment['kind'] = 'document'): Attachment => {
      if (bytes !== null) files.set(fileRef, { type: 'fetched', bytes: new Uint8Array(bytes) })
      return { kind, name: `${fileRef}.txt`, mediaType: 'text/plain', bytes, fileRef }
    },
    endState: () => endState({ base, tasks, entries, closedPreviews, renamed }),
  }
  return stage
}

export type ChatStage = ReturnType<typeof createChatStage>

export function buttonsOf({ posting }: Pick<OutboxEntry, 'posting'>): readonly Button[] {
  return posting.type === 'message' ? posting.content.buttons.flat() : []
}
