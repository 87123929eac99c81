// The stores' contracts against a real PostgreSQL: a database of its own for each test.
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import type { PostgresStores } from '../../src/adapters/postgres/connect.ts'
import { accessStoreContract } from '../contract/access-store.ts'
import { actionStoreContract } from '../contract/action-store.ts'
import { artifactStoreContract } from '../contract/artifact-store.ts'
import { cardStoreContract } from '../contract/card-store.ts'
import { chatMovesContract } from '../contract/chat-moves.ts'
import { chatStoreContract } from '../contract/chat-store.ts'
import { conversationStoreContract } from '../contract/conversation-store.ts'
import { inboxContract } from '../contract/inbox.ts'
import { leasesContract } from '../contract/leases.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { memberStoreContract } from '../contract/member-store.ts'
import { outboxUpkeepContract } from '../contract/outbox-upkeep.ts'
import { memoStoreContract } from '../contract/memo-store.ts'
import { outboxContract } from '../contract/outbox.ts'
import { previewStoreContract } from '../contract/preview-store.ts'
import { standingApprovalsContract } from '../contract/standing-approvals.ts'
import { taskQueueContract } from '../contract/task-queue.ts'
import { taskSignalsContract } from '../contract/task-signals.ts'
import { taskStoreContract } from '../contract/task-store.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'

const log = () => undefined

const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

async function open() {
  const database = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log })
  const close = async () => {
    await stores.close()
    await database.drop()
  }
  return { ...stores, previews: stores.previewStore, close }
}

/** As two processes that share a database have it. */
async function openTwice<Parts>(choose: (one: PostgresStores, other: PostgresStores) => Parts) {
  const database = await createTestDatabase()
  const connect = () => connectPostgres({ connection: database.connection, log })
  const [one, other] = await Promise.all([connect(), connect()])
  const close = async () => {
    await Promise.all([one.close(), other.close()])
    await database.drop()
  }
  return { ...choose(one, other), close }
}

const openOutbox = () => openTwice(({ outbox }, other) => ({ outbox, elsewhere: other.outbox }))

if (withoutPostgres === false) {
  taskStoreContract('postgres', open)
  taskQueueContract('postgres', async () => ({
    ...(await open()),
    pass,
  }))
  ledgerContract('postgres', open)
  conversationStoreContract('postgres', open)
  artifactStoreContract('postgres', open)
  previewStoreContract('postgres', open)
  accessStoreContract('postgres', open)
  actionStoreContract('postgres', open)
  cardStoreContract('postgres', open)
  chatMovesContract('postgres', open)
  chatStoreContract('postgres', open)
  inboxContract('postgres', () => openTwice(({ inbox }, other) => ({ inbox, elsewhere: other.inbox })))
  memberStoreContract('postgres', open)
  memoStoreContract('postgres', open)
  outboxContract('postgres', openOutbox)
  outboxUpkeepContract('postgres', openOutbox)
  standingApprovalsContract('postgres', open)
  leasesContract('postgres', async () => ({ ...(await open()), pass }))
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
