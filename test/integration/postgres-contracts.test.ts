// The contracts of the stores of tasks against a real PostgreSQL: a database of its own for each test.
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { accessStoreContract } from '../contract/access-store.ts'
import { artifactStoreContract } from '../contract/artifact-store.ts'
import { auditLogContract } from '../contract/audit-log.ts'
import { conversationStoreContract } from '../contract/conversation-store.ts'
import { credentialStoreContract } from '../contract/credential-store.ts'
import { factStoreContract } from '../contract/fact-store.ts'
import { identityStoreContract } from '../contract/identity-store.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { personDataContract } from '../contract/person-data.ts'
import { previewStoreContract } from '../contract/preview-store.ts'
import { promptCacheContract } from '../contract/prompt-cache.ts'
import { rateLimitsContract } from '../contract/rate-limits.ts'
import { taskAuditContract } from '../contract/task-audit.ts'
import { secretStoreContract } from '../contract/secret-store.ts'
import { taskQueueContract } from '../contract/task-queue.ts'
import { taskSignalsContract } from '../contract/task-signals.ts'
import { taskStoreContract } from '../contract/task-store.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'
import { log, openStores, openTwice, pass } from './postgres-stores.ts'

if (withoutPostgres === false) {
  taskStoreContract('postgres', openStores)
  taskAuditContract('postgres', openStores)
  taskQueueContract('postgres', async () => ({
    ...(await openStores()),
    pass,
  }))
  ledgerContract('postgres', openStores)
  conversationStoreContract('postgres', openStores)
  artifactStoreContract('postgres', openStores)
  personDataContract('postgres', openStores)
  previewStoreContract('postgres', openStores)
  accessStoreContract('postgres', openStores)
  auditLogContract('postgres', () => openTwice((one, other) => ({ audit: one.audit, elsewhere: other.audit })))
  credentialStoreContract('postgres', openStores)
  rateLimitsContract('postgres', async () => ({
    ...(await openTwice((one, other) => ({ rates: one.rates, elsewhere: other.rates }))),
    pass,
  }))
  promptCacheContract('postgres', async () => ({
    ...(await openTwice((one, other) => ({ cache: one.promptCache, elsewhere: other.promptCache }))),
    pass,
  }))
  factStoreContract('postgres', openStores)
  identityStoreContract('postgres', openStores)
  secretStoreContract('postgres', openStores)
  taskSignalsContract(
    'postgres',
    async (processes) => {
      const database = await createTestDatabase()
      const connection = database.connection
      const ends = await Promise.all(Array.from({ length: processes }, () => connectPostgres({ connection, log })))
      const close = async () => {
        await Promise.all(ends.map((end) => end.close()))
        await database.drop()
      }
      return { ends: ends.map(({ signals }) => signals), close }
    },
    3,
  )
}
