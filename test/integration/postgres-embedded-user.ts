// A process that uses the embedded server, for the tests that kill it: starts it, says so, and stops on request.
// Arguments: the data directory. On stdin: `stop` leaves it if nobody else is there, `stop!` in any case.
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { startEmbedded } from '../../src/adapters/postgres/embedded/embedded.ts'

const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

try {
  const server = await startEmbedded({ dataDir: process.argv[2] ?? '', log: () => undefined, durable: false })
  const { directory: host, port, user, database } = server.connection
  const client = new Client({ host, port, user, database, password: '' })
  await client.connect()
  const found = await client.query<{ began: string }>('select pg_postmaster_start_time()::text as began')
  await client.end()
  say({ type: 'up', connection: server.connection, began: found.rows[0]?.began })
  for await (const line of createInterface({ input: process.stdin })) {
    say({ type: 'stopped', stopped: await server.stop({ ifUnused: line !== 'stop!' }) })
    break
  }
  process.exit(0)
} catch (error) {
  say({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
  process.exit(1)
}
