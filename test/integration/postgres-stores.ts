// Opens the stores on a database of their own, as one process has them or as two do, for the tests of their contracts.
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import type { PostgresStores } from '../../src/adapters/postgres/connect.ts'
import { createTestDatabase } from '../support/postgres.ts'

export const log = () => undefined

export const pass = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export async function openStores() {
  const database = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log })
  const close = async () => {
    await stores.close()
    await database.drop()
  }
  return { ...stores, previews: stores.previewStore, close }
}

/** As two processes that share a database have it. */
export async function openTwice<Parts>(choose: (one: PostgresStores, other: PostgresStores) => Parts) {
  const database = await createTestDatabase()
  const connect = () => connectPostgres({ connection: database.connection, log })
  const [one, other] = await Promise.all([connect(), connect()])
  const close = async () => {
    await Promise.all([one.close(), other.close()])
    await database.drop()
  }
  return { ...choose(one, other), close }
}
