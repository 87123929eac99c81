// Migrations on a real server: once, in order, never edited, and the schema's lists are the vocabulary's.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { Client } from 'pg'
import type { QueryResultRow } from 'pg'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { migrate, readMigrations } from '../../src/adapters/postgres/migrate.ts'
import { TASK_STATUSES, TASK_TYPES } from '../../src/core/vocabulary/task.ts'
import { MODEL_TIERS } from '../../src/core/vocabulary/usage.ts'
import { createEmptyDatabase, createTestDatabase, withoutPostgres } from '../support/postgres.ts'
import type { SocketConnection } from '../support/postgres-server.ts'

const options = { skip: withoutPostgres }

test('twenty processes that start at once migrate once', options, async () => {
  const database = await createEmptyDatabase()
  try {
    const applied = await Promise.all(Array.from({ length: 20 }, () => migrate(database.connection)))
    const known = (await readMigrations()).map(({ name }) => name)
    assert.deepEqual(applied.flat(), known)
    assert.deepEqual(await migrate(database.connection), [])
  } finally {
    await database.drop()
  }
})

test('a migration that was edited after it had been applied is refused, in a sentence', options, async () => {
  const database = await createEmptyDatabase()
  try {
    const [first, ...rest] = await readMigrations()
    assert.ok(first)
    await migrate(database.connection, [first, ...rest])
    const edited = { ...first, sql: `${first.sql}\n-- a small improvement\n` }
    await assert.rejects(
      migrate(database.connection, [edited, ...rest]),
      /0001_tasks\.sql was changed after this database had applied it/,
    )
    const withOtherLineEnds = { ...first, sql: first.sql.replaceAll('\n', '\r\n') }
    assert.deepEqual(await migrate(database.connection, [withOtherLineEnds, ...rest]), [])
  } finally {
    await database.drop()
  }
})

test('a migration that fails leaves nothing behind, and the ones before it stay', options, async () => {
  const database = await createEmptyDatabase()
  try {
    const good = { version: 1, name: '0001_good.sql', sql: 'create table good (a integer);' }
    const bad = {
      version: 2,
      name: '0002_bad.sql',
      sql: 'create table half (a integer); create table half (a integer);',
    }
    await assert.rejects(migrate(database.connection, [good, bad]), /refused migration 0002_bad\.sql/)
    const tables = await query<{ name: string }>(
      database.connection,
      `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
    )
    assert.deepEqual(
      tables.map(({ name }) => name),
      ['good', 'schema_migrations'],
    )
    const mended = { ...bad, sql: 'create table half (a integer);' }
    assert.deepEqual(await migrate(database.connection, [good, mended]), ['0002_bad.sql'])
  } finally {
    await database.drop()
  }
})

test('a schema newer than the program is accepted, and works', options, async () => {
  const database = await createTestDatabase()
  try {
    const known = await readMigrations()
    const next = { version: known.length + 1, name: '9999_next.sql', sql: 'alter table tasks add column extra text' }
    await migrate(database.connection, [...known, next])
    const stores = await connectPostgres({ connection: database.connection, log: () => undefined })
    assert.equal(await stores.isReady(), true)
    assert.deepEqual((await stores.store.list({ userId: null, statuses: null, limit: 1, cursor: null })).items, [])
    await stores.close()
  } finally {
    await database.drop()
  }
})

test('a gap in the numbers, or a strange name, is refused', options, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  try {
    await writeFile(join(folder, '0001_one.sql'), 'select 1')
    await writeFile(join(folder, '0003_three.sql'), 'select 1')
    await assert.rejects(readMigrations(pathToFileURL(`${folder}/`)), /0003_three\.sql is not number 2/)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('the lists in the schema are those of the vocabulary', options, async () => {
  const database = await createTestDatabase()
  try {
    const checks = await query<{ name: string; definition: string }>(
      database.connection,
      `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'c'`,
    )
    const allowed = (column: string) => {
      const found = checks.find(({ name }) => name === column)
      assert.ok(found, `${column} has a check`)
      return [...found.definition.matchAll(/'([a-z_]+)'::text/g)].map(([, value]) => String(value)).toSorted()
    }
    assert.deepEqual(allowed('tasks_status_check'), [...TASK_STATUSES].toSorted())
    assert.deepEqual(allowed('tasks_task_type_check'), [...TASK_TYPES].toSorted())
    assert.deepEqual(allowed('ledger_tier_check'), [...MODEL_TIERS].toSorted())
  } finally {
    await database.drop()
  }
})

async function query<Row extends QueryResultRow>(connection: SocketConnection, text: string): Promise<Row[]> {
  const { directory: host, port, user, database } = connection
  const client = new Client({ host, port, user, database, password: '' })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}
