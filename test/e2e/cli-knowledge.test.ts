// The knowledge from the command line, as a person uses it, with a model that embeds and without one.
import assert from 'node:assert/strict'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { ScriptedLlm } from '../../testkit/llm/server.ts'
import { newPlace } from '../support/factotum.ts'
import type { Place } from '../support/factotum.ts'
import { createTestDatabase, databaseUrl, withoutPostgres } from '../support/postgres.ts'
import type { TestDatabase } from '../support/postgres.ts'

let database: TestDatabase
let llm: ScriptedLlm
let place: Place
let wordsAlone: Place
before(async () => {
  if (withoutPostgres !== false) return
  database = await createTestDatabase()
  llm = await createScriptedLlm({ respond: () => ({ text: 'Yes.' }) })
  const DATABASE_URL = databaseUrl(database)
  wordsAlone = await newPlace({ DATABASE_URL })
  place = await newPlace({ DATABASE_URL, OPENAI_API_KEY: 'test', OPENAI_BASE_URL: llm.url })
})
after(async () => {
  await place?.leave()
  await wordsAlone?.leave()
  await llm?.close()
  await database?.drop()
})
const skip = withoutPostgres

test('a folder is added, found, read again and taken away', { skip }, async () => {
  const project = join(place.folder, 'project')
  await mkdir(project)
  await writeFile(
    join(project, 'README.md'),
    '# Install\n\nRun npm ci first.\n\n# Backups\n\nA dump every night at three.\n',
  )
  await writeFile(join(project, '.env'), 'KEY=1')

  const without = await wordsAlone.run('knowledge', 'add', project, '--scope', 'shared')
  assert.equal(without.code, 0, without.stderr)
  assert.match(without.stdout, /^project: 2 chunks, 0 new vectors\. Everybody finds it\.$/)
  assert.match(without.stderr, /left out: \.env \(such files hold secrets\)/)
  assert.match(without.stderr, /by its words alone/)

  const reindexed = await place.run('knowledge', 'reindex', '--json')
  assert.equal(reindexed.code, 0, reindexed.stderr)
  const { embedded, words_alone, source } = JSON.parse(reindexed.stdout)
  assert.deepEqual([embedded, words_alone, source.chunks, source.scope], [2, null, 2, 'shared'])

  const found = await place.run('knowledge', 'search', 'when is the backup?', '--json')
  assert.equal(JSON.parse(found.stdout).items[0].heading, 'README.md › Backups')
  assert.match(
    (await place.run('knowledge', 'search', 'when is the backup?')).stdout,
    /1\. project \| README\.md › Backups/,
  )

  await writeFile(join(project, 'README.md'), '# Backups\n\nA dump every night at four.\n')
  const again = await place.run('knowledge', 'add', project, '--scope', 'shared', '--title', 'The project', '--json')
  const second = JSON.parse(again.stdout)
  assert.deepEqual(
    [second.source.id, second.source.title, second.source.chunks, second.embedded],
    [source.id, 'The project', 1, 1],
  )
  assert.match(
    (await place.run('knowledge', 'list')).stdout,
    new RegExp(`${source.id} +shared +document +1 chunk +The project`),
  )

  await rm(project, { recursive: true })
  const gone = await place.run('knowledge', 'reindex', source.id)
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, /is not there\. What was there stays/)
  assert.equal((await place.run('knowledge', 'remove', project)).code, 0)
  assert.deepEqual(JSON.parse((await place.run('knowledge', 'list', '--json')).stdout), { items: [] })
  assert.match((await place.run('knowledge', 'search', 'backup')).stdout, /Nothing fits/)
})

test("what can't be done is said in one line", { skip }, async () => {
  for (const [code, pattern, ...words] of [
    [2, /either a path or --thread/, 'add'],
    [2, /either a path or --thread/, 'add', '.', '--thread', 'x'],
    [1, /it is not there/, 'add', 'nothing-of-that-name'],
    [1, /no conversation/, 'add', '--thread', '01890a5d-ac96-774b-bcce-b302099a8057'],
    [1, /no source/, 'remove', 'nothing-of-that-name'],
    [2, /Allowed choices/, 'add', '.', '--scope', 'everybody'],
  ] as const) {
    const ended = await wordsAlone.run('knowledge', ...words)
    assert.equal(ended.code, code, ended.stderr)
    assert.match(ended.stderr, pattern)
    assert.doesNotMatch(ended.stderr, /\n\s+at /)
  }
})
