// Which PostgreSQL it is that we talk to, for people.
import { Client } from 'pg'
import { clientConfig } from './pool.ts'
import type { Connection } from './pool.ts'

export async function serverVersion(connection: Connection): Promise<string> {
  const client = new Client(clientConfig(connection))
  try {
    await client.connect()
    const found = await client.query<{ server_version: string }>('show server_version')
    return `PostgreSQL ${found.rows[0]?.server_version ?? 'of an unknown version'}`
  } finally {
    await client.end().catch(() => undefined)
  }
}
