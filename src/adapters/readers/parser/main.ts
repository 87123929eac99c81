// The process that opens documents: it may read nothing but its own code, knows no secret, and is killed with whatever
// a document did to it. In: a line of JSON, then the bytes. Out: one line of JSON.
import { parse } from './parse.ts'

// Libraries write to the console; what we answer must stand alone.
for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) console[level] = () => {}

const chunks: Buffer[] = []
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
const input = Buffer.concat(chunks)
const end = input.indexOf(10)
const { name, mediaType }: { name: string; mediaType: string } = JSON.parse(input.subarray(0, end).toString('utf8'))
const parsed = await parse({ bytes: new Uint8Array(input.subarray(end + 1)), name, mediaType })
process.stdout.write(`${JSON.stringify(parsed)}\n`)
