import { createSystemClock } from '../system/clock.ts'
import { accessStoreContract } from '../../../test/contract/access-store.ts'
import { artifactStoreContract } from '../../../test/contract/artifact-store.ts'
import { conversationStoreContract } from '../../../test/contract/conversation-store.ts'
import { ledgerContract } from '../../../test/contract/ledger.ts'
import { objectStoreContract } from '../../../test/contract/object-store.ts'
import { previewStoreContract } from '../../../test/contract/preview-store.ts'
import { taskSignalsContract } from '../../../test/contract/task-signals.ts'
import { createMemoryAccessStore } from './access-store.ts'
import { createMemoryArtifactStore } from './artifact-store.ts'
import { createMemoryConversationStore } from './conversation-store.ts'
import { createMemoryLedger } from './ledger.ts'
import { createMemoryObjectStore } from './object-store.ts'
import { createMemoryPreviewStore } from './preview-store.ts'
import { createTaskRecords } from './task-records.ts'
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
  return { store, conversations: createMemoryConversationStore(records), close }
})
artifactStoreContract('memory', async () => ({ artifacts: createMemoryArtifactStore(), close }))
previewStoreContract('memory', async () => ({ previews: createMemoryPreviewStore(), close }))
accessStoreContract('memory', async () => ({ access: createMemoryAccessStore(), close }))
objectStoreContract('memory', async () => ({ objects: createMemoryObjectStore(), close }))
taskSignalsContract('memory', async () => ({ ends: [createMemoryTaskSignals()], close }), 1)
