// Vectors compared in the process: what is loaded and what is not, and what happens where they are too many.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { createPostgresKnowledgeStore } from '../../src/adapters/postgres/knowledge-store.ts'
import { createDatabase } from '../../src/adapters/postgres/pool.ts'
import type { Database } from '../../src/adapters/postgres/pool.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { personScope } from '../../src/core/vocabulary/memory.ts'
import type { MemoryScope } from '../../src/core/vocabulary/memory.ts'
import { source } from '../contract/knowledge-store.ts'
import { createTestDatabase, withoutPostgres } from '../support/postgres.ts'

const MODEL = 'test/tiny'
const DIMENSIONS = 4
const skip = withoutPostgres
const scopeOf = (name: string) => personScope(name as UserId)

async function world(t: TestContext, maxIndexBytes: number) {
  const clone = await createTestDatabase()
  const inner = createDatabase({ connection: clone.connection, log: () => undefined, size: 4 })
  t.after(async () => {
    await inner.close()
    await clone.drop()
  })
  const notes: string[] = []
  let loaded = 0
  const database: Database = {
    ...inner,
    run: async (statement, values) => {
      const [digests] = values
      if (statement.name === 'knowledge_vectors_of' && Array.isArray(digests)) loaded += digests.length
      return inner.run(statement, values)
    },
  }
  const knowledge = createPostgresKnowledgeStore({ database, log: (_, message) => notes.push(message), maxIndexBytes })
  const fill = async (scope: MemoryScope, uri: string, texts: readonly string[]) => {
    await knowledge.put(
      source({ scope, uri }),
      texts.map((text) => ({ digest: text, heading: uri, text })),
    )
    const vectors = texts.map((text, index) => [text, [1, index, 0, 0]] as const)
    await knowledge.embed(MODEL, new Map(vectors))
  }
  const near = async (...scopes: readonly MemoryScope[]) =>
    (await knowledge.byMeaning(scopes, { model: MODEL, vector: [1, 0, 0, 0] }, 100)).map(({ text }) => text)
  return { knowledge, fill, near, notes, loaded: () => [loaded, (loaded = 0)][0] }
}

const texts = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name} ${index}`)

test('only what is new is loaded, and only of scopes that were asked for', { skip }, async (t) => {
  const { fill, near, loaded, notes } = await world(t, 1_000_000)
  await fill(scopeOf('ada'), 'one', texts('one', 50))
  await fill(scopeOf('ada'), 'two', texts('two', 20))
  await fill(scopeOf('bob'), 'his', texts('his', 30))
  assert.equal((await near(scopeOf('ada'))).length, 70)
  assert.equal(loaded(), 70)
  await near(scopeOf('ada'))
  assert.equal(loaded(), 0)
  await fill(scopeOf('ada'), 'one', [...texts('one', 50), 'one more'])
  assert.equal((await near(scopeOf('ada'))).length, 71)
  assert.equal(loaded(), 1)
  await fill(scopeOf('bob'), 'copy', texts('one', 10))
  assert.equal((await near(scopeOf('bob'))).length, 40)
  assert.equal(loaded(), 30)
  assert.deepEqual(notes, [])
})

test('searches that come together load everything once', { skip }, async (t) => {
  const { fill, near, loaded } = await world(t, 1_000_000)
  await fill(scopeOf('ada'), 'one', texts('one', 40))
  const all = await Promise.all(Array.from({ length: 10 }, () => near(scopeOf('ada'))))
  assert.ok(all.every((found) => found.length === 40 && found[0] === 'one 0'))
  assert.equal(loaded(), 40)
})

test(
  'one scope makes room for another; what is too much by itself is found by words alone, and the log says so once',
  { skip },
  async (t) => {
    const room = 100 * DIMENSIONS * Float32Array.BYTES_PER_ELEMENT
    const { knowledge, fill, near, notes } = await world(t, room)
    await fill(scopeOf('ada'), 'apples', texts('apples', 80))
    await fill(scopeOf('bob'), 'his', texts('pears', 80))
    for (const name of ['ada', 'bob', 'ada']) assert.equal((await near(scopeOf(name))).length, 80)
    assert.deepEqual(notes, [])
    for (let times = 0; times < 2; times += 1) assert.deepEqual(await near(scopeOf('ada'), scopeOf('bob')), [])
    assert.equal(notes.length, 1)
    assert.match(notes[0] ?? '', /install pgvector/)
    assert.equal((await knowledge.byWords([scopeOf('ada'), scopeOf('bob')], 'apples', 100)).length, 80)
    assert.equal((await near(scopeOf('bob'))).length, 80)
  },
)
