// Connections to PostgreSQL: a small pool whose every failure is one clear sentence, and which outlives a lost server.
import { DatabaseError, Pool } from 'pg'
import type { ClientConfig, PoolClient, QueryResultRow } from 'pg'
import type { Telemetry } from '../../core/ports/telemetry.ts'

/** Where the server is: `postgres://…` (PostgreSQL 15 to 18), or the folder of its unix socket. */
export type Connection =
  | string
  | {
      readonly type: 'socket'
      readonly directory: string
      readonly port: number
      readonly user: string
      readonly database: string
    }

/** A statement of the adapter: prepared under its name on each connection that runs it, unless it is to be replanned. */
export type Statement = {
  readonly name: string
  readonly text: string
  /** Only reads, and is planned each time for the values it then has: for filters that may be null, which need very different plans. */
  readonly replanned?: true
  /** More `set local …;` for a statement that is replanned. */
  readonly settings?: string
}

export type Database = {
  /** One statement, its own transaction. Throws DatabaseFailure. */
  readonly run: <Row extends QueryResultRow>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>
  /** Waits for what runs. Idempotent. */
  readonly close: () => Promise<void>
}

/** Several statements on one connection, each planned for the values it has unless said otherwise. */
export type Sessions = {
  /** All of what they write or nothing. Throws DatabaseFailure, and whatever `use` throws. */
  readonly transaction: <T>(use: (run: Database['run']) => Promise<T>) => Promise<T>
  /** As `transaction`, but each statement is prepared under its name, as `Database.run` does it: for what happens often. */
  readonly together: <T>(use: (run: Database['run']) => Promise<T>) => Promise<T>
  /**
   * The rows of reading statements one after the other, as all of it stood at one moment, however much it is. Holds a connection until
   * its end, or until whoever reads leaves.
   */
  readonly stream: <Row extends QueryResultRow>(
    statements: readonly Statement[],
    values: readonly unknown[],
  ) => AsyncIterable<{ readonly of: string; readonly row: Row }>
}

export type DatabaseDeps = { readonly connection: Connection; readonly log: Telemetry['log']; readonly size: number }

const CONNECT_TIMEOUT_MS = 10_000
// Planning the big statements costs more than running them on a small batch, so each is planned once a connection, for
// no values in particular. Such a plan may be made while the tables are empty and outlives their growth; every statement
// finds its rows through an index, so the plans that only pay on small tables are not even considered. Set by a
// statement and not at the start of the connection, which poolers refuse.
const PLANNED_ONCE = `set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off;
set enable_mergejoin = off`
const PLANNED_ANEW = `set local plan_cache_mode = force_custom_plan; set local enable_seqscan = on;
set local enable_hashjoin = on; set local enable_mergejoin = on`
const REPLANNED = `begin read only; ${PLANNED_ANEW}`
/** Rows of a stream that are fetched together. */
const FETCH = 200
// A connection at rest costs the server 12 MB; a new one 3 ms.
const IDLE_MS = 10_000

export function clientConfig(connection: Connection): ClientConfig {
  const where =
    typeof connection === 'string'
      ? { connectionString: connection }
      : {
          host: connection.directory,
          port: connection.port,
          user: connection.user,
          database: connection.database,
          // Said, so that none is looked for in the environment or in ~/.pgpass: whoever reaches the socket may use it.
          password: '',
        }
  return { ...where, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, application_name: 'factotum' }
}

export function createDatabase({ connection, log, size }: DatabaseDeps): Database & Sessions {
  const pool = new Pool({
    ...clientConfig(connection),
    max: size,
    idleTimeoutMillis: IDLE_MS,
    // The pool waits for it before anybody gets the connection.
    onConnect: async (client) => void (await client.query(PLANNED_ONCE)),
  })
  // An idle connection that breaks is dropped by the pool; without a listener it would end the process.
  pool.on('error', (error) => {
    if (closed === null) log('warn', 'An idle database connection was lost', { error: error.message })
  })
  let closed: Promise<void> | null = null
  return {
    run: async ({ name, text, replanned, settings }, values) => {
      try {
        if (replanned) return await runReplanned(pool, text, values, settings ?? '')
        return (await pool.query({ name, text, values: [...values] })).rows
      } catch (error) {
        throw databaseFailure(name, error)
      }
    },
    transaction: (use) =>
      inTransaction(pool, `begin; ${PLANNED_ANEW}`, (client) =>
        use((statement, values) => runOn(client, statement.name, statement.text, values)),
      ),
    together: (use) =>
      inTransaction(pool, 'begin', (client) =>
        use(async ({ name, text }, values) => {
          try {
            return (await client.query({ name, text, values: [...values] })).rows
          } catch (error) {
            throw databaseFailure(name, error)
          }
        }),
      ),
    stream: (statements, values) => streamFrom(pool, statements, values),
    close: () => {
      closed ??= pool.end()
      return closed
    },
  }
}

async function inTransaction<T>(pool: Pool, begin: string, use: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connected(pool)
  try {
    await runOn(client, 'begin', begin)
    const result = await use(client)
    await runOn(client, 'commit', 'commit')
    client.release()
    return result
  } catch (error) {
    // In the middle of a transaction: nobody else's connection any more.
    client.release(true)
    throw error
  }
}

async function connected(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw databaseFailure('connecting', error)
  }
}

async function runOn<Row extends QueryResultRow>(
  client: PoolClient,
  name: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  try {
    // Several statements in one text go without values only.
    const { rows } = values.length === 0 ? await client.query<Row>(text) : await client.query<Row>(text, [...values])
    return rows
  } catch (error) {
    throw databaseFailure(name, error)
  }
}

async function* streamFrom<Row extends QueryResultRow>(
  pool: Pool,
  statements: readonly Statement[],
  values: readonly unknown[],
): AsyncGenerator<{ readonly of: string; readonly row: Row }> {
  const client = await connected(pool)
  let isClean = false
  try {
    await runOn(client, 'begin', `begin isolation level repeatable read read only; ${PLANNED_ANEW}`)
    for (const { name, text } of statements) {
      await runOn(client, name, `declare reading no scroll cursor for ${text}`, values)
      for (;;) {
        const rows = await runOn<Row>(client, name, `fetch ${FETCH} from reading`)
        for (const row of rows) yield { of: name, row }
        if (rows.length < FETCH) break
      }
      await runOn(client, name, 'close reading')
    }
    await runOn(client, 'commit', 'commit')
    isClean = true
  } finally {
    client.release(!isClean)
  }
}

async function runReplanned<Row extends QueryResultRow>(
  pool: Pool,
  text: string,
  values: readonly unknown[],
  settings: string,
) {
  const client = await pool.connect()
  try {
    await client.query(`${REPLANNED};${settings}`)
    const { rows } = await client.query<Row>({ text, values: [...values] })
    await client.query('commit')
    client.release()
    return rows
  } catch (error) {
    // In the middle of a transaction: nobody else's connection any more.
    client.release(true)
    throw error
  }
}

/** Every failure of this adapter. `refused` tells a statement that the server understood and refused from a lost server. */
export class DatabaseFailure extends Error {
  readonly refused: boolean
  constructor(message: string, refused: boolean, cause: unknown) {
    super(message, { cause })
    this.name = 'DatabaseFailure'
    this.refused = refused
  }
}

/** SQLSTATE classes that mean the server and not the statement: connection, resources, operator, system, internal. */
const SERVER_CLASSES: ReadonlySet<string> = new Set(['08', '53', '57', '58', 'XX'])
const DISK_FULL = '53100'
const UNIQUE_VIOLATION = '23505'

/** Whether the statement was refused because a row of that key is there already. */
export function isDuplicate(error: unknown): boolean {
  return (
    error instanceof DatabaseFailure && error.cause instanceof DatabaseError && error.cause.code === UNIQUE_VIOLATION
  )
}

/** `doing` is a word or two for the operator, e.g. the statement's name. */
export function databaseFailure(doing: string, error: unknown): DatabaseFailure {
  if (error instanceof DatabaseError && error.code !== undefined) {
    if (error.code === DISK_FULL) return new DatabaseFailure('The disk of the database is full.', false, error)
    const refused = !SERVER_CLASSES.has(error.code.slice(0, 2))
    return new DatabaseFailure(`The database refused "${doing}": ${error.message}`, refused, error)
  }
  return new DatabaseFailure(`The database can't be reached (${doing}): ${reasonOf(error)}`, false, error)
}

/** Refusals of several addresses come as one AggregateError without a message. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error && error.message !== '' ? error.message : String(error)
}
