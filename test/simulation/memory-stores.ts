// What a conversation remembers, in memory: one set of stores for every stage on which chats are played.
import { createMemoryActionStore } from '../../src/adapters/memory/action-store.ts'
import { createMemoryArtifactStore } from '../../src/adapters/memory/artifact-store.ts'
import { createMemoryAuditLog } from '../../src/adapters/memory/audit-log.ts'
import { createMemoryCardStore } from '../../src/adapters/memory/card-store.ts'
import { createMemoryChatStore } from '../../src/adapters/memory/chat-store.ts'
import { createMemoryConversationStore } from '../../src/adapters/memory/conversation-store.ts'
import { createMemoryFactStore } from '../../src/adapters/memory/fact-store.ts'
import { createMemoryIdentityStore } from '../../src/adapters/memory/identity-store.ts'
import { createMemoryLedger } from '../../src/adapters/memory/ledger.ts'
import { createMemoryMemberStore } from '../../src/adapters/memory/member-store.ts'
import { createMemoryMemoryFiles } from '../../src/adapters/memory/memory-files.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { createMemoryStandingApprovals } from '../../src/adapters/memory/standing-approvals.ts'
import type { TaskRecords } from '../../src/adapters/memory/task-records.ts'
import { createRecorder } from '../../src/core/audit/record.ts'
import type { Clock } from '../../src/core/ports/clock.ts'

export function memoryStores(records: TaskRecords, clock: Clock) {
  const audit = createMemoryAuditLog(records.audit)
  return {
    audit,
    recorder: createRecorder({ audit, clock, telemetry: { log: () => undefined } }),
    cards: createMemoryCardStore(),
    chats: createMemoryChatStore(records),
    actions: createMemoryActionStore(clock),
    members: createMemoryMemberStore(),
    standing: createMemoryStandingApprovals(),
    conversations: createMemoryConversationStore(records),
    facts: createMemoryFactStore(),
    identities: createMemoryIdentityStore(),
    memoryFiles: createMemoryMemoryFiles(),
    artifacts: createMemoryArtifactStore(records),
    objects: createMemoryObjectStore(),
    ledger: createMemoryLedger(records),
  }
}
