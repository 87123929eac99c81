// The audit log from the command line: what was done is in it, a copy of it proves itself, and no change of it passes.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { createAnchorFile } from '../../src/adapters/audit/anchor-file.ts'
import { createKeyFile } from '../../src/adapters/secrets/key-file.ts'
import type { SealedEntry } from '../../src/core/vocabulary/audit.ts'
import { newPlace } from '../support/factotum.ts'
import type { Place } from '../support/factotum.ts'
import { createTestDatabase, databaseUrl, withoutPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let place: Place
before(async () => {
  if (withoutPostgres !== false) return
  database = await createTestDatabase()
  place = await newPlace({ DATABASE_URL: databaseUrl(database) })
})
after(async () => {
  await place?.leave()
  await database?.drop()
})
const skip = withoutPostgres

/** As docs/operations.md gives it to people, to be run anywhere. */
const RECIPE = /```sh\n(node -e '[^']+' audit\.jsonl)\n```/

test('who was let in is in it, and everything of it can be checked', { skip }, async () => {
  assert.equal((await place.run('user', 'add', 'telegram:4711', '--name', 'Ada')).code, 0)
  assert.equal((await place.run('user', 'remove', 'telegram:4711')).code, 0)

  const listed = await place.run('audit', 'list', '--action', 'person.changed', '--json')
  const items = JSON.parse(listed.stdout) as { actor: string; subject: string; data: object }[]
  assert.deepEqual(
    items.map(({ actor, subject, data }) => [actor, subject, data]),
    [
      ['owner', 'telegram:4711', { role: null }],
      ['owner', 'telegram:4711', { role: 'member' }],
    ],
  )
  assert.match((await place.run('audit', 'list', '--actor', 'owner')).stdout, /person\.changed\s+telegram:4711/)
  assert.match((await place.run('audit', 'list', '--actor', 'nobody')).stdout, /There is nothing of that kind/)

  const verified = await place.run('audit', 'verify')
  assert.equal(verified.code, 0, verified.stderr)
  assert.match(verified.stdout, /^Intact: \d+ entries, the last one [0-9a-f]{64}\.$/m)
  assert.match(verified.stdout, /^Mind: There is no anchor/m)
})

test('an exported copy is checked by ten lines that know nothing of this program', { skip }, async (t) => {
  const file = join(place.folder, 'audit.jsonl')
  const exported = await place.run('audit', 'export', '--out', file)
  assert.equal(exported.code, 0, exported.stderr)
  assert.match(exported.stdout, /^\d+ entries: /)
  if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600)
  assert.equal((await place.run('audit', 'export', '--out', file)).code, 2)
  const text = await readFile(file, 'utf8')
  assert.equal((await place.run('audit', 'export')).stdout.trim(), text.trim())
  const entries = linesOf(text)
  assert.deepEqual(linesOf((await place.run('audit', 'export', '--after', '1')).stdout), entries.slice(1))

  if (process.platform === 'win32') return t.skip('the recipe is for a POSIX shell')
  const manual = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')
  const recipe = RECIPE.exec(manual)?.[1] ?? assert.fail('operations.md has no recipe')
  const check = async () => {
    const run = await promisify(execFile)('sh', ['-c', recipe], { cwd: place.folder }).catch((error: object) => error)
    return 'stdout' in run ? String(run.stdout).trim() : ''
  }
  assert.equal(await check(), `intact: ${entries.length}`)
  await writeFile(file, text.replace('telegram:4711', 'telegram:4712'))
  assert.match(await check(), /^not intact at \d+$/)
})

test('an edit, and an end that was cut off, make verify end with 1 and say what it is', { skip }, async () => {
  const before = linesOf((await place.run('audit', 'export')).stdout)
  const last = before.at(-1)
  assert.ok(last !== undefined)
  const dataDir = join(place.folder, 'data')
  const key = createKeyFile(join(dataDir, 'secrets', 'audit'))
  const anchor = createAnchorFile({
    path: join(dataDir, 'audit', 'anchor.log'),
    keys: async () => (await key.read()).map(({ text }) => text),
  })
  await anchor.append({ seq: last.seq, hash: last.hash, at: new Date() })
  const fine = await place.run('audit', 'verify', '--json')
  assert.equal(fine.code, 0)
  const report = JSON.parse(fine.stdout)
  assert.deepEqual([report.ok, report.entries, report.anchored.seq], [true, before.length, last.seq])

  await asSuperuser(`update audit set entry = replace(entry, '4711', '4712') where seq = 1`)
  const edited = await place.run('audit', 'verify')
  assert.equal(edited.code, 1)
  assert.match(edited.stdout, /Entry 1 was changed/)
  await asSuperuser(`update audit set entry = replace(entry, '4712', '4711') where seq = 1`)
  await asSuperuser(`delete from audit where seq = ${last.seq}`)
  const cut = await place.run('audit', 'verify', '--json')
  assert.equal(cut.code, 1)
  const { problems } = JSON.parse(cut.stdout)
  assert.equal(problems.length, 1)
  assert.match(problems[0].problem, new RegExp(`^Entry ${last.seq} is missing\\. The end was cut off`))
})

async function asSuperuser(text: string): Promise<void> {
  const { directory: host, port, user, database: name } = database.connection
  const client = new Client({ host, port, user, database: name, password: '' })
  await client.connect()
  await client.query(`alter table audit disable trigger all; ${text}; alter table audit enable trigger all`)
  await client.end()
}

function linesOf(text: string): SealedEntry[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SealedEntry)
}
