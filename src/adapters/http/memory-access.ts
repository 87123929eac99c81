// Whose memory and knowledge a caller may read and change: their own, that of conversations they are in, and what all share.
import { z } from 'zod'
import { chatScope, personScope, SHARED } from '../../core/vocabulary/memory.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import type { Caller } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { findThread } from './operation.ts'
import { invalidField, isProblem, NO_SUCH_THREAD, problem } from './problem.ts'
import type { Problem } from './problem.ts'

type Asking = { readonly deps: HttpDeps; readonly caller: Caller }

/** How a caller names a scope. */
export const scopeFields = {
  scope: z.enum(['me', 'shared', 'thread']).default('me'),
  thread_id: z.uuid().nullish().meta({ description: 'For the scope `thread`: which conversation.' }),
}
export type ScopeFields = {
  readonly scope: 'me' | 'shared' | 'thread'
  readonly thread_id?: string | null | undefined
}

export const ONLY_OWNERS = problem(403, 'owners_only', 'What is shared by all is for owners to change.')

/** The same for all ids of a person who linked them. */
export async function ownScope({ deps, caller }: Asking): Promise<MemoryScope> {
  return personScope(await deps.identities.personOf(caller.principal.userId))
}

/** What the caller may read: the shared, their own, and the conversation's where one is named. */
export async function readableScopes(
  asking: Asking,
  threadId: string | null | undefined,
): Promise<readonly MemoryScope[] | Problem> {
  const common = [SHARED, await ownScope(asking)]
  if (threadId == null) return common
  const thread = await findThread(asking.deps, asking.caller, threadId)
  return thread === null ? NO_SUCH_THREAD : [...common, chatScope(thread)]
}

/** The scope that the caller wants to change something in. */
export async function writableScope(asking: Asking, wanted: ScopeFields): Promise<MemoryScope | Problem> {
  switch (wanted.scope) {
    case 'me':
      return ownScope(asking)
    case 'shared':
      return asking.caller.principal.role === 'owner' ? SHARED : ONLY_OWNERS
    case 'thread': {
      if (wanted.thread_id == null) return invalidField('thread_id', 'say which conversation')
      const thread = await findThread(asking.deps, asking.caller, wanted.thread_id)
      return thread === null ? NO_SUCH_THREAD : chatScope(thread)
    }
  }
}

/** Whether the caller may change what is kept in this scope by `author`; a problem where they may only read it, or not even that. */
export async function changeProblem(
  asking: Asking,
  it: { readonly scope: MemoryScope; readonly author: string },
  threadId: string | null | undefined,
  missing: Problem,
): Promise<Problem | null> {
  if (asking.caller.principal.role === 'owner') return null
  if (it.scope === SHARED) return ONLY_OWNERS
  if (it.author === asking.caller.principal.userId && it.scope.startsWith('chat:')) return null
  const scopes = await readableScopes(asking, threadId)
  if (isProblem(scopes)) return scopes
  return scopes.includes(it.scope) ? null : missing
}
