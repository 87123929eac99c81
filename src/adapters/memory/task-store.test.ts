import { createSystemClock } from '../system/clock.ts'
import { taskAuditContract } from '../../../test/contract/task-audit.ts'
import { taskStoreContract } from '../../../test/contract/task-store.ts'
import { createMemoryAuditLog } from './audit-log.ts'
import { createMemoryConversationStore } from './conversation-store.ts'
import { createTaskRecords } from './task-records.ts'
import { createMemoryTaskStore } from './task-store.ts'

taskStoreContract('memory', async () => {
  const records = createTaskRecords()
  return {
    store: createMemoryTaskStore(records, createSystemClock()),
    conversations: createMemoryConversationStore(records),
    close: async () => undefined,
  }
})

taskAuditContract('memory', async () => {
  const records = createTaskRecords()
  return {
    store: createMemoryTaskStore(records, createSystemClock()),
    audit: createMemoryAuditLog(records.audit),
    close: async () => undefined,
  }
})
