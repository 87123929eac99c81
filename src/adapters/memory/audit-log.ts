// An audit log in memory: for unit tests, and for the simulation of the core.
import { createHash } from 'node:crypto'
import type { AuditHead, AuditLog } from '../../core/ports/audit-log.ts'
import { auditEntryText, NO_HASH, sealedText } from '../../core/vocabulary/audit.ts'
import type { AuditEntry, SealedEntry } from '../../core/vocabulary/audit.ts'

/** `chain` is what a TaskStore of the same records appends to as well. */
export function createMemoryAuditLog(chain: SealedEntry[] = []): AuditLog {
  return {
    append: async (entries) => appendAudit(chain, entries),
    head: async () => headOf(chain),
    list: async ({ actor, taskId, action, before, limit }) =>
      chain
        .filter(({ seq, entry }) => {
          const its = JSON.parse(entry) as {
            readonly actor: string
            readonly action: string
            readonly task_id: string | null
          }
          if (before !== null && seq >= before) return false
          if (actor !== null && its.actor !== actor) return false
          return (taskId === null || its.task_id === taskId) && (action === null || its.action === action)
        })
        .toReversed()
        .slice(0, Math.max(1, limit)),
    read: async function* (after) {
      // What is appended while somebody reads is not part of what they read.
      yield* chain.slice(after)
    },
  }
}

export function appendAudit(chain: SealedEntry[], entries: readonly AuditEntry[]): AuditHead {
  for (const entry of entries.map(auditEntryText)) {
    const { seq, hash: previous } = headOf(chain)
    chain.push({ seq: seq + 1, entry, previous, hash: sha256(sealedText(previous, seq + 1, entry)) })
  }
  return headOf(chain)
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function headOf(chain: readonly SealedEntry[]): AuditHead {
  const last = chain.at(-1)
  return last === undefined ? { seq: 0, hash: NO_HASH } : { seq: last.seq, hash: last.hash }
}
