// Whose memory a person reads and writes where they stand. What is said between a person and us is theirs, what is said in a group is the
// group's, and what is shared is written by owners.
import type { IdentityStore } from '../ports/identity-store.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Fact, MemoryScope } from '../vocabulary/memory.ts'
import { chatScope, personScope, scopesAround, SHARED } from '../vocabulary/memory.ts'
import type { Thread } from '../vocabulary/message.ts'

/** Somebody in a conversation, or (without one) at the terminal or in the console, where they are alone with us. */
export type Standing = {
  readonly author: UserId
  /** Whether they are an owner: only owners change what is shared. */
  readonly isOwner: boolean
  readonly thread: Thread | null
}

export const SCOPE_NAMES = ['me', 'thread', 'shared'] as const
/** A scope as a person says it. */
export type ScopeName = (typeof SCOPE_NAMES)[number]

type Deps = { readonly identities: IdentityStore }

/** Where a person's own memory is written: one place for all of their linked ids. */
export async function homeScope({ identities }: Deps, author: UserId): Promise<MemoryScope> {
  return personScope(await identities.personOf(author))
}

/** Where something goes that is said without a scope. */
export async function scopeOfWords(deps: Deps, { author, thread }: Omit<Standing, 'isOwner'>): Promise<MemoryScope> {
  return thread === null || thread.direct ? homeScope(deps, author) : chatScope(thread)
}

/** The scope that a person names; null where there is none such (no conversation to be of). */
export async function scopeNamed(deps: Deps, standing: Standing, name: ScopeName): Promise<MemoryScope | null> {
  if (name === 'shared') return SHARED
  if (name === 'me') return homeScope(deps, standing.author)
  return standing.thread === null ? null : chatScope(standing.thread)
}

/**
 * What may be shown where they stand, the most personal first: in a group nothing of the person's own. `all` has that too, for what they
 * name themselves.
 */
export async function visibleScopes(
  { identities }: Deps,
  { author, thread }: Omit<Standing, 'isOwner'>,
): Promise<{ readonly shown: readonly MemoryScope[]; readonly all: readonly MemoryScope[] }> {
  return scopesAround(await identities.idsOf(author), thread)
}

/** How a person calls the scope of a fact that they see. */
export function scopeName(scope: MemoryScope): ScopeName {
  if (scope === SHARED) return 'shared'
  return scope.startsWith('person:') ? 'me' : 'thread'
}

/** Whether they may keep or drop it, among what they see. */
export function mayDecide(fact: Pick<Fact, 'scope'>, { isOwner }: Pick<Standing, 'isOwner'>): boolean {
  return fact.scope !== SHARED || isOwner
}
