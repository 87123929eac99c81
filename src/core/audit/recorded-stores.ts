// Stores whose changes say who makes them, with what of it concerns others recorded before it happens.
import type { AuditRecorder } from '../ports/audit-log.ts'
import type { FactStore } from '../ports/fact-store.ts'
import type { KnowledgeStore } from '../ports/knowledge-store.ts'
import type { StandingApprovals } from '../ports/standing-approvals.ts'
import { SHARED } from '../vocabulary/memory.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'

export type RecordableStores = {
  readonly facts: FactStore
  readonly knowledge: KnowledgeStore
  readonly standing: StandingApprovals
}

const PERSONAL = 'person:'

/** What somebody keeps for themselves alone is nobody else's business, and entries are never erased. Of facts there is only the id. */
export function recordedStores(
  { facts, knowledge, standing }: RecordableStores,
  recorder: AuditRecorder,
): RecordableStores {
  const concernsOthers = (scope: MemoryScope) => !scope.startsWith(PERSONAL)
  return {
    facts: {
      ...facts,
      add: async (fact) => {
        const { id, scope, kind, status, decidedBy } = fact
        const isDecided = status !== 'proposed' && decidedBy !== null && concernsOthers(scope)
        if (isDecided && (await facts.get(id)) === null)
          await recorder.record(decidedBy, 'setting.changed', `fact ${id}`, { status, kind, scope })
        return facts.add(fact)
      },
      decide: async (id, status, by, at) => {
        const fact = await facts.get(id)
        if (fact !== null && fact.status !== status && concernsOthers(fact.scope))
          await recorder.record(by, 'setting.changed', `fact ${id}`, { status, kind: fact.kind, scope: fact.scope })
        return facts.decide(id, status, by, at)
      },
    },
    knowledge: {
      ...knowledge,
      put: async (source, chunks) => {
        const { id, scope, kind, addedBy } = source
        if (scope === SHARED)
          await recorder.record(addedBy, 'setting.changed', `knowledge ${id}`, { change: 'put', kind, scope })
        return knowledge.put(source, chunks)
      },
    },
    standing: {
      ...standing,
      add: async (approval) => {
        const { userId, digest, subject, approvedBy } = approval
        if ((await standing.find(userId, digest)) === null)
          await recorder.record(approvedBy, 'setting.changed', `always: ${subject}`, { digest, user_id: userId })
        await standing.add(approval)
      },
    },
  }
}
