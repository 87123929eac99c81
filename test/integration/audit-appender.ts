// A process that does nothing but append to the audit log, until somebody kills it. Prints the number of each entry that is durable.
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { entry } from '../contract/audit-log.ts'

const { audit } = await connectPostgres({ connection: process.argv[2] ?? '', log: () => undefined })
const lanes = Array.from({ length: 4 }, async (_, lane) => {
  for (let count = 0; ; count += 1) {
    const { seq } = await audit.append([entry(`${process.pid}/${lane}/${count}`), entry('and another')])
    process.stdout.write(`${seq}\n`)
  }
})
await Promise.all(lanes)
