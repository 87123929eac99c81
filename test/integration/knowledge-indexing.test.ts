// Taking sources in, with a model that counts its calls, fails and comes back; against the store in memory and PostgreSQL.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryKnowledgeStore } from '../../src/adapters/memory/knowledge-store.ts'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { catchUp, indexSource, MOST_CHUNKS } from '../../src/core/knowledge/index-source.ts'
import type { NewSource } from '../../src/core/knowledge/index-source.ts'
import type { KnowledgeStore } from '../../src/core/ports/knowledge-store.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import type { ModelErrorKind } from '../../src/core/ports/models.ts'
import { SHARED } from '../../src/core/vocabulary/memory.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { openStores } from './postgres-stores.ts'

const never = new AbortController().signal
const section = (name: string) => `# ${name}\nAll about ${name}.\n\n`
const file = (text: string, wishes: Partial<NewSource> = {}): NewSource => ({
  scope: SHARED,
  kind: 'document',
  title: 'Notes',
  uri: '/notes.md',
  text,
  addedBy: OWNER,
  ...wishes,
})

function world(knowledge: KnowledgeStore) {
  const embedded: string[][] = []
  const logged: string[] = []
  let [failure, name]: [ModelErrorKind | null, string | null] = [null, 'test/tiny']
  let poison: string | null = null
  const deps = {
    knowledge,
    ids: createSystemIds(),
    clock: createSystemClock(),
    telemetry: { log: (_: string, message: string) => void logged.push(message) },
    models: {
      embeddingModel: () => name,
      embed: async (texts: readonly string[]) => {
        if (failure !== null) throw new ModelError(failure, 'The model is not there.')
        if (poison !== null && texts.some((text) => text.includes(String(poison))))
          throw new ModelError('bad_request', 'Too much.')
        embedded.push([...texts])
        return {
          vectors: texts.map((text) => [text.length, 1]),
          usage: { input_tokens: 1, output_tokens: 0, cached_input_tokens: 0 },
          model: { provider: 'test', model: 'tiny', offline: false },
        }
      },
    },
  }
  return {
    deps,
    logged,
    texts: () => embedded.splice(0).flat(),
    fail: (kind: ModelErrorKind | null) => (failure = kind),
    use: (model: string | null) => (name = model),
    refuse: (text: string) => (poison = text),
  }
}

const stores: readonly (readonly [
  string,
  string | false,
  () => Promise<{ knowledge: KnowledgeStore; close: () => Promise<void> }>,
])[] = [
  ['memory', false, async () => ({ knowledge: createMemoryKnowledgeStore(), close: async () => undefined })],
  ['postgres', withoutPostgres, openStores],
]

for (const [name, skip, open] of stores) {
  test(`${name}: only what changed is embedded again`, { skip }, async () => {
    const { knowledge, close } = await open()
    try {
      const { deps, texts } = world(knowledge)
      const first = await indexSource(deps, file(section('one') + section('two') + section('three')))
      assert.ok(first.type === 'indexed')
      assert.deepEqual([first.embedded, first.wordsAlone, first.source.chunks], [3, null, 3])
      assert.equal(texts().length, 3)
      const again = await indexSource(deps, file(section('one') + section('two') + section('three')))
      assert.ok(again.type === 'indexed' && again.embedded === 0 && again.source.id === first.source.id)
      assert.deepEqual(texts(), [])
      await indexSource(deps, file(section('zero') + section('one') + section('three')))
      assert.deepEqual(texts(), ['notes.md › zero\n\nAll about zero.'])
      const code = Array.from({ length: 40 }, (_, index) => `export const value${index} = '${'a'.repeat(200)}'\n`).join(
        '\n',
      )
      await indexSource(deps, file(code, { kind: 'code', uri: '/src/a.ts' }))
      assert.ok(texts().length > 5)
      await indexSource(deps, file(`${code}\n// the end\n`, { kind: 'code', uri: '/src/a.ts' }))
      assert.ok(texts().length <= 1)
    } finally {
      await close()
    }
  })

  test(`${name}: a model that is gone fails nothing; the vectors are made up once it is back`, { skip }, async () => {
    const { knowledge, close } = await open()
    try {
      const { deps, texts, fail, logged, use } = world(knowledge)
      fail('unreachable')
      const added = await indexSource(deps, file(section('one') + section('two')))
      assert.ok(added.type === 'indexed')
      assert.deepEqual([added.embedded, added.wordsAlone], [0, 'The model is not there.'])
      assert.equal((await knowledge.byWords([SHARED], 'two', 5)).length, 1)
      assert.equal(logged.length, 1)
      assert.deepEqual(await catchUp(deps, never), { embedded: 0, failed: 'The model is not there.' })
      fail(null)
      assert.deepEqual(await catchUp(deps, never), { embedded: 2, failed: null })
      assert.deepEqual(await catchUp(deps, never), { embedded: 0, failed: null })
      assert.equal(texts().length, 2)
      use('test/other')
      assert.deepEqual(await catchUp(deps, never), { embedded: 2, failed: null })
      use(null)
      assert.deepEqual(await catchUp(deps, never), { embedded: 0, failed: null })
      const alone = await indexSource(deps, file(section('three'), { uri: '/three.md' }))
      assert.ok(alone.type === 'indexed')
      assert.equal(alone.wordsAlone, 'No embedding model is set.')
    } finally {
      await close()
    }
  })

  test(
    `${name}: one chunk that the model refuses holds up no other, and a model that refuses everything spoils none`,
    { skip },
    async () => {
      const { knowledge, close } = await open()
      try {
        const { deps, fail, refuse, texts } = world(knowledge)
        fail('bad_request')
        const none = await indexSource(deps, file([1, 2, 3, 4, 5].map((number) => section(`part${number}`)).join('')))
        assert.ok(none.type === 'indexed' && none.wordsAlone !== null)
        fail(null)
        refuse('part3')
        assert.deepEqual(await catchUp(deps, never), { embedded: 5, failed: null })
        assert.ok(!texts().some((text) => text.includes('part3')))
        assert.deepEqual(await knowledge.withoutVector('test/tiny', 10), [])
        assert.equal((await knowledge.byMeaning([SHARED], { model: 'test/tiny', vector: [30, 1] }, 10)).length, 4)
      } finally {
        await close()
      }
    },
  )
}

test('nothing in it, or too much of it, is said and changes nothing', async () => {
  const knowledge = createMemoryKnowledgeStore()
  const { deps } = world(knowledge)
  assert.deepEqual(await indexSource(deps, file(' \n')), { type: 'empty' })
  const huge = Array.from({ length: MOST_CHUNKS + 1 }, (_, index) => ({ path: `${index}.txt`, text: 'x' }))
  const refused = await indexSource(deps, { ...file(''), text: huge })
  assert.deepEqual(refused, { type: 'too_large', chunks: MOST_CHUNKS + 1, most: MOST_CHUNKS })
  assert.deepEqual(await knowledge.list([SHARED]), [])
})

test('several files are one source, each chunk with its path; an interruption is told', async () => {
  const knowledge = createMemoryKnowledgeStore()
  const { deps } = world(knowledge)
  const text = [
    { path: 'README.md', text: '# Start\nnpm start' },
    { path: 'src/main.ts', text: 'run()' },
  ]
  const stopped = await indexSource(deps, { ...file(''), kind: 'repository', text }, AbortSignal.abort())
  assert.ok(stopped.type === 'indexed')
  assert.equal(stopped.wordsAlone, 'It was interrupted.')
  const hits = await knowledge.byWords([SHARED], 'main npm', 10)
  assert.deepEqual(new Set(hits.map(({ heading }) => heading)), new Set(['README.md › Start', 'src/main.ts:1-1']))
})
