import { createSystemClock } from '../system/clock.ts'
import { accessStoreContract } from '../../../test/contract/access-store.ts'
import { actionStoreContract } from '../../../test/contract/action-store.ts'
import { artifactStoreContract } from '../../../test/contract/artifact-store.ts'
import { auditLogContract } from '../../../test/contract/audit-log.ts'
import { cardStoreContract } from '../../../test/contract/card-store.ts'
import { chatMovesContract } from '../../../test/contract/chat-moves.ts'
import { chatStoreContract } from '../../../test/contract/chat-store.ts'
import { conversationStoreContract } from '../../../test/contract/conversation-store.ts'
import { credentialStoreContract } from '../../../test/contract/credential-store.ts'
import { factStoreContract } from '../../../test/contract/fact-store.ts'
import { identityStoreContract } from '../../../test/contract/identity-store.ts'
import { inboxContract } from '../../../test/contract/inbox.ts'
import { leasesContract } from '../../../test/contract/leases.ts'
import { ledgerContract } from '../../../test/contract/ledger.ts'
import { memberStoreContract } from '../../../test/contract/member-store.ts'
import { memoStoreContract } from '../../../test/contract/memo-store.ts'
import { memoryFilesContract } from '../../../test/contract/memory-files.ts'
import { objectStoreContract } from '../../../test/contract/object-store.ts'
import { outboxUpkeepContract } from '../../../test/contract/outbox-upkeep.ts'
import { outboxContract } from '../../../test/contract/outbox.ts'
import { personDataContract } from '../../../test/contract/person-data.ts'
import { previewStoreContract } from '../../../test/contract/preview-store.ts'
import { promptCacheContract } from '../../../test/contract/prompt-cache.ts'
import { rateLimitsContract } from '../../../test/contract/rate-limits.ts'
import { standingApprovalsContract } from '../../../test/contract/standing-approvals.ts'
import { taskSignalsContract } from '../../../test/contract/task-signals.ts'
import { createMemoryAccessStore } from './access-store.ts'
import { createMemoryActionStore } from './action-store.ts'
import { createMemoryArtifactStore } from './artifact-store.ts'
import { createMemoryAuditLog } from './audit-log.ts'
import { createMemoryCardStore } from './card-store.ts'
import { createMemoryChatStore } from './chat-store.ts'
import { createMemoryConversationStore } from './conversation-store.ts'
import { createMemoryCredentialStore } from './credential-store.ts'
import { createMemoryFactStore } from './fact-store.ts'
import { createMemoryIdentityStore } from './identity-store.ts'
import { createMemoryInbox } from './inbox.ts'
import { createMemoryLeases } from './leases.ts'
import { createMemoryLedger } from './ledger.ts'
import { createMemoryMemberStore } from './member-store.ts'
import { createMemoryMemoStore } from './memo-store.ts'
import { createMemoryMemoryFiles } from './memory-files.ts'
import { createMemoryObjectStore } from './object-store.ts'
import { createMemoryOutbox } from './outbox.ts'
import { createMemoryPersonData } from './person-data.ts'
import { createMemorySecretStore } from './secret-store.ts'
import type { MemoryOfSecrets } from './secret-store.ts'
import { createMemoryPreviewStore } from './preview-store.ts'
import { createMemoryPromptCache } from './prompt-cache.ts'
import { createMemoryRateLimits } from './rate-limits.ts'
import { createMemoryStandingApprovals } from './standing-approvals.ts'
import { createTaskRecords } from './task-records.ts'
import { createMemoryTaskQueue } from './task-queue.ts'
import { createMemoryTaskSignals } from './task-signals.ts'
import { createMemoryTaskStore } from './task-store.ts'

const close = async () => undefined

ledgerContract('memory', async () => {
  const records = createTaskRecords()
  return { store: createMemoryTaskStore(records, createSystemClock()), ledger: createMemoryLedger(records), close }
})
conversationStoreContract('memory', async () => {
  const records = createTaskRecords()
  const store = createMemoryTaskStore(records, createSystemClock())
  const artifacts = createMemoryArtifactStore(records)
  return { store, conversations: createMemoryConversationStore(records), artifacts, close }
})
artifactStoreContract('memory', async () => ({ artifacts: createMemoryArtifactStore(), close }))
personDataContract('memory', async () => {
  const clock = createSystemClock()
  const records = createTaskRecords()
  const facts = new Map()
  const [members, standing] = [createMemoryMemberStore(), createMemoryStandingApprovals()]
  const secrets: MemoryOfSecrets = { kept: new Map(), uses: new Map() }
  return {
    personData: createMemoryPersonData({ records, facts, members, standing, secrets }),
    secrets: createMemorySecretStore(secrets),
    audit: createMemoryAuditLog(records.audit),
    store: createMemoryTaskStore(records, clock),
    queue: createMemoryTaskQueue(records, clock),
    conversations: createMemoryConversationStore(records),
    artifacts: createMemoryArtifactStore(records),
    facts: createMemoryFactStore(facts),
    members,
    standing,
    ledger: createMemoryLedger(records),
    close,
  }
})
auditLogContract('memory', async () => {
  const audit = createMemoryAuditLog()
  return { audit, elsewhere: audit, close }
})
previewStoreContract('memory', async () => ({ previews: createMemoryPreviewStore(), close }))
accessStoreContract('memory', async () => ({ access: createMemoryAccessStore(), close }))
credentialStoreContract('memory', async () => ({
  credentials: createMemoryCredentialStore(createSystemClock()),
  close,
}))
rateLimitsContract('memory', async () => {
  const clock = createSystemClock()
  const rates = createMemoryRateLimits(clock)
  return { rates, elsewhere: rates, pass: (ms) => clock.sleep(ms), close }
})
promptCacheContract('memory', async () => {
  const clock = createSystemClock()
  const cache = createMemoryPromptCache(clock)
  return { cache, elsewhere: cache, pass: (ms) => clock.sleep(ms), close }
})
objectStoreContract('memory', async () => ({ objects: createMemoryObjectStore(), close }))
factStoreContract('memory', async () => ({ facts: createMemoryFactStore(), close }))
identityStoreContract('memory', async () => ({ identities: createMemoryIdentityStore(), close }))
memoryFilesContract('memory', async () => ({ memoryFiles: createMemoryMemoryFiles(), close }))
taskSignalsContract('memory', async () => ({ ends: [createMemoryTaskSignals()], close }), 1)

inboxContract('memory', async () => {
  const inbox = createMemoryInbox()
  return { inbox, elsewhere: inbox, close }
})
async function openOutbox() {
  const outbox = createMemoryOutbox(createSystemClock())
  return { outbox, elsewhere: outbox, close }
}
outboxContract('memory', openOutbox)
outboxUpkeepContract('memory', openOutbox)
leasesContract('memory', async () => {
  const clock = createSystemClock()
  return { leases: createMemoryLeases(clock), pass: (ms) => clock.sleep(ms), close }
})
async function openChats() {
  const records = createTaskRecords()
  const store = createMemoryTaskStore(records, createSystemClock())
  const conversations = createMemoryConversationStore(records)
  return { chats: createMemoryChatStore(records), store, conversations, close }
}
chatStoreContract('memory', openChats)
chatMovesContract('memory', openChats)
cardStoreContract('memory', async () => ({ cards: createMemoryCardStore(), close }))
actionStoreContract('memory', async () => ({ actions: createMemoryActionStore(createSystemClock()), close }))
memberStoreContract('memory', async () => ({ members: createMemoryMemberStore(), close }))
memoStoreContract('memory', async () => ({ memos: createMemoryMemoStore(), close }))
standingApprovalsContract('memory', async () => ({ standing: createMemoryStandingApprovals(), close }))
