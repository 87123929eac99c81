import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createAnchorFile } from './anchor-file.ts'

const HASH = 'ab'.repeat(32)
const AT = new Date('2026-03-01T10:00:00.123Z')

test('what was appended is read again, by any of the keys', async (t) => {
  const path = await newPath(t)
  const file = createAnchorFile({ path, keys: async () => ['new', 'old'] })
  assert.deepEqual(await Array.fromAsync(file.read()), [])
  await createAnchorFile({ path, keys: async () => ['old'] }).append({ seq: 1, hash: HASH, at: AT })
  await file.append({ seq: 12_345, hash: HASH, at: AT })
  assert.deepEqual(await Array.fromAsync(file.read()), [
    { type: 'anchor', seq: 1, hash: HASH, at: AT },
    { type: 'anchor', seq: 12_345, hash: HASH, at: AT },
  ])
  if (process.platform !== 'win32') assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('lines of many appenders at once stay whole', async (t) => {
  const path = await newPath(t)
  const files = [1, 2, 3].map(() => createAnchorFile({ path, keys: async () => ['key'] }))
  await Promise.all(
    Array.from({ length: 60 }, async (_, index) => files[index % 3]?.append({ seq: index + 1, hash: HASH, at: AT })),
  )
  const lines = await Array.fromAsync(createAnchorFile({ path, keys: async () => ['key'] }).read())
  assert.deepEqual(
    lines.map((line) => (line.type === 'anchor' ? line.seq : line.problem)).toSorted((a, b) => Number(a) - Number(b)),
    Array.from({ length: 60 }, (_, index) => index + 1),
  )
})

test('what was changed, forged or torn says nothing, and takes no other line along', async (t) => {
  const path = await newPath(t)
  const file = createAnchorFile({ path, keys: async () => ['key'] })
  await file.append({ seq: 1, hash: HASH, at: AT })
  await createAnchorFile({ path, keys: async () => ['another'] }).append({ seq: 2, hash: HASH, at: AT })
  const text = await readFile(path, 'utf8')
  await writeFile(
    path,
    `${text}${text.split('\n')[0]?.replace('"seq":1', '"seq":3')}\nnonsense\n\n${text.slice(0, 50)}`,
  )
  await file.append({ seq: 4, hash: HASH, at: AT })
  await appendFile(path, '{"seq":5,"hash":"')
  const problem = 'was not written with the key that we have'
  assert.deepEqual(await Array.fromAsync(file.read()), [
    { type: 'anchor', seq: 1, hash: HASH, at: AT },
    { type: 'bad', line: 2, problem },
    { type: 'bad', line: 3, problem },
    { type: 'bad', line: 4, problem: 'can not be read' },
    { type: 'bad', line: 6, problem: 'can not be read' },
    { type: 'anchor', seq: 4, hash: HASH, at: AT },
    { type: 'bad', line: 8, problem: 'can not be read' },
  ])
})

async function newPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'anchor-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'audit', 'anchor.log')
}
