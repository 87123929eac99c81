// The command line about what is kept of one person: handed out whole, and taken away only when that is said twice.
import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { newPlace } from '../support/factotum.ts'
import { createTestDatabase, databaseUrl, withoutPostgres } from '../support/postgres.ts'

test('a person is exported and erased', { skip: withoutPostgres }, async () => {
  const database = await createTestDatabase()
  const place = await newPlace({ DATABASE_URL: databaseUrl(database) })
  try {
    const asked = await place.run('run', 'what is the capital of Zanzibar?')
    assert.equal(asked.code, 0, asked.stderr)

    const told = await place.run('user', 'export', 'owner')
    assert.equal(told.code, 0, told.stderr)
    const records = told.stdout.split('\n').map((line) => JSON.parse(line) as { kind: string; data: object })
    for (const kind of ['threads', 'messages', 'tasks', 'task_events'])
      assert.ok(
        records.some((record) => record.kind === kind && JSON.stringify(record.data).length > 20),
        kind,
      )
    assert.ok(JSON.stringify(records).includes('capital of Zanzibar'))

    const file = join(place.folder, 'mine.ndjson')
    const written = await place.run('user', 'export', 'owner', '--out', 'mine.ndjson')
    assert.equal(written.code, 0, written.stderr)
    assert.match(written.stdout, /^\d+ records of owner: /)
    assert.deepEqual((await readFile(file, 'utf8')).trimEnd().split('\n').length, records.length)
    assert.equal((await stat(file)).mode & 0o777, 0o600)
    const again = await place.run('user', 'export', 'owner', '--out', 'mine.ndjson')
    assert.equal(again.code, 2)
    assert.match(again.stderr, /is there already: name a new file\.\n$/)

    const asking = await place.run('user', 'erase', 'owner')
    assert.equal(asking.code, 2)
    assert.match(asking.stderr, /for good.*then add --yes\.\n$/)
    const gone = await place.run('user', 'erase', 'owner', '--yes')
    assert.equal(gone.code, 0, gone.stderr)
    assert.match(gone.stdout, /^Gone: .*messages \d+.*tasks 1, task_events \d+/)
    const nothing = await place.run('user', 'erase', 'owner', '--yes', '--json')
    assert.deepEqual(JSON.parse(nothing.stdout), { records: {} })
    assert.equal((await place.run('user', 'export', 'owner')).stdout, '')
    assert.match((await place.run('task', 'list')).stdout, /^No tasks yet/)
    const left = await readdir(join(place.dataDir, 'objects'), { recursive: true }).catch(() => [])
    assert.deepEqual(
      left.filter((name) => name.includes('=')),
      [],
    )
    assert.equal((await place.run('user', 'export', 'no such id')).code, 2)
  } finally {
    await place.leave()
    await database.drop()
  }
})
