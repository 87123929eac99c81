// What pgvector adds: an index that is really walked, that finds what comparing everything finds, and that may be refused.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPostgresKnowledgeStore } from '../../src/adapters/postgres/knowledge-store.ts'
import type { Database } from '../../src/adapters/postgres/pool.ts'
import { personScope, SHARED } from '../../src/core/vocabulary/memory.ts'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import { source } from '../contract/knowledge-store.ts'
import { openPglite } from './pglite-database.ts'
import { log } from './postgres-stores.ts'

const MODEL = 'test/random'
const DIMENSIONS = 24
const MANY = 1_500
const EVE = personScope('eve' as UserId)
let database: Database
const ran: string[] = []

before(async () => {
  const pglite = await openPglite()
  database = { ...pglite, run: (statement, values) => (ran.push(statement.name), pglite.run(statement, values)) }
})
after(() => database.close())

test('among many strangers the index finds nearly all that comparing finds, and nothing of strangers', async () => {
  const knowledge = createPostgresKnowledgeStore({ database, log, comparedWhole: 1_000 })
  const random = randomFrom(7)
  const vectorOf = new Map<string, readonly number[]>()
  const fill = async (scope: typeof SHARED, uri: string, count: number) => {
    const chunks = Array.from({ length: count }, (_, index) => ({
      digest: `${uri}/${index}`,
      heading: uri,
      text: `${uri} ${index}`,
    }))
    await knowledge.put(source({ scope, uri }), chunks)
    const vectors = new Map(
      chunks.map(({ digest }) => [digest, Array.from({ length: DIMENSIONS }, () => random() - 0.5)]),
    )
    for (const [digest, vector] of vectors) vectorOf.set(digest.replace('/', ' '), vector)
    await knowledge.embed(MODEL, vectors)
  }
  await fill(SHARED, 'many', MANY)
  await fill(EVE, 'eve', MANY)
  await fill(personScope('ada' as UserId), 'few', 40)
  let [found, wanted] = [0, 0]
  for (let query = 0; query < 20; query += 1) {
    const vector = Array.from({ length: DIMENSIONS }, () => random() - 0.5)
    const best = [...vectorOf]
      .filter(([text]) => text.startsWith('many'))
      .map(([text, own]) => ({ text, score: cosine(own, vector) }))
      .toSorted((one, other) => other.score - one.score)
      .slice(0, 10)
    const hits = await knowledge.byMeaning([SHARED], { model: MODEL, vector }, 10)
    assert.equal(hits.length, 10)
    assert.ok(hits.every(({ text }) => text.startsWith('many')))
    wanted += best.length
    found += best.filter(({ text }) => hits.some((hit) => hit.text === text)).length
  }
  assert.ok(found / wanted > 0.9, `${found} of ${wanted}`)
  assert.ok(ran.includes('knowledge_nearest'), 'the index was asked')
  const few = await knowledge.byMeaning(
    [personScope('ada' as UserId)],
    { model: MODEL, vector: Array(DIMENSIONS).fill(1) },
    10,
  )
  assert.equal(few.length, 10)
  assert.ok(few.every(({ text }) => text.startsWith('few')))
})

test('the index is walked, not the table', async () => {
  const [index] = await database.run<{ name: string; definition: string }>(
    {
      name: 'index',
      text: `select indexname as name, indexdef as definition from pg_indexes where indexname like 'knowledge_near%'`,
    },
    [],
  )
  assert.match(index?.definition ?? '', /USING hnsw/)
  const plan = await database.run<{ 'QUERY PLAN': string }>(
    {
      name: 'plan',
      replanned: true,
      settings: 'set local enable_sort = off; set local enable_seqscan = off;',
      text: `explain select digest from knowledge_vectors v where v.model = '${MODEL}' and array_length(v.vector, 1) = ${DIMENSIONS}
        order by (v.vector::vector(${DIMENSIONS})) <=> $1::vector(${DIMENSIONS}) limit 10`,
    },
    [`[${Array(DIMENSIONS).fill(1).join(',')}]`],
  )
  assert.match(plan.map((row) => row['QUERY PLAN']).join('\n'), new RegExp(`Index Scan using ${index?.name}`))
})

test('vectors that are too long for an index of whole numbers have one of halves', async () => {
  const knowledge = createPostgresKnowledgeStore({ database, log })
  const scope = personScope('long' as UserId)
  await knowledge.put(source({ scope, uri: 'long' }), [{ digest: 'long', heading: 'long', text: 'long' }])
  const vector = Array.from({ length: 2_100 }, (_, index) => index % 7)
  await knowledge.embed('test/long', new Map([['long', vector]]))
  const [hit] = await knowledge.byMeaning([scope], { model: 'test/long', vector }, 3)
  assert.ok(Math.abs((hit?.score ?? 0) - 1) < 0.001)
})

test('where the extension may not be installed, vectors are compared in the process', async () => {
  const pglite = await openPglite()
  const notes: string[] = []
  const refusing: Database = {
    ...pglite,
    run: async (statement, values) => {
      if (statement.name === 'install_vector') throw new Error('permission denied to create extension "vector"')
      return pglite.run(statement, values)
    },
  }
  try {
    const knowledge = createPostgresKnowledgeStore({ database: refusing, log: (_, message) => notes.push(message) })
    await knowledge.put(source({}), [{ digest: 'a', heading: 'a', text: 'a' }])
    await knowledge.embed(MODEL, new Map([['a', [3, 4]]]))
    const [hit] = await knowledge.byMeaning([SHARED], { model: MODEL, vector: [3, 4] }, 3)
    assert.ok(Math.abs((hit?.score ?? 0) - 1) < 0.001)
    assert.equal(notes.length, 1)
    assert.match(notes[0] ?? '', /may not be installed/)
  } finally {
    await pglite.close()
  }
})

function cosine(one: readonly number[], other: readonly number[]): number {
  const product = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other))
}

/** Mulberry32: the same numbers at every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296
  }
}
