// A database for a test: cloned from a migrated template, on the server that test/run.ts started, or for a file that is
// run by hand on one that is started here and stopped after the file's last test.
import { randomBytes } from 'node:crypto'
import { after } from 'node:test'
import { query, SERVER_VARIABLE, startTestServer, TEMPLATE } from './postgres-server.ts'
import type { ServerReport, SocketConnection, TestServer } from './postgres-server.ts'

export type TestDatabase = {
  readonly connection: SocketConnection
  /** Cuts whoever is connected. */
  readonly drop: () => Promise<void>
}

const report: ServerReport | null = readReport()
/** For `{ skip: withoutPostgres }`: false, or why there is no server. */
export const withoutPostgres: string | false = report !== null && 'unavailable' in report ? report.unavailable : false

/** Whether test/run.ts started a server: a file that is run by hand has none, until it asks for a database. */
export const hasSharedServer: boolean = report !== null && !('unavailable' in report)

/** Migrated and empty. Drop it when done; dropping takes care of forgotten connections too. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return cloneDatabase(TEMPLATE)
}

/** Without any schema: for tests of the migrations. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneDatabase('template0')
}

/** The same as DATABASE_URL, for a process of its own. */
export function databaseUrl({ connection }: TestDatabase): string {
  const { user, port, database, directory } = connection
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(directory)}`
}

async function cloneDatabase(template: string): Promise<TestDatabase> {
  const server = await findServer()
  const database = `test_${randomBytes(8).toString('hex')}`
  await query(server, `create database ${database} template ${template}`)
  return {
    connection: { ...server, database },
    drop: async () => {
      // The hooks of a file run by hand come after ours, which took the server and everything on it away.
      if (gone) return
      await query(server, `drop database if exists ${database} with (force)`)
    },
  }
}

let own: Promise<TestServer> | null = null
let gone = false

async function findServer(): Promise<SocketConnection> {
  if (report !== null) {
    if ('unavailable' in report) throw new Error(report.unavailable)
    return report.connection
  }
  own ??= startTestServer()
  return (await own).connection
}

after(async () => {
  gone = own !== null
  await (await own)?.stop()
})

function readReport(): ServerReport | null {
  const text = process.env[SERVER_VARIABLE]
  return text === undefined || text === '' ? null : JSON.parse(text)
}
