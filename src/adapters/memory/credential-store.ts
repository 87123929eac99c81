// Tokens and sessions on record, in memory.
import type { CredentialStore } from '../../core/ports/credential-store.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { CredentialRecord } from '../../core/vocabulary/credential.ts'
import type { CredentialId } from '../../core/vocabulary/ids.ts'

const LISTED_MS = 30 * 86_400_000

export function createMemoryCredentialStore(clock: Pick<Clock, 'now'>): CredentialStore {
  const records = new Map<CredentialId, CredentialRecord>()
  const endOf = ({ expiresAt, revokedAt }: CredentialRecord) =>
    Math.min(expiresAt.getTime(), revokedAt?.getTime() ?? Number.POSITIVE_INFINITY)
  return {
    add: async (credential) => void records.set(credential.id, credential),
    find: async (id) => records.get(id) ?? null,
    list: async (userId) =>
      [...records.values()]
        .filter((it) => userId === null || it.userId === userId)
        .filter((it) => endOf(it) > clock.now().getTime() - LISTED_MS)
        .toSorted((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime() || (a.id < b.id ? 1 : -1)),
    revoke: async (id, by, at) => {
      const known = records.get(id)
      if (known === undefined || known.revokedAt !== null) return false
      records.set(id, { ...known, revokedAt: at, revokedBy: by })
      return true
    },
    revokeAllOf: async (userId, by, at) => {
      const good = [...records.values()].filter(
        (it) => it.userId === userId && it.revokedAt === null && it.expiresAt > at,
      )
      for (const it of good) records.set(it.id, { ...it, revokedAt: at, revokedBy: by })
      return good.map(({ id }) => id)
    },
  }
}
