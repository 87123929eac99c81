// The conversation that the composer speaks in, and any other that is looked at: its messages, its files, and what is said next.
import { batch, signal } from '@preact/signals'
import type { ReadonlySignal, Signal } from '@preact/signals'
import { joinMessages } from '../state/conversation.ts'
import type { WireArtifact, WireMessage, WireTaken, WireThread } from '../state/conversation.ts'
import type { Api } from './api.ts'
import type { Answer } from './call.ts'
import type { Draft } from './draft.ts'

const PAGE = 50
const THREADS = 30

/** A file on its way into the next message. */
export type Upload = {
  readonly name: string
  readonly artifact: WireArtifact | null
  readonly problem: string | null
}

export type Conversation = {
  /** The newest word first. */
  readonly threads: ReadonlySignal<readonly WireThread[]>
  /** Where the composer speaks; null: a conversation begins with the first word. */
  readonly current: ReadonlySignal<WireThread | null>
  /** Of the conversation that is looked at. */
  readonly messages: ReadonlySignal<readonly WireMessage[]>
  readonly hasEarlier: ReadonlySignal<boolean>
  readonly uploads: ReadonlySignal<readonly Upload[]>
  readonly problem: ReadonlySignal<string | null>
  readonly load: () => Promise<void>
  /** Looks at a conversation, or at none. */
  readonly look: (id: string | null) => Promise<void>
  readonly loadEarlier: () => Promise<void>
  readonly begin: () => Promise<void>
  readonly upload: (files: readonly File[]) => Promise<void>
  readonly dropUpload: (upload: Upload) => void
  /** Null where there is nothing to say. */
  /** What the work of the next message begins with; null: nothing, or what the planner takes. */
  readonly template: Signal<string | null>
  readonly say: () => Promise<Answer<WireTaken> | null>
}

export function createConversation(api: Api, draft: Draft): Conversation {
  const threads = signal<readonly WireThread[]>([])
  const current = signal<WireThread | null>(null)
  const messages = signal<readonly WireMessage[]>([])
  const before = signal<string | null>(null)
  const hasEarlier = signal(false)
  const template = signal<string | null>(null)
  const uploads = signal<readonly Upload[]>([])
  const problem = signal<string | null>(null)
  let looked: string | null = null

  async function load(): Promise<void> {
    const answer = await api.listThreads(THREADS)
    if (answer.type === 'problem') {
      problem.value = answer.detail
      return
    }
    batch(() => {
      problem.value = null
      threads.value = answer.value.items
      const known = answer.value.items.find(({ id }) => id === current.value?.id)
      // The newest of one's own in the browser goes on until a new one is begun.
      current.value = known ?? current.value ?? answer.value.items.find((it) => it.interface === 'console') ?? null
    })
    if (looked !== null) await loadNewest(looked)
  }

  async function loadNewest(id: string): Promise<void> {
    const answer = await api.listMessages(id, null, PAGE)
    if (looked !== id) return
    batch(() => {
      if (answer.type === 'problem') {
        problem.value = answer.detail
        return
      }
      const isFirst = messages.value.length === 0
      messages.value = joinMessages(messages.value, answer.value.items)
      if (!isFirst) return
      before.value = answer.value.next_cursor
      hasEarlier.value = answer.value.next_cursor !== null
    })
  }

  /** Where the next word is said, made if there is none. */
  async function place(): Promise<Answer<WireThread>> {
    if (current.value !== null) return { type: 'ok', value: current.value }
    const answer = await api.beginThread()
    if (answer.type === 'ok') current.value = answer.value
    return answer
  }

  return {
    threads,
    current,
    messages,
    hasEarlier,
    uploads,
    template,
    problem,
    load,
    look: async (id) => {
      if (looked === id) return
      batch(() => {
        looked = id
        messages.value = []
        hasEarlier.value = false
        before.value = null
        problem.value = null
      })
      if (id === null) return
      if (!threads.value.some((thread) => thread.id === id)) {
        const answer = await api.getThread(id)
        if (answer.type === 'ok') threads.value = [...threads.value, answer.value]
      }
      const thread = threads.value.find((it) => it.id === id)
      if (thread?.interface === 'console') current.value = thread
      await loadNewest(id)
    },
    loadEarlier: async () => {
      const [id, cursor] = [looked, before.value]
      if (id === null || cursor === null) return
      const answer = await api.listMessages(id, cursor, PAGE)
      if (looked !== id) return
      batch(() => {
        if (answer.type === 'problem') problem.value = answer.detail
        else {
          messages.value = joinMessages(messages.value, answer.value.items)
          before.value = answer.value.next_cursor
          hasEarlier.value = answer.value.next_cursor !== null
        }
      })
    },
    begin: async () => {
      const answer = await api.beginThread()
      batch(() => {
        if (answer.type === 'problem') problem.value = answer.detail
        else {
          current.value = answer.value
          threads.value = [answer.value, ...threads.value]
          uploads.value = []
        }
      })
    },
    upload: async (files) => {
      const at = await place()
      if (at.type === 'problem') {
        problem.value = at.detail
        return
      }
      for (const file of files) {
        const waiting: Upload = { name: file.name, artifact: null, problem: null }
        uploads.value = [...uploads.value, waiting]
        const answer = await api.uploadToThread(at.value.id, file)
        const done: Upload =
          answer.type === 'ok' ? { ...waiting, artifact: answer.value } : { ...waiting, problem: answer.detail }
        uploads.value = uploads.value.map((it) => (it === waiting ? done : it))
      }
    },
    dropUpload: (upload) => (uploads.value = uploads.value.filter((it) => it !== upload)),
    say: async () => {
      const text = draft.text.value.trim()
      const files = uploads.value.flatMap(({ artifact }) => (artifact === null ? [] : [artifact.id]))
      if (text === '' && files.length === 0) return null
      const at = await place()
      if (at.type === 'problem') return at
      // The key belongs to this text: saying it again after a failure, or a reload, is the same message.
      const answer = await api.say(at.value.id, {
        text,
        external_id: draft.key(),
        artifact_ids: files,
        template: template.value,
      })
      if (answer.type === 'ok') {
        batch(() => {
          draft.clear()
          template.value = null
          uploads.value = uploads.value.filter((it) => it.problem !== null)
          const spoken = { ...at.value, last_message: answer.value.message }
          current.value = spoken
          threads.value = [spoken, ...threads.value.filter(({ id }) => id !== spoken.id)]
          if (looked === at.value.id) messages.value = joinMessages(messages.value, [answer.value.message])
        })
      }
      return answer
    },
  }
}
