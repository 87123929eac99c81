// A connection that says "somebody uses this server" for as long as its process lives, so that the last one out, and
// nobody earlier, may stop it.
import { Client } from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientConfig } from '../pool.ts'
import type { Connection } from '../pool.ts'

export type Presence = {
  readonly client: Client
  /** Resolves when the connection is over, however that came about. */
  readonly ended: Promise<void>
}

// Shared by everybody present; the one that would stop the server needs it alone.
const LOCK = 7_304_552
// A client that has just hung up is listed until its backend has noticed.
const LEAVING_MS = 500

/** Null when the server does not take connections now, or serves another cluster. */
export async function bePresent(connection: Connection, cluster: string): Promise<Presence | null> {
  const client = new Client({ ...clientConfig(connection), application_name: 'factotum presence' })
  const ended = new Promise<void>((resolve) => {
    client.on('end', resolve)
    client.on('error', () => resolve())
  })
  try {
    await client.connect()
    const shown = await client.query<{ data_directory: string }>('show data_directory')
    if (shown.rows[0]?.data_directory !== cluster) throw new Error('another cluster')
    // Waits while somebody is about to stop the server, and fails when they do.
    await client.query('select pg_advisory_lock_shared($1)', [LOCK])
    return { client, ended }
  } catch {
    await client.end().catch(() => undefined)
    return null
  }
}

/**
 * True when nobody else is there: newcomers then wait until this connection ends. False leaves everything as it is but
 * for our own sign.
 */
export async function isLast({ client }: Presence): Promise<boolean> {
  await client.query('select pg_advisory_unlock_shared($1)', [LOCK])
  const alone = await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [LOCK])
  if (alone.rows[0]?.got !== true) return false
  const until = Date.now() + LEAVING_MS
  for (;;) {
    const others = await client.query<{ some: boolean }>(`
      select exists (
        select from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid() and application_name <> 'factotum presence'
      ) as some`)
    if (others.rows[0]?.some !== true) return true
    if (Date.now() > until) return false
    await sleep(20)
  }
}
