// Keeps what we say in chats in the conversations it belongs to, beside the outbox that carries it there.
import type { ChatStore } from '../ports/chat-store.ts'
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { Outbox, OutboxEntry } from '../ports/outbox.ts'
import type { TaskStore } from '../ports/task-store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { TaskId, ThreadId } from '../vocabulary/ids.ts'
import type { BotId } from '../vocabulary/place.ts'
import type { JsonObject } from '../vocabulary/json.ts'
import type { Message } from '../vocabulary/message.ts'
import type { Posting } from '../vocabulary/post.ts'
import { repliedRef } from './notes.ts'
import { taskOfKey } from './task-of-key.ts'
import { threadChat } from './visit.ts'

export type RecordDeps = {
  readonly conversations: ConversationStore
  readonly chats: ChatStore
  readonly store: TaskStore
  readonly telemetry: Telemetry
}

export type RecordedOutbox = {
  readonly outbox: Outbox
  /** Keeps what an earlier process put and did not come to keep, as far as it is among the bot's newest. Never rejects. */
  readonly catchUp: (bot: BotId) => Promise<void>
  /** Resolves when all that was put is kept, or could not be for now. */
  readonly settle: () => Promise<void>
}

type Where = { readonly threadId: ThreadId; readonly taskId: TaskId | null; readonly inContext: boolean }

/** Kept side by side: one for each key, so that the newest version of each is what stays. */
const MOST = 16
/** Far more than what a process that dies may have put and not kept. */
const NEWEST = 100
/** How many fresh contexts may have begun in a chat since. */
const CONTEXTS = 3
const STATES = ['waiting', 'sending', 'settled', 'ambiguous', 'failed', 'held'] as const

/**
 * The outbox, of which every message and file that is put is kept as ours. Delivering never waits for that and never fails of it: what
 * could not be kept is tried again with the next put. A process that dies between the two leaves a post without its record: whoever has
 * the bot next catches up. What passes on a card's way is not kept, its first word and its last are.
 */
export function recordPosts(deps: RecordDeps, outbox: Outbox): RecordedOutbox {
  const waiting = new Map<string, OutboxEntry>()
  const catchingUp = new Set<Promise<void>>()
  /** What was put while what was before is looked through is newer than that. */
  const putMeanwhile = new Set<string>()
  let underWay: Promise<void> | null = null

  async function keepAll(): Promise<void> {
    while (waiting.size > 0) {
      const some = [...waiting].slice(0, MOST)
      for (const [name] of some) waiting.delete(name)
      const failed = await Promise.all(
        some.map(async ([name, entry]) => {
          try {
            await keep(deps, entry)
            return false
          } catch (error) {
            deps.telemetry.log('warn', 'What was said in a chat could not be kept yet', {
              key: entry.key,
              error: String(error),
            })
            if (!waiting.has(name)) waiting.set(name, entry)
            return true
          }
        }),
      )
      if (failed.includes(true)) return
    }
  }

  async function catchUpWith(bot: BotId): Promise<void> {
    for (const entry of await outbox.list(bot, STATES, NEWEST)) {
      const name = `${bot}/${entry.key}`
      if (isKept(entry) && !(await isKnown(deps, entry)) && !putMeanwhile.has(name)) waiting.set(name, entry)
    }
    await kick()
  }

  function kick(): Promise<void> {
    underWay ??= keepAll().finally(() => (underWay = null))
    return underWay
  }

  return {
    outbox: {
      ...outbox,
      put: async (posts) => {
        const entries = await outbox.put(posts)
        for (const entry of entries.filter(isKept)) {
          const name = `${entry.place.bot}/${entry.key}`
          waiting.set(name, entry)
          if (catchingUp.size > 0) putMeanwhile.add(name)
        }
        void kick()
        return entries
      },
    },
    catchUp: (bot) => {
      const work = catchUpWith(bot)
        .catch((error: unknown) =>
          deps.telemetry.log('warn', 'What was said before could not be looked through', { bot, error: String(error) }),
        )
        .finally(() => {
          catchingUp.delete(work)
          if (catchingUp.size === 0) putMeanwhile.clear()
        })
      catchingUp.add(work)
      return work
    },
    settle: async () => {
      await Promise.all(catchingUp)
      await underWay
      await kick()
    },
  }
}

function isKept({ posting, lane }: OutboxEntry): boolean {
  return (posting.type === 'message' || posting.type === 'file') && lane !== 'progress'
}

async function isKnown({ conversations, chats }: RecordDeps, { key, place, posting }: OutboxEntry): Promise<boolean> {
  const chat = await chats.get(place)
  for (let context = chat.context; context >= 0 && context > chat.context - CONTEXTS; context -= 1) {
    const found = await conversations.findMessage(place.interface, threadChat({ ...chat, context }), key)
    if (found !== null) return found.text === textOf(posting)
  }
  return false
}

async function keep(deps: RecordDeps, entry: OutboxEntry): Promise<void> {
  const where = await whereOf(deps, entry)
  // Nobody ever said anything there: the question whether somebody may be let in, in the chat of an owner who has not come yet.
  if (where === null) return
  const { key, place, posting, createdAt } = entry
  await deps.conversations.say(where.threadId, {
    externalId: key,
    text: textOf(posting),
    raw: toJson({ place, posting }),
    taskId: where.taskId,
    inContext: where.inContext,
    at: createdAt,
  })
}

/** What a task says is told to models through its log, an answer to a message as far as that message is; all else is a record alone. */
async function whereOf(deps: RecordDeps, entry: OutboxEntry): Promise<Where | null> {
  const taskId = taskOfKey(entry.key)
  const task = taskId === undefined ? null : await deps.store.get(taskId)
  if (task !== null) return { threadId: task.threadId, taskId: task.id, inContext: false }
  const chat = await deps.chats.get(entry.place)
  const ref = repliedRef(entry.key)
  const answered = ref === null ? null : await answeredIn(deps, chat, ref)
  if (answered !== null) {
    const inContext = answered.inContext && !quotesFiles(entry.key)
    return { threadId: answered.threadId, taskId: null, inContext }
  }
  const thread = await deps.conversations.findThread(entry.place.interface, threadChat(chat))
  return thread === null ? null : { threadId: thread.id, taskId: null, inContext: false }
}

/** What was kept is told beginning with its first words: a file's words are material and must not stand there as ours. */
function quotesFiles(key: string): boolean {
  return key.startsWith('note:') && key.endsWith('/stored')
}

/** The answer to a `/new` is put when the fresh context is there already. */
async function answeredIn(
  deps: RecordDeps,
  chat: Awaited<ReturnType<ChatStore['get']>>,
  ref: string,
): Promise<Message | null> {
  for (const context of [chat.context, chat.context - 1]) {
    if (context < 0) return null
    const found = await deps.conversations.findMessage(chat.place.interface, threadChat({ ...chat, context }), ref)
    if (found !== null) return found
  }
  return null
}

function textOf(posting: Posting): string {
  if (posting.type === 'message') return posting.content.markdown
  return posting.type === 'file' ? `(${posting.file.name}) ${posting.caption}`.trim() : ''
}

function toJson(value: object): JsonObject {
  // Written as JSON and read again it is JSON.
  return JSON.parse(JSON.stringify(value)) as JsonObject
}
