// Waiting for what others do: each expectation has a deadline in real time, and says on failure what happened instead.
import type { Chat, StoredMessage } from '../world/model.ts'
import { draftToSeen, titleOf } from './look.ts'
import type { At, Expectation, Where, Within } from './options.ts'
import type { Person, Witnessed } from './person.ts'
import type { SeenChat, SeenDraft, SeenMessage } from './seen.ts'
import { messageLine } from './transcript.ts'

const WITHIN_MS = 5_000

type Open = { readonly message: StoredMessage; readonly seen: SeenMessage }

export function createExpectations(person: Person) {
  const taken = new Set<StoredMessage>()
  const takenEvents = new Set<Witnessed>()
  const me = person.account.id

  /** Resolves as soon as `find` finds something, and fails with the transcript when the deadline comes first. */
  function wait<T>(what: () => string, within: number | undefined, find: () => T | undefined): Promise<T> {
    const already = find()
    if (already !== undefined) return Promise.resolve(already)
    const failure = new Error('expectation')
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(deadline)
        stop()
        settle()
      }
      const stop = person.watch(() => {
        try {
          const found = find()
          if (found !== undefined) end(() => resolve(found))
        } catch (error) {
          end(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      })
      const deadline = setTimeout(
        () => end(() => reject(withTranscript(failure, `${what()} within ${within ?? WITHIN_MS} ms`))),
        within ?? WITHIN_MS,
      )
    })
  }

  function withTranscript(error: Error, what: string): Error {
    error.message = `${person.account.user.first_name} saw ${what}. What happened:\n${person.transcript() || '(nothing)'}`
    return error
  }

  /** The oldest message of others that matches and that no expectation returned. */
  function nextOpen(chats: readonly Chat[], topic: number | undefined, where: Where | undefined): Open | undefined {
    let oldest: Open | undefined
    for (const chat of chats)
      for (const message of chat.messages.values()) {
        if (message.fromId === me || message.deletedAt !== undefined || taken.has(message)) continue
        if (topic !== undefined && message.threadId !== topic) continue
        if (oldest !== undefined && oldest.message.date <= message.date) break
        const seen = person.seen(message)
        if (seen.service || !matches(seen, where)) continue
        oldest = { message, seen }
        break
      }
    return oldest
  }

  /** Since the person's last action there, by others, each given once. */
  function fresh(at: At): readonly Witnessed[] {
    const chats = person.placesOf(at)
    return person
      .witnessed()
      .filter((one) => chats.includes(one.chat) && one.number > person.lastActIn(one.chat) && !takenEvents.has(one))
  }

  return {
    expectReply: (options: Expectation = {}): Promise<SeenMessage> => {
      const { topic, where, within } = options
      return wait(
        () => `no new message${describe(where)}${inPlace(person, options)}`,
        within,
        () => {
          const found = nextOpen(person.placesOf(options), topic, where)
          if (found !== undefined) taken.add(found.message)
          return found?.seen
        },
      )
    },

    expectEdit: (message: SeenMessage, options: Within & { readonly where?: Where } = {}): Promise<SeenMessage> => {
      const stored = person.stored(message)
      return wait(
        () => `no edit${describe(options.where)} of #${message.id} after version ${message.version}`,
        options.within,
        () => {
          const now = person.seen(stored)
          if (now.deleted || now.version <= message.version || !matches(now, options.where)) return undefined
          return now
        },
      )
    },

    expectDelete: async (message: SeenMessage, options: Within = {}): Promise<void> => {
      const stored = person.stored(message)
      await wait(
        () => `#${message.id} still there`,
        options.within,
        () => (stored.deletedAt === undefined ? undefined : true),
      )
    },

    expectReaction: (message: SeenMessage, options: Within & { readonly emoji?: string } = {}): Promise<string> => {
      const stored = person.stored(message)
      return wait(
        () => `no reaction ${options.emoji ?? ''} to #${message.id}`,
        options.within,
        () => {
          const ever = person.witnessed().flatMap(({ event }) => {
            if (event.type !== 'reaction' || event.message !== stored || event.byId === me) return []
            return event.now.map((reaction) => (reaction.type === 'emoji' ? reaction.emoji : reaction.type))
          })
          return options.emoji === undefined ? ever.at(-1) : ever.find((emoji) => emoji === options.emoji)
        },
      )
    },

    expectAction: (options: At & Within & { readonly action?: string } = {}): Promise<string> =>
      wait(
        () => `no chat action ${options.action ?? ''}${inPlace(person, options)}`,
        options.within,
        () => {
          for (const one of fresh(options)) {
            if (one.event.type !== 'action') continue
            const { action, threadId } = one.event.shown
            if (options.topic !== undefined && threadId !== options.topic) continue
            if (options.action !== undefined && action !== options.action) continue
            takenEvents.add(one)
            return action
          }
          return undefined
        },
      ),

    expectDraft: (options: At & Within & { readonly where?: (draft: SeenDraft) => boolean } = {}): Promise<SeenDraft> =>
      wait(
        () => `no draft that was meant${inPlace(person, options)}`,
        options.within,
        () => {
          for (const one of fresh(options)) {
            if (one.event.type !== 'draft' || one.event.draft === undefined) continue
            const draft = draftToSeen(one.event.draft)
            if (options.topic !== undefined && draft.topic !== options.topic) continue
            if (options.where !== undefined && !options.where(draft)) continue
            takenEvents.add(one)
            return draft
          }
          return undefined
        },
      ),

    expectNoMore: async (
      options: At & { readonly for: number; readonly where?: Where; readonly edits?: boolean },
    ): Promise<void> => {
      const chats = person.placesOf(options)
      const before = new Map(versions(chats))
      const failure = new Error('expectation')
      const problem = (): string | null => {
        const more = nextOpen(chats, options.topic, options.where)
        if (more !== undefined) return `one message too many: ${messageLine(more.seen)}`
        if (options.edits !== true) return null
        const edited = versions(chats).find(([message, version]) => (before.get(message) ?? version) !== version)
        return edited === undefined ? null : `an edit too many: ${messageLine(person.seen(edited[0]))}`
      }
      await new Promise<void>((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer)
          stop()
        }
        const look = (): void => {
          const wrong = problem()
          if (wrong === null) return
          end()
          reject(withTranscript(failure, wrong))
        }
        const stop = person.watch(look)
        const timer = setTimeout(() => {
          end()
          resolve()
        }, options.for)
        look()
      })
    },

    expectChat: (until: (chat: SeenChat) => boolean, options: At & Within = {}): Promise<SeenChat> => {
      return wait(
        () => `the chat not as it should become${inPlace(person, options)}`,
        options.within,
        () => {
          const now = person.view(options.to)
          return until(now) ? now : undefined
        },
      )
    },
  }
}

function versions(chats: readonly Chat[]): readonly (readonly [StoredMessage, number])[] {
  return chats.flatMap((chat) =>
    [...chat.messages.values()].map((message) => [message, message.versions.length] as const),
  )
}

function matches(message: SeenMessage, where: Where | undefined): boolean {
  if (where === undefined) return true
  if (typeof where === 'string') return message.text.includes(where)
  if (typeof where === 'function') return where(message)
  where.lastIndex = 0
  return where.test(message.text)
}

function describe(where: Where | undefined): string {
  if (where === undefined) return ''
  return typeof where === 'function' ? ' that was meant' : ` with ${where instanceof RegExp ? where : `"${where}"`}`
}

function inPlace(person: Person, at: At): string {
  const titles = person.placesOf(at).map(titleOf).join(', ')
  return ` in ${titles || 'any chat'}${at.topic === undefined ? '' : `, topic ${at.topic}`}`
}
