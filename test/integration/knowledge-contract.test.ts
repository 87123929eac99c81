// The contract of knowledge in memory, in an embedded PostgreSQL without pgvector, and in one that has it.
import { createMemoryKnowledgeStore } from '../../src/adapters/memory/knowledge-store.ts'
import { createPostgresKnowledgeStore } from '../../src/adapters/postgres/knowledge-store.ts'
import { createDatabase } from '../../src/adapters/postgres/pool.ts'
import { knowledgeStoreContract } from '../contract/knowledge-store.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'
import { openPglite } from './pglite-database.ts'
import { log } from './postgres-stores.ts'

knowledgeStoreContract('memory', async () => {
  const knowledge = createMemoryKnowledgeStore()
  return { knowledge, elsewhere: knowledge, close: async () => undefined }
})

if (withoutPostgres === false) {
  knowledgeStoreContract('postgres, compared in the process', async () => {
    const clone = await createTestDatabase()
    const databases = [1, 2].map(() => createDatabase({ connection: clone.connection, log, size: 4 }))
    const [knowledge, elsewhere] = databases.map((database) => createPostgresKnowledgeStore({ database, log }))
    if (knowledge === undefined || elsewhere === undefined) throw new Error('unreachable')
    const close = async () => {
      await Promise.all(databases.map((database) => database.close()))
      await clone.drop()
    }
    return { knowledge, elsewhere, close }
  })
}

knowledgeStoreContract('postgres with pgvector', async () => {
  const database = await openPglite()
  const [knowledge, elsewhere] = [1, 2].map(() => createPostgresKnowledgeStore({ database, log }))
  if (knowledge === undefined || elsewhere === undefined) throw new Error('unreachable')
  return { knowledge, elsewhere, close: database.close }
})
