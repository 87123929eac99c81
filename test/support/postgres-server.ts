// The database server of a test run: one for all test files, in a temporary folder, with a migrated template in it.
import { access, constants, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startEmbedded } from '../../src/adapters/postgres/embedded/embedded.ts'
import { migrate } from '../../src/adapters/postgres/migrate.ts'

/** Names the server for the test processes: where it is, or in one sentence why there is none. */
export const SERVER_VARIABLE = 'FACTOTUM_TEST_POSTGRES'
export const TEMPLATE = 'factotum_template'
const MEMORY = '/dev/shm'
const ENOUGH_BYTES = 4 * 1024 ** 3

export type SocketConnection = {
  readonly type: 'socket'
  readonly directory: string
  readonly port: number
  readonly user: string
  readonly database: string
}
export type ServerReport = { readonly connection: SocketConnection } | { readonly unavailable: string }
export type TestServer = { readonly connection: SocketConnection; readonly stop: () => Promise<void> }
/** A server of its own in a temporary folder, with the template in it. Fast instead of durable. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(await fastFolder(), 'factotum-postgres-'))
  try {
    const server = await startEmbedded({ dataDir: folder, log: () => undefined, durable: false })
    const stop = async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    }
    try {
      await query(server.connection, `create database ${TEMPLATE}`)
      await migrate({ ...server.connection, database: TEMPLATE })
      return { connection: server.connection, stop }
    } catch (error) {
      await stop()
      throw error
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** In memory where there is room: nothing of it has to last, and hundreds of databases are made and dropped. */
async function fastFolder(): Promise<string> {
  try {
    const { bavail, bsize } = await statfs(MEMORY)
    await access(MEMORY, constants.W_OK)
    return bavail * bsize >= ENOUGH_BYTES ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** One statement on a connection of its own. */
export async function query(connection: SocketConnection, text: string): Promise<void> {
  const client = new Client({
    host: connection.directory,
    port: connection.port,
    user: connection.user,
    database: connection.database,
    password: '',
  })
  await client.connect()
  try {
    await client.query(text)
  } finally {
    await client.end()
  }
}
