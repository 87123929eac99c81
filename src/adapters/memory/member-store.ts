// Who may use the bots, in memory.
import type { Member, MemberStore, PairingRequest } from '../../core/ports/member-store.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'

export function createMemoryMemberStore(): MemberStore {
  const members = new Map<UserId, Member>()
  const asked = new Map<UserId, PairingRequest>()
  const open = (now: Date) => [...asked.values()].filter(({ expiresAt }) => expiresAt > now)
  return {
    find: async (userId) => members.get(userId) ?? null,
    list: async () => [...members.values()].toSorted((a, b) => a.since.getTime() - b.since.getTime()),
    put: async (member) => {
      const known = members.get(member.userId)
      members.set(member.userId, known === undefined ? member : { ...member, since: known.since })
    },
    remove: async (userId) => members.delete(userId),
    ask: async (request, cap, now) => {
      const own = open(now).find(({ userId }) => userId === request.userId)
      if (own !== undefined) return { type: 'open', request: own }
      if (open(now).length >= cap) return { type: 'too_many' }
      asked.set(request.userId, request)
      return { type: 'asked', request }
    },
    takeRequest: async (code, now) => {
      const found = open(now).find((request) => request.code === code)
      if (found === undefined) return null
      asked.delete(found.userId)
      return found
    },
    requests: async (now) => open(now).toSorted((a, b) => a.expiresAt.getTime() - b.expiresAt.getTime()),
  }
}
