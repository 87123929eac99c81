// One-time logins in memory.
import type { AccessStore } from '../../core/ports/access-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'

export function createMemoryAccessStore(): AccessStore {
  const tokens = new Map<string, { readonly userId: UserId; readonly expiresAt: Date }>()
  return {
    addLoginToken: async (hash, userId, expiresAt) => {
      tokens.set(hash, { userId, expiresAt })
    },
    takeLoginToken: async (hash, now) => {
      const found = tokens.get(hash)
      tokens.delete(hash)
      return found !== undefined && found.expiresAt > now ? found.userId : null
    },
  }
}
