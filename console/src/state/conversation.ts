// A conversation as the API tells it, and the order of what is shown of it.
import type { KnowledgeHit, SourceKind } from '../../../src/core/vocabulary/knowledge.ts'
import type { FactKind, FactStatus, Rule } from '../../../src/core/vocabulary/memory.ts'
import type { InterfaceName } from '../../../src/core/vocabulary/message.ts'
import type { WireTask } from './wire.ts'

export type WireArtifact = {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly media_type: string
  readonly bytes: number
  /** What was read from a file; null for a file itself. */
  readonly content: { readonly text: string; readonly by: string } | null
}

export type WireMessage = {
  readonly id: string
  readonly role: 'user' | 'assistant'
  readonly author: string | null
  readonly author_name: string | null
  readonly text: string
  readonly task_id: string | null
  readonly in_context: boolean
  readonly artifacts: readonly WireArtifact[]
  readonly created_at: string
}

export type WireThread = {
  readonly id: string
  readonly interface: InterfaceName
  readonly started_by: string | null
  readonly created_at: string
  readonly last_message: WireMessage | null
}

/** What work can begin with. */
export type WireTemplate = { readonly name: string; readonly says: string }

export type WireTaken = {
  readonly message: WireMessage
  readonly task: WireTask | null
  readonly answered: { readonly task_id: string; readonly yes: boolean; readonly refused: string | null } | null
  readonly waiting: readonly string[]
  readonly replaced: readonly string[]
  readonly problems: readonly string[]
}

export const SCOPES = ['me', 'shared', 'thread'] as const
export type ScopeName = (typeof SCOPES)[number]

export type WireFact = {
  readonly id: string
  readonly scope: ScopeName
  readonly kind: FactKind
  readonly text: string
  readonly rule: Rule | null
  readonly confidence: number
  readonly quote: string | null
  readonly proposed_by: 'agent' | 'person'
  readonly status: FactStatus
  readonly created_at: string
}
export type WireMemoryFile = { readonly scope: ScopeName; readonly name: string; readonly text: string }
export type WireMemory = { readonly facts: readonly WireFact[]; readonly files: readonly WireMemoryFile[] }

export type WireSource = {
  readonly id: string
  readonly scope: ScopeName
  readonly kind: SourceKind
  readonly title: string
  readonly uri: string
  readonly chunks: number
  readonly updated_at: string
}
export type WireHit = Pick<KnowledgeHit, 'title' | 'uri' | 'heading' | 'text' | 'score'> & {
  readonly source_id: string
}

/** What models are told, section by section. */
export type WirePack = {
  readonly tokens: number
  readonly budget: number
  readonly sections: readonly {
    readonly name: 'rules' | 'soul' | 'memory' | 'facts' | 'knowledge' | 'work' | 'conversation'
    readonly tokens: number
    readonly items: number
    readonly left_out: number
  }[]
  readonly text: string
}

/** Answered or worked on by a task, or said by us without one. Records (orders, copies of cards) are left out. */
export function shownMessages(messages: readonly WireMessage[]): readonly WireMessage[] {
  return messages.filter(({ role, task_id, in_context }) =>
    // A task's card tells what it said.
    role === 'user' ? task_id !== null || in_context : task_id === null && in_context,
  )
}

/** A name for a conversation: its last words. */
export function threadTitle({ last_message: last }: WireThread): string {
  const words = last?.text.replaceAll(/\s+/g, ' ').trim() ?? ''
  return words === '' || words === '/new' ? 'Nothing said yet' : words
}

/** Pages are joined by id, oldest first: what comes later knows more. */
export function joinMessages(known: readonly WireMessage[], page: readonly WireMessage[]): readonly WireMessage[] {
  const byId = new Map([...known, ...page].map((message) => [message.id, message]))
  return [...byId.values()].sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id))
}
