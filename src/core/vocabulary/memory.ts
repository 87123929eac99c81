// What is remembered beyond a conversation: facts with their provenance, each within one scope.
import type { FactId, MessageId, TaskId, UserId } from './ids.ts'
import type { InterfaceName, Thread } from './message.ts'
import { chatInContext } from './thread-chat.ts'

/** For whom something is remembered: `shared`, `person:<who>`, or `chat:<interface>/<chat>`. */
export type MemoryScope = string & { readonly brand: 'MemoryScope' }

export const SHARED = 'shared' as MemoryScope

export function personScope(person: UserId): MemoryScope {
  return `person:${person}` as MemoryScope
}

/** The chat, or topic, whatever its present context is: a fresh context forgets words and no rules. */
export function chatScope(thread: Pick<Thread, 'interface' | 'chat'>): MemoryScope {
  return `chat:${thread.interface satisfies InterfaceName}/${chatInContext(thread.chat).chat}` as MemoryScope
}

/**
 * Whose memory counts where a person stands, the most personal first. `ids`: all that the person is known by; `thread`: null at the
 * terminal or in the console, where they are alone with us. In a group nothing of the person's own may be `shown`; `all` has that too.
 */
export function scopesAround(
  ids: readonly UserId[],
  thread: Pick<Thread, 'interface' | 'chat' | 'direct'> | null,
): { readonly shown: readonly MemoryScope[]; readonly all: readonly MemoryScope[] } {
  const open = [...(thread === null ? [] : [chatScope(thread)]), SHARED]
  const all = [...ids.map(personScope), ...open]
  return { shown: thread === null || thread.direct ? all : open, all }
}

export const FACT_KINDS = ['fact', 'preference', 'constraint', 'lesson'] as const
export type FactKind = (typeof FACT_KINDS)[number]

/** `proposed` waits for a person; only what is `kept` is told to models; `dropped` can be kept again. */
export const FACT_STATUSES = ['proposed', 'kept', 'dropped'] as const
export type FactStatus = (typeof FACT_STATUSES)[number]

/** Of a constraint: what kind of rule it is. */
export const RULES = ['never', 'always', 'ask_first'] as const
export type Rule = (typeof RULES)[number]

export type Fact = {
  readonly id: FactId
  readonly scope: MemoryScope
  readonly kind: FactKind
  /** One sentence. */
  readonly text: string
  /** For constraints alone. */
  readonly rule: Rule | null
  /** 0 to 1: how sure whoever proposed it was. */
  readonly confidence: number
  /** The very words of a person that it was made from; null where a person wrote the fact itself. */
  readonly quote: string | null
  /** Whose words they were, or who wrote it. */
  readonly from: UserId
  readonly messageId: MessageId | null
  readonly taskId: TaskId | null
  /** `agent`: found in what somebody said. `person`: said to be remembered. */
  readonly proposedBy: 'agent' | 'person'
  readonly status: FactStatus
  readonly decidedBy: UserId | null
  readonly createdAt: Date
  readonly decidedAt: Date | null
}
