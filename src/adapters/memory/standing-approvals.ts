// What people approved for good, in memory.
import type { StandingApproval, StandingApprovals } from '../../core/ports/standing-approvals.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'

export function createMemoryStandingApprovals(): StandingApprovals {
  const approvals = new Map<string, StandingApproval>()
  const keyOf = (userId: UserId, digest: string) => JSON.stringify([userId, digest])
  return {
    find: async (userId, digest) => approvals.get(keyOf(userId, digest)) ?? null,
    add: async (approval) => {
      const key = keyOf(approval.userId, approval.digest)
      if (!approvals.has(key)) approvals.set(key, approval)
    },
    remove: async (userId, digest) => approvals.delete(keyOf(userId, digest)),
    list: async () => [...approvals.values()].toSorted((a, b) => a.since.getTime() - b.since.getTime()),
  }
}
