// One gateway on one data directory: a lock that PostgreSQL holds for as long as a connection lives, so that it goes
// with the process however that ends.
import { createHash } from 'node:crypto'
import { Client } from 'pg'
import { clientConfig } from './pool.ts'
import type { Connection } from './pool.ts'

export type DirectoryLock = { readonly release: () => Promise<void> }

/** Null when somebody else holds it. `name` tells machines and directories apart. */
export async function lockDirectory(connection: Connection, name: string): Promise<DirectoryLock | null> {
  const client = new Client(clientConfig(connection))
  // A connection that breaks loses the lock; the process finds out through its other connections.
  client.on('error', () => undefined)
  await client.connect()
  const key = createHash('sha256').update(name).digest().readBigInt64BE(0)
  const found = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [key])
  if (found.rows[0]?.locked === true) return { release: () => client.end() }
  await client.end()
  return null
}
