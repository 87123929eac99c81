// Whose memory and knowledge a caller may read and change: their own, that of conversations they are in, and what all share.
import { z } from 'zod'
import { scopeNamed, SCOPE_NAMES, visibleScopes } from '../../core/memory/scopes.ts'
import type { ScopeName, Standing } from '../../core/memory/scopes.ts'
import { SHARED } from '../../core/vocabulary/memory.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import type { Caller } from './authenticate.ts'
import type { HttpDeps } from './deps.ts'
import { findThread } from './operation.ts'
import { invalidField, isProblem, NO_SUCH_THREAD, problem } from './problem.ts'
import type { Problem } from './problem.ts'

type Asking = { readonly deps: HttpDeps; readonly caller: Caller }

/** How a caller names a scope. */
export const scopeFields = {
  scope: z.enum(SCOPE_NAMES).default('me'),
  thread_id: z.uuid().nullish().meta({ description: 'For the scope `thread`: which conversation.' }),
}

export const OWNERS_ONLY = problem(403, 'owners_only', 'What is shared by all is for owners to change.')
const NO_THREAD_NAMED = invalidField('thread_id', 'say which conversation')

/** Where the caller stands: in a conversation that they name, or alone with us. */
export async function standingOf(
  { deps, caller }: Asking,
  threadId: string | null | undefined,
): Promise<Standing | Problem> {
  const { userId, role } = caller.principal
  const thread = threadId == null ? null : await findThread(deps, caller, threadId)
  if (threadId != null && thread === null) return NO_SUCH_THREAD
  return { author: userId, isOwner: role === 'owner', thread }
}

/** What may be read there: over this interface a person is alone with us, also where they look at a group's. */
export async function readableScopes(
  asking: Asking,
  threadId: string | null | undefined,
): Promise<readonly MemoryScope[] | Problem> {
  const standing = await standingOf(asking, threadId)
  return isProblem(standing) ? standing : (await visibleScopes(asking.deps, standing)).all
}

/** Where the caller wants to write. */
export async function writableScope(
  asking: Asking,
  wanted: { readonly scope: ScopeName; readonly thread_id?: string | null | undefined },
): Promise<MemoryScope | Problem> {
  const standing = await standingOf(asking, wanted.thread_id)
  if (isProblem(standing)) return standing
  const scope = await scopeNamed(asking.deps, standing, wanted.scope)
  if (scope === null) return NO_THREAD_NAMED
  return scope === SHARED && !standing.isOwner ? OWNERS_ONLY : scope
}
