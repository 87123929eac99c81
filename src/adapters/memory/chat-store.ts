// What is remembered of chats, in memory; their threads are among the records that accepting a request writes.
import type { ChatRecord, ChatStore, HeldMessage } from '../../core/ports/chat-store.ts'
import type { Thread } from '../../core/vocabulary/message.ts'
import type { Place } from '../../core/vocabulary/place.ts'
import { placeKey } from '../../core/vocabulary/place.ts'
import type { TaskRecords } from './task-records.ts'

type Kept = { record: ChatRecord; causes: readonly string[]; takes: Set<string>; movedTo: string | null }
/** `id` names the place where the message came in: a chat that moves numbers its messages anew. */
type Held = { readonly id: string; message: HeldMessage; takenFor: string | null }

export function createMemoryChatStore(records: TaskRecords): ChatStore {
  const chats = new Map<string, Kept>()
  const held: Held[] = []

  function chatAt(place: Place): Kept {
    return chats.get(placeKey(place)) ?? { record: unremembered(place), causes: [], takes: new Set(), movedTo: null }
  }

  function remember(chat: Kept): void {
    chats.set(placeKey(chat.record.place), chat)
  }

  return {
    get: async (place) => chatAt(place).record,
    set: async (place, change) => {
      const chat = chatAt(place)
      const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
      chat.record = { ...chat.record, ...given }
      remember(chat)
      return chat.record
    },
    freshContext: async (place, cause) => {
      const chat = chatAt(place)
      const known = chat.causes.indexOf(cause)
      // Every cause counted one up, so its place among the causes is its number.
      if (known >= 0) return chat.record.context - chat.causes.length + 1 + known
      chat.causes = [...chat.causes, cause]
      chat.record = { ...chat.record, context: chat.record.context + 1 }
      remember(chat)
      return chat.record.context
    },
    moveChat: async (bot, from, to) => {
      if (from === to) return
      for (const chat of [...chats.values()]) {
        const { place } = chat.record
        if (place.bot !== bot || place.chat !== from || chat.movedTo === to) continue
        // The old one stays: what came from there and is worked off again must find the context that it had.
        chat.movedTo = to
        const there = chats.get(placeKey({ ...place, chat: to }))
        const further = there !== undefined && there.record.context > chat.record.context ? there : chat
        remember({
          record: { ...chat.record, place: { ...place, chat: to }, context: further.record.context },
          causes: further.causes,
          takes: new Set([...chat.takes, ...(there?.takes ?? [])]),
          movedTo: null,
        })
      }
      for (const it of held) {
        const { place } = it.message
        if (place.bot === bot && place.chat === from) it.message = { ...it.message, place: { ...place, chat: to } }
      }
      moveThreads(records, `${bot}/${from}/`, `${bot}/${to}/`)
    },
    hold: async (message) => {
      const id = JSON.stringify([placeKey(message.place), message.externalId])
      if (!held.some((it) => it.id === id)) held.push({ id, message, takenFor: null })
      return oldestFirst(held.filter((it) => it.takenFor === null && isAt(it, message.place)))
    },
    takeHeld: async (place, cause) => {
      const chat = chatAt(place)
      if (!chat.takes.has(cause)) {
        chat.takes.add(cause)
        remember(chat)
        for (const it of held) if (it.takenFor === null && isAt(it, chat.record.place)) it.takenFor = cause
      }
      return oldestFirst(held.filter((it) => it.takenFor === cause && isAt(it, chat.record.place)))
    },
  }
}

function unremembered(place: Place): ChatRecord {
  return { place, context: 0, verbosity: null, open: false, closed: false, title: null }
}

function isAt({ message }: Held, place: Place): boolean {
  return placeKey(message.place) === placeKey(place)
}

function oldestFirst(held: readonly Held[]): readonly HeldMessage[] {
  return held.map(({ message }) => message).toSorted((a, b) => a.sentAt.getTime() - b.sentAt.getTime())
}

/** Where a thread of that name is there already, the two become one. */
function moveThreads(records: TaskRecords, from: string, to: string): void {
  for (const [key, thread] of [...records.threads]) {
    if (!hasBots(thread) || !thread.chat.startsWith(from)) continue
    const chat = to + thread.chat.slice(from.length)
    const newKey = JSON.stringify([thread.interface, chat])
    const there = records.threads.get(newKey)
    records.threads.delete(key)
    if (there === undefined) {
      records.threads.set(newKey, { ...thread, chat })
      continue
    }
    const said = [...(records.messages.get(there.id) ?? []), ...(records.messages.get(thread.id) ?? [])]
    records.messages.delete(thread.id)
    records.messages.set(
      there.id,
      said.map((message) => ({ ...message, threadId: there.id })),
    )
    for (const record of records.tasks.values()) {
      if (record.task.threadId === thread.id) record.task = { ...record.task, threadId: there.id }
    }
  }
}

/** The others name their chats as they like, and none of those ever moves. */
function hasBots(thread: Thread): boolean {
  return thread.interface !== 'http' && thread.interface !== 'console' && thread.interface !== 'terminal'
}
