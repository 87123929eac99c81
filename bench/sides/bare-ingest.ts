// The least that takes a request over HTTP durably: node:http, one row, and the same kind of group commit.
import { createServer } from 'node:http'
import { Pool } from 'pg'
import { z } from 'zod'

const GIVEN = z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() })
const pool = new Pool({ ...GIVEN.parse(JSON.parse(process.argv[2] ?? '')), max: 4 })
await pool.query(
  'create table if not exists inbox (id bigint generated always as identity primary key, body json not null)',
)

type Waiting = { readonly body: string; readonly done: () => void; readonly failed: (error: unknown) => void }
let waiting: Waiting[] = []
let underWay = 0

/** Two batches at once at most; what comes meanwhile goes together. */
async function write(): Promise<void> {
  if (underWay >= 2 || waiting.length === 0) return
  const batch = waiting
  waiting = []
  underWay += 1
  try {
    const text = 'insert into inbox (body) select unnest($1::json[])'
    await pool.query({ name: 'insert', text, values: [batch.map(({ body }) => body)] })
    for (const { done } of batch) done()
  } catch (error) {
    for (const { failed } of batch) failed(error)
  } finally {
    underWay -= 1
    void write()
  }
}

const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.on('end', () => {
    const answer = (status: number) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end('{"ok":true}')
    }
    waiting.push({ body, done: () => answer(201), failed: () => answer(500) })
    setImmediate(() => void write())
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`)
})
