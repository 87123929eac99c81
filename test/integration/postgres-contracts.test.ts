// The stores' contracts against a real PostgreSQL: a database of its own for each test.
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { accessStoreContract } from '../contract/access-store.ts'
import { artifactStoreContract } from '../contract/artifact-store.ts'
import { conversationStoreContract } from '../contract/conversation-store.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { previewStoreContract } from '../contract/preview-store.ts'
import { taskQueueContract } from '../contract/task-queue.ts'
import { taskSignalsContract } from '../contract/task-signals.ts'
import { taskStoreContract } from '../contract/task-store.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'

const log = () => undefined

async function open() {
  const database = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log })
  const close = async () => {
    await stores.close()
    await database.drop()
  }
  return { ...stores, previews: stores.previewStore, close }
}

if (withoutPostgres === false) {
  taskStoreContract('postgres', open)
  taskQueueContract('postgres', async () => ({
    ...(await open()),
    pass: (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  }))
  ledgerContract('postgres', open)
  conversationStoreContract('postgres', open)
  artifactStoreContract('postgres', open)
  previewStoreContract('postgres', open)
  accessStoreContract('postgres', open)
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
