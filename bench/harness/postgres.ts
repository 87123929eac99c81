// The project's own embedded PostgreSQL with its own settings, on a folder of the benchmark's: both sides use this server.
import { join } from 'node:path'
import { Client } from 'pg'
import { startEmbedded } from '../../src/adapters/postgres/embedded/embedded.ts'
import type { Server } from '../sides/store.ts'
import type { BenchmarkContext } from './benchmark.ts'

export type BenchPostgres = {
  /** An empty database, so that no side meets what another has left. */
  readonly freshDatabase: () => Promise<Server>
}

export async function startPostgres({ directory, cleanUp }: BenchmarkContext): Promise<BenchPostgres> {
  const dataDir = join(directory, 'postgres')
  const embedded = await startEmbedded({ dataDir, log: () => undefined })
  cleanUp(async () => void (await embedded.stop({ ifUnused: false })))
  const { directory: host, port, user, database } = embedded.connection
  let made = 0
  return {
    freshDatabase: async () => {
      made += 1
      const name = `bench_${made}`
      const client = new Client({ host, port, user, database })
      await client.connect()
      // What an earlier side left to be written to disk is not the next one's cost.
      await client.query('checkpoint')
      await client.query(`create database ${name}`)
      await client.end()
      return { host, port, user, database: name }
    },
  }
}
