// What conversations, memory and knowledge look like on the wire: snake_case JSON, instants as ISO 8601 in UTC.
import { z } from 'zod'
import { SECTIONS } from '../../core/context/context-pack.ts'
import { scopeName, SCOPE_NAMES } from '../../core/memory/scopes.ts'
import type { ThreadSummary } from '../../core/ports/conversation-store.ts'
import { SOURCE_KINDS } from '../../core/vocabulary/knowledge.ts'
import type { KnowledgeHit, KnowledgeSource } from '../../core/vocabulary/knowledge.ts'
import { FACT_KINDS, FACT_STATUSES, RULES } from '../../core/vocabulary/memory.ts'
import type { Fact } from '../../core/vocabulary/memory.ts'
import type { Message, Thread } from '../../core/vocabulary/message.ts'
import type { Artifact } from '../../core/ports/artifact-store.ts'
import { INTERFACES, name } from './event-schemas.ts'
import { artifactSchema, artifactToWire, taskSchema } from './wire.ts'

const instant = z.iso.datetime()
const count = z.int().min(0)

export const messageSchema = name(
  'Message',
  z.object({
    id: z.string(),
    thread_id: z.string(),
    role: z.enum(['user', 'assistant']),
    author: z.string().nullable(),
    author_name: z.string().nullable(),
    text: z.string(),
    task_id: z.string().nullable(),
    in_context: z.boolean().meta({ description: 'Whether models are told of it; false for what is kept as a record.' }),
    artifacts: z.array(artifactSchema),
    created_at: instant,
  }),
)

export const threadSchema = name(
  'Thread',
  z.object({
    id: z.string(),
    interface: z.enum(INTERFACES),
    chat: z.string(),
    direct: z.boolean(),
    started_by: z.string().nullable(),
    created_at: instant,
    last_message: messageSchema.nullable(),
  }),
)

export const takenSchema = name(
  'TakenMessage',
  z.object({
    message: messageSchema,
    task: taskSchema.nullable().meta({ description: 'What the words asked for; null where they asked for nothing.' }),
    answered: z
      .object({
        task_id: z.string(),
        approval_id: z.string(),
        yes: z.boolean(),
        refused: z.string().nullable().meta({ description: 'Why the answer does not count; null where it does.' }),
      })
      .nullable()
      .meta({ description: 'What the words said yes or no to.' }),
    waiting: z
      .array(z.string())
      .meta({ description: 'Tasks that a yes or no could be meant for: answer one of them.' }),
    replaced: z.array(z.string()).meta({ description: 'Tasks that waited for an OK; these words took their place.' }),
    problems: z.array(z.string()).meta({ description: 'Sentences about files that could not be read.' }),
  }),
)

export const contextSchema = name(
  'ContextPack',
  z.object({
    tokens: count,
    budget: count,
    sections: z.array(z.object({ name: z.enum(SECTIONS), tokens: count, items: count, left_out: count })).readonly(),
    sources: z.array(z.object({ mark: count, title: z.string(), uri: z.string() })).readonly(),
    rules: z.string(),
    text: z.string(),
  }),
)

const scope = z.enum(SCOPE_NAMES)

export const factSchema = name(
  'Fact',
  z.object({
    id: z.string(),
    scope,
    kind: z.enum(FACT_KINDS),
    text: z.string(),
    rule: z.enum(RULES).nullable(),
    confidence: z.number(),
    quote: z.string().nullable(),
    from: z.string(),
    message_id: z.string().nullable(),
    task_id: z.string().nullable(),
    proposed_by: z.enum(['agent', 'person']),
    status: z.enum(FACT_STATUSES),
    decided_by: z.string().nullable(),
    created_at: instant,
    decided_at: instant.nullable(),
  }),
)

export const memoryFileSchema = name('MemoryFile', z.object({ scope, name: z.string(), text: z.string() }))

export const memorySchema = name('Memory', z.object({ facts: z.array(factSchema), files: z.array(memoryFileSchema) }))

export const sourceSchema = name(
  'KnowledgeSource',
  z.object({
    id: z.string(),
    scope,
    kind: z.enum(SOURCE_KINDS),
    title: z.string(),
    uri: z.string(),
    added_by: z.string(),
    chunks: count,
    updated_at: instant,
  }),
)

export const hitSchema = name(
  'KnowledgeHit',
  z.object({
    source_id: z.string(),
    title: z.string(),
    uri: z.string(),
    heading: z.string(),
    text: z.string(),
    score: z.number(),
  }),
)

export function messageToWire(message: Message, artifacts: readonly Artifact[]): z.output<typeof messageSchema> {
  return {
    id: message.id,
    thread_id: message.threadId,
    role: message.role,
    author: message.author,
    author_name: message.authorName,
    text: message.text,
    task_id: message.taskId,
    in_context: message.inContext,
    artifacts: artifacts.map(artifactToWire),
    created_at: message.createdAt.toISOString(),
  }
}

export function threadToWire(thread: Thread, last: Message | null): z.output<typeof threadSchema> {
  return {
    id: thread.id,
    interface: thread.interface,
    chat: thread.chat,
    direct: thread.direct,
    started_by: thread.startedBy,
    created_at: thread.createdAt.toISOString(),
    last_message: last === null ? null : messageToWire(last, []),
  }
}

export function threadPageToWire(page: {
  readonly items: readonly ThreadSummary[]
  readonly nextCursor: string | null
}) {
  return { items: page.items.map((it) => threadToWire(it, it.lastMessage)), next_cursor: page.nextCursor }
}

export function factToWire(fact: Fact): z.output<typeof factSchema> {
  return {
    id: fact.id,
    scope: scopeName(fact.scope),
    kind: fact.kind,
    text: fact.text,
    rule: fact.rule,
    confidence: fact.confidence,
    quote: fact.quote,
    from: fact.from,
    message_id: fact.messageId,
    task_id: fact.taskId,
    proposed_by: fact.proposedBy,
    status: fact.status,
    decided_by: fact.decidedBy,
    created_at: fact.createdAt.toISOString(),
    decided_at: fact.decidedAt?.toISOString() ?? null,
  }
}

export function sourceToWire(source: KnowledgeSource): z.output<typeof sourceSchema> {
  return {
    id: source.id,
    scope: scopeName(source.scope),
    kind: source.kind,
    title: source.title,
    uri: source.uri,
    added_by: source.addedBy,
    chunks: source.chunks,
    updated_at: source.updatedAt.toISOString(),
  }
}

export function hitToWire(hit: KnowledgeHit): z.output<typeof hitSchema> {
  const { sourceId, title, uri, heading, text, score } = hit
  return { source_id: sourceId, title, uri, heading, text, score }
}
