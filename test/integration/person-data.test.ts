// Everything that is kept of one person, over every table, file and object: told whole, and gone when it is taken away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from 'pg'
import { createMemoryMemoryFiles } from '../../src/adapters/memory/memory-files.ts'
import { createMemoryObjectStore } from '../../src/adapters/memory/object-store.ts'
import { connectPostgres } from '../../src/adapters/postgres/connect.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { erasePerson, exportPerson } from '../../src/core/memory/person-data.ts'
import type { PersonDeps } from '../../src/core/memory/person-data.ts'
import type { PersonRecord } from '../../src/core/ports/person-data.ts'
import type { ActionId, SourceId, TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import { chatScope, personScope, SHARED } from '../../src/core/vocabulary/memory.ts'
import type { MemoryScope } from '../../src/core/vocabulary/memory.ts'
import type { MemoryFileName } from '../../src/core/ports/memory-files.ts'
import type { Place } from '../../src/core/vocabulary/place.ts'
import { artifact } from '../contract/artifact-store.ts'
import { held } from '../contract/chat-store.ts'
import { BOT, CHAT, post, ref, soon } from '../contract/sample-chat.ts'
import { append, newId, sample } from '../contract/sample-task.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'

const options = { skip: withoutPostgres }
/** No time of the day has such a number in it. */
const EVE = 'telegram:90447113' as UserId
const EVE_TOO = 'http:eve' as UserId
const BOB = 'telegram:48' as UserId
const DIRECT: Place = { interface: 'telegram', bot: BOT, chat: '90447113', topic: null }
const WORD = 'aardvark'
const MEMORY = 'MEMORY.md' as MemoryFileName

type World = Awaited<ReturnType<typeof openWorld>>

async function openWorld() {
  const database = await createTestDatabase()
  const stores = await connectPostgres({ connection: database.connection, log: () => undefined })
  const removed: TaskId[] = []
  const deps: PersonDeps = {
    personData: stores.personData,
    identities: stores.identities,
    memoryFiles: createMemoryMemoryFiles(),
    objects: createMemoryObjectStore(),
    workspaces: { remove: async (id) => void removed.push(id) },
    promptCache: stores.promptCache,
    ids: createSystemIds(),
    clock: createSystemClock(),
    notesOf: ({ chat, externalId }) => [`notes/${chat.replaceAll(/[^a-z0-9]/gi, '-')}-${externalId}`],
  }
  const close = async () => {
    await stores.close()
    await database.drop()
  }
  return { stores, deps, removed, database, close }
}

/** Eve with traces in every table, each with a word that stands nowhere else. */
async function live({ stores, deps }: World) {
  const { store, conversations, artifacts, chats, cards, outbox, inbox, actions, members, identities, knowledge } =
    stores
  const now = new Date()
  await identities.offerLink(EVE, 'hash', soon())
  await identities.takeLink('hash', EVE_TOO, now)
  await identities.offerLink(EVE, 'hash of another', soon())
  await members.put({ userId: EVE, role: 'member', name: WORD, since: now })
  await members.ask({ userId: EVE_TOO, name: WORD, code: 'c', place: DIRECT, expiresAt: soon() }, 9, now)
  await stores.access.addLoginToken('hash', EVE_TOO, soon())
  await stores.credentials.add({
    id: newId(),
    kind: 'token',
    userId: EVE_TOO,
    role: 'member',
    scopes: ['tasks:read'],
    label: WORD,
    issuedBy: EVE,
    issuedAt: now,
    expiresAt: soon(),
    revokedAt: null,
    revokedBy: null,
  })

  const chat = `${BOT}/90447113/#0`
  const asked = sample({ userId: EVE, text: WORD })
  const message = { ...asked.message, interface: 'telegram' as const, chat, externalId: '7' }
  const heard = await conversations.hear(message, now)
  await store.accept({ ...message, heard: true }, asked.task, asked.events)
  const subject = { approval_id: newId<never>(), kind: 'plan', subject: WORD, digest: 'd', reason: '' } as const
  const task = await append(store, { ...asked.task, threadId: heard.threadId }, [
    { type: 'task.routed', data: routing },
    { type: 'approval.requested', data: { ...subject, expires_at: soon().toISOString() } },
  ])
  const file = artifact({ taskId: null, messageId: heard.id, name: WORD })
  await artifacts.add(file)
  const scopes = [personScope(EVE_TOO), chatScope({ interface: 'telegram', chat })]
  for (const scope of [...scopes, SHARED, personScope(BOB)]) {
    const text = scope === SHARED || scope === personScope(BOB) ? 'of others' : WORD
    await deps.memoryFiles.write({ scope, name: MEMORY, text })
    await knowledge.put(source(scope, text), [{ digest: text, heading: text, text }])
  }
  await chats.set(DIRECT, { title: WORD })
  await chats.hold(held(1, { by: EVE, text: WORD, place: CHAT }))
  await chats.hold(held(2, { by: BOB, text: 'of others', place: CHAT }))
  await cards.open({
    taskId: task.id,
    place: DIRECT,
    request: ref(7),
    by: EVE,
    direct: true,
    openedAt: now,
    finished: false,
  })
  const postedFile = { objectKey: 'posted', name: WORD, mediaType: 'text/plain', bytes: 1 }
  const posted = { type: 'file', file: postedFile, caption: '', replyTo: null, silent: true } as const
  await outbox.put([
    post('hello:90447113', WORD, { place: DIRECT }),
    post('files:1', WORD, { place: DIRECT, posting: posted }),
    post(`task:${task.id}`, WORD),
    post(`approval:${subject.approval_id}/1`, WORD),
    post('hello:others', 'of others'),
  ])
  await inbox.add([
    arrival(1, '90447113/', WORD),
    arrival(2, 'tap:90447113/90447113', WORD),
    arrival(3, '-100200/', 'of others'),
  ])
  await actions.offer([action(EVE, CHAT), action(null, DIRECT), action(BOB, CHAT)])
  for (const key of [file.objectKey, 'posted', ...deps.notesOf(message)]) await deps.objects.put(key, new Uint8Array(1))
  await deps.objects.put('of others', new Uint8Array(1))
  return { task, scopes, keys: [file.objectKey, 'posted', ...deps.notesOf(message)] }
}

test('all of it is told, from every table and file, and nothing of others', options, async () => {
  const world = await openWorld()
  try {
    await live(world)
    const records = await all(exportPerson(world.deps, EVE_TOO))
    const kinds = [...new Set(records.map(({ kind }) => kind))]
    assert.deepEqual(kinds, [
      'members',
      'identity_links',
      'pairing_requests',
      'threads',
      'messages',
      'artifacts',
      'tasks',
      'task_events',
      'knowledge_sources',
      'knowledge_chunks',
      'chats',
      'cards',
      'held_messages',
      'outbox',
      'inbox',
      'memory_files',
    ])
    const told = JSON.stringify(records)
    assert.ok(!told.includes('of others') && !told.includes('hash'), 'neither of others, nor what opens a door')
    const [message] = records.filter(({ kind }) => kind === 'messages')
    assert.deepEqual(message?.data['raw'], { text: WORD })
    assert.equal(records.filter(({ kind }) => kind === 'outbox').length, 4)
    assert.equal(records.filter(({ kind }) => kind === 'memory_files').length, 2)
    assert.deepEqual(await all(exportPerson(world.deps, EVE)), records, 'whichever of the ids is asked about')
  } finally {
    await world.close()
  }
})

test('all of it is gone, from every table, file and object, and what others have stays', options, async () => {
  const world = await openWorld()
  try {
    const { task, scopes, keys } = await live(world)
    assert.ok((await wordsIn(world, WORD)) > 20)
    const others = await wordsIn(world, 'of others')
    const erased = await erasePerson(world.deps, EVE, BOB)
    assert.ok(!('type' in erased))
    assert.equal(erased.records['actions'], 2)
    assert.equal(erased.records['identity_offers'], 1)
    assert.equal(erased.records['login_tokens'], 1)
    assert.equal(erased.records['credentials'], 1)
    assert.equal(await wordsIn(world, WORD), 0)
    // The audit log keeps ids, and nothing else of a person.
    for (const id of ['90447113', 'eve']) assert.equal(await wordsIn(world, `\\m${id}\\M`, ['audit']), 0, id)
    assert.equal(await wordsIn(world, 'of others'), others)
    for (const scope of scopes) assert.deepEqual(await world.deps.memoryFiles.list(scope), [])
    for (const scope of [SHARED, personScope(BOB)]) assert.deepEqual(await world.deps.memoryFiles.list(scope), [MEMORY])
    for (const key of keys) assert.equal(await world.deps.objects.get(key), null, key)
    assert.ok(await world.deps.objects.get('of others'))
    assert.deepEqual(world.removed, [task.id])
    assert.deepEqual(await all(exportPerson(world.deps, EVE)), [])
    assert.deepEqual(await world.stores.identities.idsOf(EVE_TOO), [EVE_TOO])
  } finally {
    await world.close()
  }
})

test('cut off between the records and the files, it goes on when it is asked for again', options, async () => {
  const world = await openWorld()
  try {
    const { scopes, keys } = await live(world)
    const failing: PersonDeps = {
      ...world.deps,
      objects: { ...world.deps.objects, delete: () => Promise.reject(new Error('The disk is gone.')) },
    }
    await assert.rejects(erasePerson(failing, EVE, BOB), /The disk is gone/)
    assert.ok(await world.deps.objects.get(keys[0] ?? ''))
    assert.deepEqual(await erasePerson(world.deps, EVE, BOB), { records: {}, objectKeys: [] })
    for (const key of keys) assert.equal(await world.deps.objects.get(key), null, key)
    for (const scope of scopes) assert.deepEqual(await world.deps.memoryFiles.list(scope), [])
  } finally {
    await world.close()
  }
})

const routing = {
  intent: 'command',
  task_type: 'dev_pipeline',
  confidence: 1,
  summary: WORD,
  plan: '',
  needs_confirmation: true,
  command: null,
  ask: null,
  source: null,
} as const

function source(scope: MemoryScope, title: string) {
  const id = newId<SourceId>()
  return { id, scope, kind: 'document', title, uri: `x:${id}`, addedBy: BOB, updatedAt: new Date() } as const
}

function arrival(updateId: number, lane: string, text: string) {
  return { bot: BOT, updateId, lane, raw: { text }, receivedAt: new Date() }
}

function action(onlyFor: UserId | null, place: Place) {
  const id = newId<ActionId>()
  const does = { word: onlyFor === BOB ? 'of others' : WORD }
  return { id, group: id, name: 'a', place, onlyFor, does, expiresAt: soon() }
}

/** How many rows of all tables a pattern is found in. */
async function wordsIn({ database }: World, pattern: string, but: readonly string[] = []): Promise<number> {
  const { directory: host, port, user, database: name } = database.connection
  const client = new Client({ host, port, user, database: name, password: '' })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
        and table_name <> all ($1)`,
      [but],
    )
    let found = 0
    for (const table of tables.rows) {
      const { rows } = await client.query<{ rows: number }>(
        `select count(*)::integer as rows from "${table.name}" t where to_json(t)::text ~ $1`,
        [pattern],
      )
      found += rows[0]?.rows ?? 0
    }
    return found
  } finally {
    await client.end()
  }
}

async function all(records: AsyncIterable<PersonRecord>): Promise<readonly PersonRecord[]> {
  const read: PersonRecord[] = []
  for await (const record of records) read.push(record)
  return read
}
