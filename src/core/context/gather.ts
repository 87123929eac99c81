// Gathers what a context pack is made of: only of this conversation and of the person whose words are answered.
import type { ConversationStore } from '../ports/conversation-store.ts'
import type { FactStore } from '../ports/fact-store.ts'
import type { IdentityStore } from '../ports/identity-store.ts'
import { notesOf } from '../ports/memory-files.ts'
import type { MemoryFile, MemoryFileName, MemoryFiles } from '../ports/memory-files.ts'
import type { TaskStore } from '../ports/task-store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { MessageId, UserId } from '../vocabulary/ids.ts'
import type { KnowledgeHit } from '../vocabulary/knowledge.ts'
import type { Fact, MemoryScope } from '../vocabulary/memory.ts'
import { scopesAround } from '../vocabulary/memory.ts'
import type { Thread } from '../vocabulary/message.ts'
import type { Task } from '../vocabulary/task.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import type { ContextMaterial } from './context-pack.ts'
import { CONTEXT_MESSAGES } from './context-pack.ts'

export type GatherDeps = {
  readonly conversations: ConversationStore
  readonly store: TaskStore
  readonly facts: FactStore
  readonly memoryFiles: MemoryFiles
  readonly identities: IdentityStore
  /** What the knowledge of these scopes has about the words, best first. */
  readonly lookUp: (scopes: readonly MemoryScope[], words: string) => Promise<readonly KnowledgeHit[]>
  readonly telemetry: Pick<Telemetry, 'log'>
}

export type ContextQuery = {
  readonly thread: Thread
  /** Whose words are answered. */
  readonly author: UserId
  /** The words themselves: what knowledge is looked up for. Empty: none is. */
  readonly words: string
  /** The message of the words, which is told as the request: only what was said before it is context. Null: everything is. */
  readonly before: MessageId | null
  /** For the notes of the day. */
  readonly now: Date
}

const FACTS = 50
const WORK = 5
/** Questions stand between: that many tasks are looked at to find work. */
const LOOKED_AT = 15
const DAY_MS = 86_400_000

/**
 * What a person's words are answered with, in this conversation: the memory of all the ids that they linked is theirs. In a group what only
 * concerns the person is not told, but for rules.
 */
async function scopesFor(
  deps: Pick<GatherDeps, 'identities'>,
  thread: Thread,
  author: UserId,
): Promise<{ readonly all: readonly MemoryScope[]; readonly open: readonly MemoryScope[] }> {
  const ids = await deps.identities.idsOf(author)
  const { all, shown } = scopesAround(ids.toReversed(), thread)
  // What is everybody's is told first.
  return { all, open: shown.toReversed() }
}

/**
 * Throws where the conversation, the facts or the tasks can't be read: nothing is answered without the rules. Files and knowledge that
 * can't be read are left out, and the log says so.
 */
export async function gatherContext(deps: GatherDeps, query: ContextQuery): Promise<ContextMaterial> {
  const { thread, author, words, before, now } = query
  const [scopes, messages] = await Promise.all([
    scopesFor(deps, thread, author),
    deps.conversations.messages(thread.id, { limit: CONTEXT_MESSAGES, inContext: true, before }),
  ])
  const [facts, files, knowledge, work] = await Promise.all([
    deps.facts.list({ scopes: scopes.all, statuses: ['kept'], limit: FACTS }),
    readFiles(deps, scopes.open, now),
    words.trim() === '' ? [] : orNothing(deps, 'Knowledge', () => deps.lookUp(scopes.open, words), []),
    recentWork(
      deps.store,
      messages.map(({ taskId }) => taskId),
    ),
  ])
  return { messages, work, facts: facts.filter((fact) => isTold(fact, scopes.open)), files, knowledge }
}

function isTold(fact: Fact, open: readonly MemoryScope[]): boolean {
  return fact.kind === 'constraint' || open.includes(fact.scope)
}

async function readFiles(
  deps: Pick<GatherDeps, 'memoryFiles' | 'telemetry'>,
  scopes: readonly MemoryScope[],
  now: Date,
): Promise<readonly MemoryFile[]> {
  const lasting = ['SOUL.md', 'MEMORY.md'] as MemoryFileName[]
  const notes = [notesOf(now), notesOf(new Date(now.getTime() - DAY_MS))]
  // Notes hold what was said: those of a person come from all of their chats, and are told in none of the others.
  const namesOf = (scope: MemoryScope) => (scope.startsWith('person:') ? lasting : [...lasting, ...notes])
  const read = (scope: MemoryScope, name: MemoryFileName): Promise<MemoryFile | null> =>
    orNothing(deps, name, () => deps.memoryFiles.read(scope, name), null)
  const found = await Promise.all(scopes.flatMap((scope) => namesOf(scope).map((name) => read(scope, name))))
  return found
    .filter((file) => file !== null)
    .map((file) => ({ ...file, text: withoutRemarks(file.text) }))
    .filter(({ text }) => text !== '')
}

/** What people wrote for each other and not to be told: `<!-- … -->`, the last one to the end of the file where it isn't closed. */
function withoutRemarks(text: string): string {
  return text.replace(/<!--[\s\S]*?(?:-->|$)/g, '').trim()
}

/** Newest first. */
async function recentWork(store: TaskStore, ids: readonly (TaskId | null)[]): Promise<readonly Task[]> {
  const newest = [...new Set(ids.toReversed())].filter((id): id is TaskId => id !== null).slice(0, LOOKED_AT)
  const tasks = await Promise.all(newest.map((id) => store.get(id)))
  return tasks.filter((task): task is Task => task !== null && task.taskType !== 'question').slice(0, WORK)
}

async function orNothing<T>(
  { telemetry }: Pick<GatherDeps, 'telemetry'>,
  what: string,
  look: () => Promise<T>,
  nothing: T,
): Promise<T> {
  try {
    return await look()
  } catch (error) {
    telemetry.log('warn', `${what} could not be read and is left out of the context`, {
      error: messageOf(error),
    })
    return nothing
  }
}
