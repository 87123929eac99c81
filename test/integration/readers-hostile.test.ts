// Files that attack their reader: the process that opens them ends, whatever they do to it, and nothing of it is left.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { DOCUMENT_LIMITS, readApart, withoutNetwork } from '../../src/adapters/readers/document-process.ts'
import { noise } from '../contract/local-readers.ts'
import { gzipOf, lyingZip, zipBomb } from '../support/sample-files.ts'
import { fileOf, never, saidBy } from './readers-ground.ts'

const folder = mkdtempSync(join(tmpdir(), 'factotum-parsers-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const limits = { ...DOCUMENT_LIMITS, timeoutMs: 4_000 }

/** A reader that has been taken over: it runs this program. */
async function takenOver(program: string, more: Partial<typeof limits> = {}, signal = never): Promise<string> {
  const path = join(mkdtempSync(join(folder, 'parser-')), 'main.mjs')
  writeFileSync(path, program)
  return saidBy(await readApart(fileOf('a.txt', 'words'), { ...limits, ...more }, signal, path))
}

const answering = (expression: string): string =>
  `const said = await (async () => ${expression})().catch((error) => 'refused: ' + (error.code ?? error.name))
process.stdout.write(JSON.stringify({ type: 'read', text: String(said), about: {}, format: 'x', truncated: false }))`

test('a reader that hangs is killed', async () => {
  assert.match(await takenOver('for (;;) {}', { timeoutMs: 500 }), /takes too long/)
  assert.match(await takenOver('setInterval(() => {}, 1000)', { timeoutMs: 500 }), /takes too long/)
})

test('a reader that crashes, says nothing, or says something else has failed', async () => {
  const broke = /broke its reader/
  assert.match(await takenOver('throw new Error("a\\nb")'), broke)
  assert.match(await takenOver(''), broke)
  assert.match(await takenOver('process.stdout.write(JSON.stringify({ type: "read", text: 7 }))'), broke)
  assert.match(await takenOver('process.stdout.write("{}"); process.exit(3)'), broke)
  assert.match(await takenOver('process.abort()'), broke)
})

test('memory, of objects and of buffers, is bounded', async () => {
  const small = { memoryMegabytes: 64, timeoutMs: 20_000 }
  assert.match(await takenOver('const all = []; for (;;) all.push({ a: [1, 2, 3] })', small), /broke its reader|memory/)
  const buffers = 'const all = []; setInterval(() => all.push(Buffer.alloc(20_000_000, 1)), 5)'
  assert.match(await takenOver(buffers, small), /too much memory/)
})

test('a flood of words is cut off', async () => {
  const flood = 'const line = "x".repeat(100_000); for (;;) process.stdout.write(line)'
  assert.match(await takenOver(flood, { timeoutMs: 20_000 }), /more than can be taken in|broke its reader/)
})

test('a reader that was taken over reads no file, starts no program, writes nothing and knows no secret', async () => {
  const refused = 'refused: ERR_ACCESS_DENIED'
  assert.equal(await takenOver(answering(`(await import('node:fs')).readFileSync('/etc/passwd', 'utf8')`)), refused)
  assert.equal(await takenOver(answering(`(await import('node:fs')).writeFileSync('/tmp/x', 'x')`)), refused)
  assert.equal(await takenOver(answering(`(await import('node:child_process')).execFileSync('id')`)), refused)
  assert.equal(
    await takenOver(answering(`new ((await import('node:worker_threads')).Worker)('0', { eval: true })`)),
    refused,
  )
  assert.match(await takenOver(answering(`eval('1 + 1')`)), /^refused: /)
  assert.equal(await takenOver(answering(`JSON.stringify(Object.keys(process.env))`)), '[]')
})

test('a reader that was taken over reaches nobody', async (t) => {
  if ((await withoutNetwork()).length === 0) return t.skip('this machine gives no network of its own to a process')
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    response.end('secret')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  assert.match(await takenOver(answering(`(await fetch('http://127.0.0.1:${port}/')).text()`)), /^refused: /)
  assert.equal(asked, 0)
})

test('whoever gives up leaves no process behind', async () => {
  const stop = new AbortController()
  const reading = takenOver('setInterval(() => {}, 1000)', {}, stop.signal)
  await setTimeout(300)
  stop.abort()
  assert.match(await reading, /stopped/)
  for (let looked = 0; looked < 100 && parsersAlive() > 0; looked += 1) await setTimeout(50)
  assert.equal(parsersAlive(), 0)
})

test('bombs and noise are told of, and the reader ends', async () => {
  const said = async (bytes: Uint8Array): Promise<string> =>
    saidBy(await readApart(fileOf('a', bytes), DOCUMENT_LIMITS, never))
  assert.match(await said(zipBomb()), /unpacks to far more than it should/)
  assert.match(await said(lyingZip()), /^\[/)
  assert.match(await said(gzipOf(new Uint8Array(90_000_000))), /^\[/)
  assert.match(await said(noise(49_000_000)), /^\[Nothing here knows/)
  assert.match(await said(new Uint8Array(50_000_001)), /larger than the 50 MB/)
})

/** Processes whose program lies in our folder. */
function parsersAlive(): number {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
  return commands.filter((command) => command.includes(folder)).length
}
