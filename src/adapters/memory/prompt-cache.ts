// Answers of models in this process's memory, for tests and simulations.
import type { Clock } from '../../core/ports/clock.ts'
import type { PromptCache } from '../../core/ports/prompt-cache.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'

type Kept = { readonly answer: JsonValue; readonly endsAt: number }

export function createMemoryPromptCache(clock: Pick<Clock, 'now'>): PromptCache {
  const people = new Map<UserId, Map<string, Kept>>()
  return {
    get: async (userId, key) => {
      const kept = people.get(userId)?.get(key)
      return kept === undefined || kept.endsAt <= clock.now().getTime() ? null : structuredClone(kept.answer)
    },
    put: async (userId, key, answer, forMs) => {
      const theirs = people.get(userId) ?? new Map<string, Kept>()
      theirs.set(key, { answer: structuredClone(answer), endsAt: clock.now().getTime() + forMs })
      people.set(userId, theirs)
    },
    forget: async (userIds) => {
      for (const id of userIds) people.delete(id)
    },
  }
}
