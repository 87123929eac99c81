// Brings the schema up to what this program knows: numbered SQL files, forward only, each in its own transaction.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { Client } from 'pg'
import { clientConfig, databaseFailure } from './pool.ts'
import type { Connection } from './pool.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'

export type Migration = { readonly version: number; readonly name: string; readonly sql: string }

const FOLDER = new URL('../../../migrations/', import.meta.url)
const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/
// Any number that nobody else in the database locks; all processes have to take the same.
const LOCK = 7_304_551
const OLDEST = 15

/** In the order of their numbers. Throws for a file that is not named `0001_what_it_does.sql`, and for a gap. */
export async function readMigrations(folder: URL = FOLDER): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(FILE_NAME.exec(name)?.[1] ?? Number.NaN)
      if (version !== index + 1) throw new Error(`migrations/${name} is not number ${index + 1}, which comes next`)
      return { version, name, sql: await readFile(new URL(name, folder), 'utf8') }
    }),
  )
}

/**
 * Applies what is missing; returns the names of what it applied. Processes that start together take turns. A schema
 * that is newer than this program is accepted: migrations only ever add what the former release can live with.
 * Throws when a file was edited after it had been applied, and when the server refuses one (nothing of it then stays).
 */
export async function migrate(connection: Connection, migrations?: readonly Migration[]): Promise<readonly string[]> {
  const known = migrations ?? (await readMigrations())
  const client = new Client(clientConfig(connection))
  // Told by the statement under way; without a listener a cut connection would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect().catch((error: unknown) => {
      throw databaseFailure('connecting', error)
    })
    await refuseOld(client)
    const applied = await readApplied(client)
    refuseEdited(known, applied)
    if (known.every((migration) => applied.has(migration.version))) return []
    return await applyMissing(client, known)
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function applyMissing(client: Client, known: readonly Migration[]): Promise<readonly string[]> {
  const names: string[] = []
  // A lock of the session: it holds across the transactions, and goes with the connection whatever happens.
  await client.query('select pg_advisory_lock($1)', [LOCK])
  await client.query(`create table if not exists schema_migrations (
    version integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now()
  )`)
  const applied = await readApplied(client)
  for (const migration of known.filter(({ version }) => !applied.has(version))) {
    await client.query('begin')
    try {
      await client.query(migration.sql)
      await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
        migration.version,
        migration.name,
        checksum(migration),
      ])
      await client.query('commit')
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      const reason = messageOf(error)
      throw new Error(`The database refused migration ${migration.name}: ${reason}`, { cause: error })
    }
    names.push(migration.name)
  }
  return names
}

async function refuseOld(client: Client): Promise<void> {
  const found = await client.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::integer as number, current_setting('server_version') as version`,
  )
  const [row] = found.rows
  if (row !== undefined && row.number < OLDEST * 10_000) {
    throw new Error(`The database server is PostgreSQL ${row.version}; it has to be ${OLDEST} or newer.`)
  }
}

async function readApplied(client: Client): Promise<ReadonlyMap<number, string>> {
  const exists = await client.query<{ there: boolean }>(`select to_regclass('schema_migrations') is not null as there`)
  if (exists.rows[0]?.there !== true) return new Map()
  const rows = await client.query<{ version: number; checksum: string }>(
    'select version, checksum from schema_migrations',
  )
  return new Map(rows.rows.map((row) => [row.version, row.checksum]))
}

function refuseEdited(known: readonly Migration[], applied: ReadonlyMap<number, string>): void {
  for (const migration of known) {
    const recorded = applied.get(migration.version)
    if (recorded === undefined || recorded === checksum(migration)) continue
    throw new Error(
      `migrations/${migration.name} was changed after this database had applied it: restore the file and write a new migration instead.`,
    )
  }
}

/** Over the text with plain line ends, so that a checkout on Windows gives the same. */
function checksum({ sql }: Migration): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}
