// What is remembered, as the person at the machine handles it: facts, rules, files edited by hand, ids that are one person.
import assert from 'node:assert/strict'
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { offerLink, takeLink } from '../../src/core/memory/identities.ts'
import { rememberNow } from '../../src/core/memory/remember.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { placeOfFile } from '../support/place-of-file.ts'
import { withoutPostgres } from '../support/postgres.ts'

const FACT = z.object({
  id: z.string(),
  scope: z.string(),
  kind: z.string(),
  rule: z.string().nullable(),
  text: z.string(),
  status: z.string(),
})
const LISTED = z.object({
  facts: z.array(FACT),
  files: z.array(z.object({ scope: z.string(), name: z.string(), path: z.string() })),
})
const HISTORY = FACT.extend({ history: z.array(z.object({ status: z.string(), by: z.string().nullable() })) })

const { place, database } = placeOfFile()
const skip = withoutPostgres

/** To the end, which has to be a good one. */
async function done(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run(...words)
  assert.equal(code, 0, `${words.join(' ')}: ${stderr}`)
  return stdout
}
const listed = async (...words: readonly string[]) =>
  LISTED.parse(JSON.parse(await done('memory', 'list', '--json', ...words)))
const shown = async (words: string) => HISTORY.parse(JSON.parse(await done('memory', 'show', words, '--json')))

/** The stores of the running machine, as another interface of it has them. */
async function elsewhere<Value>(use: (stores: ReturnType<typeof partsOf>) => Promise<Value>): Promise<Value> {
  const stores = await connectPostgres({ connection: database().connection, log: () => undefined })
  try {
    return await use(partsOf(stores))
  } finally {
    await stores.close()
  }
}
const partsOf = (stores: Awaited<ReturnType<typeof connectPostgres>>) => ({
  ...stores,
  clock: createSystemClock(),
  ids: createSystemIds(),
  recorder: { record: async () => undefined },
})

test('the first start leaves two files to edit, and they are read at once', { skip }, async () => {
  const shared = (await done('memory', 'path')).trim()
  assert.equal(shared, join(place.dataDir, 'memory', 'shared'))
  assert.match(await readFile(join(shared, 'SOUL.md'), 'utf8'), /You are Factotum/)
  assert.match(await readFile(join(shared, 'MEMORY.md'), 'utf8'), /^<!--/)
  assert.equal((await stat(shared)).mode & 0o777, 0o700)
  await done('chat', 'hello')
  const told = async () =>
    z.object({ text: z.string() }).parse(JSON.parse(await done('thread', 'context', '--json'))).text
  const first = await told()
  assert.match(first, /You are Factotum/)
  assert.doesNotMatch(first, /Edit it as you like|A line or two each/)
  await writeFile(join(shared, 'MEMORY.md'), 'The cat of the office is called Schrödinger.\n')
  await writeFile(join(shared, 'SOUL.md'), 'You are a pirate.\n')
  const own = (await done('memory', 'path', '--scope', 'me')).trim()
  await mkdir(own, { recursive: true })
  await writeFile(join(own, 'MEMORY.md'), 'My birthday is in May.\n')
  const now = await told()
  for (const line of [/called Schrödinger/, /You are a pirate/, /birthday is in May/]) assert.match(now, line)
  assert.doesNotMatch(now, /You are Factotum/)
  // Kept as the person left them.
  assert.equal(await readFile(join(shared, 'SOUL.md'), 'utf8'), 'You are a pirate.\n')
})

test('facts are added, dropped and kept again, with every decision on record', { skip }, async () => {
  assert.match(await done('memory', 'add', 'never touch production'), /is kept \(constraint: never, me\)/)
  await done('memory', 'add', 'The staging server is otter.example', '--scope', 'shared')
  const { facts } = await listed()
  assert.deepEqual(
    facts.map(({ text, scope, rule }) => [text, scope, rule]),
    [
      ['Never touch production', 'me', 'never'],
      ['The staging server is otter.example', 'shared', null],
    ],
  )
  assert.deepEqual(
    (await listed('--scope', 'shared')).facts.map(({ text }) => text),
    ['The staging server is otter.example'],
  )
  const id = facts[0]?.id.slice(-6) ?? ''
  assert.match(await done('memory', 'drop', id), /is dropped/)
  assert.deepEqual((await listed('--scope', 'me')).facts, [])
  assert.match(await done('memory', 'list', '--all'), /dropped +constraint: never/)
  assert.match(await done('memory', 'keep', 'touch production'), /is kept/)
  const { history } = await shown(id)
  assert.deepEqual(
    history.map(({ status, by }) => [status, by]),
    [
      ['kept', 'owner'],
      ['dropped', 'owner'],
      ['kept', 'owner'],
    ],
  )
  assert.match(await done('memory', 'show', id), /said by owner/)
})

test('what can’t be done is said in a line', { skip }, async () => {
  const refused = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await place.run('memory', ...words)
    assert.equal(stdout, '')
    assert.doesNotMatch(stderr, /\n\s+at /)
    return `${code}: ${stderr.trim()}`
  }
  assert.match(await refused('drop', 'what nobody said'), /^1: No fact is meant by/)
  assert.match(await refused('add', 'x'.repeat(400)), /^1: That is 400 characters/)
  assert.match(await refused('add', 'the api timed out', '--kind', 'lesson'), /^1: That failed once/)
  assert.match(await refused('add', 'a\u202eb'), /^1: It has characters that do not show/)
  assert.match(await refused('list', '--scope', 'theirs'), /^2: /)
  assert.match(await refused('add', ' '), /^2: /)
})

test('nobody else’s memory is seen, until they are one person, and no longer than that', { skip }, async () => {
  const ada = 'telegram:4711' as UserId
  const wish = { text: 'Ada likes green tea', kind: null, scope: 'me', messageId: null, taskId: null } as const
  const hers = await elsewhere((parts) => rememberNow(parts, { author: ada, isOwner: false, thread: null }, wish))
  const id = hers.type === 'remembered' ? hers.fact.id : ''
  const seen = async () => (await listed('--all')).facts.some((fact) => fact.id === id)
  assert.equal(await seen(), false)
  assert.equal((await place.run('memory', 'drop', id)).code, 1)

  const code = /^[a-z2-7-]{19}$/m.exec(await done('user', 'link'))?.[0] ?? ''
  assert.equal((await elsewhere((parts) => takeLink(parts, code, ada))).type, 'linked')
  assert.equal(await seen(), true)
  assert.match(await done('memory', 'drop', id), /is dropped/)
  assert.match(await done('user', 'unlink', ada), /telegram:4711 is a person of its own again/)
  assert.equal(await seen(), false)
  assert.equal((await place.run('user', 'unlink', ada)).code, 1)

  // The other way round: a code shown in the chat is given here.
  const offer = await elsewhere((parts) => offerLink(parts, ada))
  const linked = JSON.parse(await done('user', 'link', offer.code.toUpperCase(), '--json')) as object
  assert.deepEqual(linked, { person: ada, ids: [ada, 'owner'] })
  assert.equal(await seen(), true)
  assert.equal((await place.run('user', 'link', offer.code)).code, 1)
  await done('user', 'unlink')
  assert.equal(await seen(), false)
})

test('a finished task is in the notes of the day, and links lead nowhere', { skip }, async () => {
  const own = (await done('memory', 'path', '--scope', 'me')).trim()
  await done('run', 'create a static site about tea')
  const day = (await listed()).files.find(({ name }) => name.startsWith('memory/'))
  assert.ok(day !== undefined)
  assert.match(
    await readFile(day.path, 'utf8'),
    /^- \d\d:\d\d asked “create a static site about tea”: done, \d+ files?/m,
  )
  await symlink('/etc/hostname', join(own, 'SOUL.md'))
  assert.equal(
    (await listed()).files.some(({ scope, name }) => scope === 'me' && name === 'SOUL.md'),
    false,
  )
})
