// What is remembered, in memory.
import type { FactStore } from '../../core/ports/fact-store.ts'
import type { FactId, UserId } from '../../core/vocabulary/ids.ts'
import type { Fact, FactStatus } from '../../core/vocabulary/memory.ts'

type Decision = { readonly status: FactStatus; readonly by: UserId | null; readonly at: Date }

/** Over facts of its own unless others are given. */
export function createMemoryFactStore(facts: Map<FactId, Fact> = new Map()): FactStore {
  const decisions = new Map<FactId, Decision[]>()
  const standing = ({ scope, text }: Fact) =>
    [...facts.values()].find(
      (fact) => fact.status !== 'dropped' && fact.scope === scope && fact.text.toLowerCase() === text.toLowerCase(),
    )
  return {
    add: async (fact) => {
      const there = facts.get(fact.id) ?? (fact.status === 'dropped' ? undefined : standing(fact))
      if (there !== undefined) return there
      facts.set(fact.id, fact)
      decisions.set(fact.id, [{ status: fact.status, by: fact.decidedBy, at: fact.decidedAt ?? fact.createdAt }])
      return fact
    },
    get: async (id) => facts.get(id) ?? null,
    list: async ({ scopes, statuses, limit }) => {
      const found = [...facts.values()]
        .filter((fact) => scopes.includes(fact.scope) && statuses.includes(fact.status))
        .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1))
      const constraints = found.filter(({ kind }) => kind === 'constraint')
      const others = found.filter(({ kind }) => kind !== 'constraint')
      return [...constraints, ...others.slice(0, Math.max(0, limit - constraints.length))]
    },
    decide: async (id, status, by, at) => {
      const named = facts.get(id)
      if (named === undefined) return null
      const fact = named.status === 'dropped' && status !== 'dropped' ? (standing(named) ?? named) : named
      if (fact.status === status) return fact
      const decided: Fact = { ...fact, status, decidedBy: by, decidedAt: at }
      facts.set(fact.id, decided)
      decisions.get(fact.id)?.push({ status, by, at })
      return decided
    },
    history: async (id) => [...(decisions.get(id) ?? [])],
  }
}
