// What every KnowledgeStore promises.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Chunk, KnowledgeStore, Vector } from '../../src/core/ports/knowledge-store.ts'
import type { SourceId } from '../../src/core/vocabulary/ids.ts'
import type { KnowledgeHit, KnowledgeSource } from '../../src/core/vocabulary/knowledge.ts'
import { personScope, SHARED } from '../../src/core/vocabulary/memory.ts'
import type { MemoryScope } from '../../src/core/vocabulary/memory.ts'
import { ADA, newId } from './sample-task.ts'
import { withParts } from './with-parts.ts'

export type KnowledgeUnderTest = {
  readonly knowledge: KnowledgeStore
  /** The same, as another process has it. */
  readonly elsewhere: KnowledgeStore
  readonly close: () => Promise<void>
}

const MODEL = "test/tiny's"
const ADAS = personScope(ADA)

export function knowledgeStoreContract(name: string, open: () => Promise<KnowledgeUnderTest>): void {
  const withKnowledge = withParts(name, open)

  withKnowledge(
    'a source is there as a whole, and what is put again replaces it and keeps its id',
    async ({ knowledge }) => {
      const first = await knowledge.put(source({ title: 'Recipes' }), chunks('Bake bread.', 'Boil soup.', 'Fry fish.'))
      assert.equal(first.chunks, 3)
      const again = await knowledge.put(
        source({ title: 'Better recipes', kind: 'template' }),
        chunks('Boil soup.', 'Steam rice.'),
      )
      assert.deepEqual([again.id, again.title, again.kind, again.chunks], [first.id, 'Better recipes', 'template', 2])
      assert.deepEqual(await knowledge.find(SHARED, 'notes.md'), again)
      assert.deepEqual(await knowledge.get(first.id), again)
      assert.deepEqual(await knowledge.list([SHARED]), [again])
      assert.deepEqual(texts(await knowledge.byWords([SHARED], 'bread or fish', 10)), [])
      assert.deepEqual(texts(await knowledge.byWords([SHARED], 'soup', 10)), ['Boil soup.'])
      const [hit] = await knowledge.byWords([SHARED], 'steamed rice', 10)
      assert.deepEqual([hit?.sourceId, hit?.title, hit?.uri], [first.id, 'Better recipes', 'notes.md'])
    },
  )

  withKnowledge('what was never there is not found, and removing it changes nothing', async ({ knowledge }) => {
    assert.equal(await knowledge.get(newId()), null)
    assert.equal(await knowledge.get('nothing' as SourceId), null)
    assert.equal(await knowledge.find(SHARED, 'nothing'), null)
    assert.equal(await knowledge.remove(newId()), false)
    assert.equal(await knowledge.remove('nothing' as SourceId), false)
    assert.deepEqual(await knowledge.list([]), [])
    assert.deepEqual(await knowledge.withoutVector(MODEL, 10), [])
    assert.deepEqual(await knowledge.byWords([SHARED], 'anything', 10), [])
    assert.deepEqual(await knowledge.byMeaning([SHARED], { model: MODEL, vector: [1, 0] }, 10), [])
  })

  withKnowledge('a whole question finds what shares words with it, rare words first', async ({ knowledge }) => {
    const common = Array.from(
      { length: 20 },
      (_, index) => `The server restarts and the server logs, the ${index}th time.`,
    )
    await knowledge.put(source({}), chunks(...common, 'A quokka ate the cable of a server.', 'Nothing of the kind.'))
    const found = texts(await knowledge.byWords([SHARED], 'Which server was it that had trouble with quokkas?', 5))
    assert.equal(found[0], 'A quokka ate the cable of a server.')
    assert.equal(found.length, 5)
    assert.ok(!found.includes('Nothing of the kind.'))
  })

  withKnowledge('headings, paths and the parts of names are words too', async ({ knowledge }) => {
    await knowledge.put(source({}), [
      chunk('Run it as root.', 'README.md › Installation'),
      chunk('export const retryDelayMs = 300', 'src/queue/back-off.ts:1-9'),
      chunk('Something else.', 'elsewhere.md'),
    ])
    const first = async (words: string) => (await knowledge.byWords([SHARED], words, 10))[0]?.heading
    assert.equal(await first('how is it installed'), 'README.md › Installation')
    assert.equal(await first('the delay between two retries'), 'src/queue/back-off.ts:1-9')
    assert.equal(await first('retryDelayMs'), 'src/queue/back-off.ts:1-9')
    assert.equal(await first('what happens in queue?'), 'src/queue/back-off.ts:1-9')
  })

  withKnowledge('any text is a question, and none is an error', async ({ knowledge }) => {
    await knowledge.put(source({}), chunks('Bake bread & butter.', "It's O'Brien's."))
    const hostile = [
      '',
      '   ',
      'the of and',
      "'; drop table knowledge_sources; --",
      'bread & | ! ( ) <-> :* \\ \' " %',
      "bread'",
      '\0bread\uD800',
      `${'bread '.repeat(5_000)}`,
      'x'.repeat(50_000),
      '-----bread:::://///',
      '<script>bread</script>',
      '面包 خبز 🍞',
    ]
    for (const text of hostile) {
      const found = await knowledge.byWords([SHARED], text, 10)
      if (text.startsWith('bread')) assert.deepEqual(texts(found), ['Bake bread & butter.'], text.slice(0, 30))
    }
    assert.equal((await knowledge.byWords([SHARED], "O'Brien", 10)).length, 1)
  })

  withKnowledge('by meaning the nearest come first, of this model and of this length alone', async ({ knowledge }) => {
    const [north, east, south] = chunks('North.', 'East.', 'South.') as [Chunk, Chunk, Chunk]
    await knowledge.put(source({}), [north, east, south])
    await knowledge.embed(
      MODEL,
      new Map<string, Vector>([
        [north.digest, [0, 3]],
        [east.digest, [0.5, 0]],
        [south.digest, []],
      ]),
    )
    await knowledge.embed('other', new Map<string, Vector>([[south.digest, [0, 1]]]))
    const found = await knowledge.byMeaning([SHARED], { model: MODEL, vector: [0.2, 1] }, 10)
    assert.deepEqual(texts(found), ['North.', 'East.'])
    assert.ok(Math.abs((found[0]?.score ?? 0) - 1 / Math.hypot(0.2, 1)) < 0.001)
    assert.deepEqual(texts(await knowledge.byMeaning([SHARED], { model: MODEL, vector: [0.2, 1] }, 1)), ['North.'])
    assert.deepEqual(texts(await knowledge.byMeaning([SHARED], { model: 'other', vector: [0, 1] }, 10)), ['South.'])
    assert.deepEqual(await knowledge.byMeaning([SHARED], { model: MODEL, vector: [0, 1, 0] }, 10), [])
    assert.deepEqual(await knowledge.byMeaning([SHARED], { model: MODEL, vector: [] }, 10), [])
  })

  withKnowledge('nothing of another scope is ever found, by words or by meaning', async ({ knowledge }) => {
    const scopes = [SHARED, ADAS, personScope('bob' as typeof ADA), 'chat:telegram/1:2' as MemoryScope]
    for (const scope of scopes) {
      const own = chunk(`The secret word of ${scope} is plum.`)
      await knowledge.put(source({ scope, title: scope }), [own, chunk('The same secret plum everywhere.')])
      await knowledge.embed(
        MODEL,
        new Map<string, Vector>([
          [own.digest, [1, 0]],
          [digestOf('The same secret plum everywhere.'), [1, 0.1]],
        ]),
      )
    }
    for (const asked of [[SHARED], [ADAS], [SHARED, ADAS], scopes]) {
      const found = [
        ...(await knowledge.byWords(asked, 'secret plum', 100)),
        ...(await knowledge.byMeaning(asked, { model: MODEL, vector: [1, 0] }, 100)),
      ]
      assert.equal(found.length, asked.length * 4)
      assert.deepEqual(new Set(found.map(({ title }) => title)), new Set(asked))
    }
    assert.deepEqual(await knowledge.byWords([], 'secret plum', 10), [])
    assert.deepEqual(await knowledge.byMeaning([], { model: MODEL, vector: [1, 0] }, 10), [])
    assert.equal((await knowledge.list([ADAS])).length, 1)
  })

  withKnowledge('chunks that stay keep their vectors; only what is new lacks one', async ({ knowledge }) => {
    await knowledge.put(source({}), chunks('One.', 'Two.', 'Three.'))
    const missing = await knowledge.withoutVector(MODEL, 10)
    assert.deepEqual(missing.map(({ text }) => text).toSorted(), ['One.', 'Three.', 'Two.'])
    assert.equal((await knowledge.withoutVector(MODEL, 2)).length, 2)
    await knowledge.embed(MODEL, new Map(missing.map(({ digest }, index) => [digest, [1, index]])))
    assert.deepEqual(await knowledge.withoutVector(MODEL, 10), [])
    assert.equal((await knowledge.withoutVector('other', 10)).length, 3)
    await knowledge.put(source({}), chunks('Zero.', 'One.', 'Three.'))
    assert.deepEqual(
      (await knowledge.withoutVector(MODEL, 10)).map(({ text }) => text),
      ['Zero.'],
    )
    assert.equal((await knowledge.byMeaning([SHARED], { model: MODEL, vector: [1, 0] }, 10)).length, 2)
    await knowledge.put(source({ uri: 'copy.md' }), chunks('One.', 'Three.', 'One.'))
    assert.deepEqual(
      (await knowledge.withoutVector(MODEL, 10)).map(({ text }) => text),
      ['Zero.'],
    )
    await knowledge.embed(MODEL, new Map([[digestOf('Zero.'), [0, 1]]]))
    assert.deepEqual(await knowledge.withoutVector(MODEL, 10), [])
  })

  withKnowledge(
    'what is removed is not found from then on, in any process, and its vectors are gone',
    async ({ knowledge, elsewhere }) => {
      const kept = await knowledge.put(source({ uri: 'kept.md' }), chunks('Both have this plum.', 'A plum that stays.'))
      const gone = await knowledge.put(source({ uri: 'gone.md' }), chunks('Both have this plum.', 'A plum that goes.'))
      await knowledge.embed(
        MODEL,
        new Map((await knowledge.withoutVector(MODEL, 10)).map(({ digest }) => [digest, [1, 1]])),
      )
      const near = (store: KnowledgeStore) => store.byMeaning([SHARED], { model: MODEL, vector: [1, 1] }, 10)
      for (const store of [knowledge, elsewhere]) assert.equal((await near(store)).length, 4)
      assert.equal(await knowledge.remove(gone.id), true)
      for (const store of [elsewhere, knowledge]) {
        assert.deepEqual(new Set(texts(await near(store))), new Set(['Both have this plum.', 'A plum that stays.']))
        assert.equal((await store.byWords([SHARED], 'plum', 10)).length, 2)
      }
      assert.equal(await knowledge.remove(gone.id), false)
      await knowledge.put(source({ uri: 'gone.md' }), chunks('A plum that goes.'))
      assert.deepEqual(
        (await knowledge.withoutVector(MODEL, 10)).map(({ text }) => text),
        ['A plum that goes.'],
      )
      assert.equal((await knowledge.get(kept.id))?.chunks, 2)
    },
  )

  withKnowledge('what one process adds or changes, another finds at once', async ({ knowledge, elsewhere }) => {
    const near = async () => texts(await elsewhere.byMeaning([SHARED], { model: MODEL, vector: [1, 0] }, 10))
    assert.deepEqual(await near(), [])
    await knowledge.put(source({}), chunks('First.', 'Second.'))
    await knowledge.embed(MODEL, new Map([[digestOf('First.'), [1, 0]]]))
    assert.deepEqual(await near(), ['First.'])
    await knowledge.embed(MODEL, new Map([[digestOf('Second.'), [1, 0.5]]]))
    assert.deepEqual(await near(), ['First.', 'Second.'])
    await knowledge.put(source({}), chunks('Third.', 'Second.'))
    await knowledge.embed(MODEL, new Map([[digestOf('Third.'), [1, 0.1]]]))
    assert.deepEqual(await near(), ['Third.', 'Second.'])
  })

  withKnowledge('of writers that race one has the source as a whole', async ({ knowledge, elsewhere }) => {
    const versions = Array.from({ length: 8 }, (_, version) =>
      Array.from({ length: 1 + (version % 4) }, (__, index) => `Line ${index} of version ${version}.`),
    )
    await Promise.all(
      versions.map((lines, index) =>
        (index % 2 === 0 ? knowledge : elsewhere).put(source({}), chunks('Always.', ...lines)),
      ),
    )
    const [only] = await knowledge.list([SHARED])
    const found = texts(await knowledge.byWords([SHARED], 'line version always', 100))
    assert.equal(only?.chunks, found.length)
    assert.ok(
      versions.some(
        (lines) => ['Always.', ...lines].every((line) => found.includes(line)) && lines.length + 1 === found.length,
      ),
    )
  })

  withKnowledge('lists are by title, whatever its letters', async ({ knowledge }) => {
    for (const title of ['beta', 'Alpha', 'Gamma']) await knowledge.put(source({ title, uri: title }), chunks(title))
    assert.deepEqual(
      (await knowledge.list([SHARED])).map(({ title }) => title),
      ['Alpha', 'beta', 'Gamma'],
    )
  })

  withKnowledge('texts keep what they hold, as far as a database can', async ({ knowledge }) => {
    const text = 'plum "quotes" \'single\' \\ back 🍑 {a,b}\n\ttab'
    await knowledge.put(source({ title: 'Fruit\0', uri: '/notes/plüm {1}.md' }), [chunk(text, 'a "heading" \\ {x}')])
    const [hit] = await knowledge.byWords([SHARED], 'plum', 1)
    assert.deepEqual([hit?.text, hit?.heading, hit?.uri], [text, 'a "heading" \\ {x}', '/notes/plüm {1}.md'])
  })
}

export function source(wishes: Partial<KnowledgeSource>): Omit<KnowledgeSource, 'chunks'> {
  return {
    id: newId(),
    scope: SHARED,
    kind: 'document',
    title: 'Notes',
    uri: 'notes.md',
    addedBy: ADA,
    updatedAt: new Date('2026-03-02T09:00:00Z'),
    ...wishes,
  }
}

function chunk(text: string, heading = 'Notes'): Chunk {
  return { digest: digestOf(text), heading, text }
}

function chunks(...bodies: readonly string[]): readonly Chunk[] {
  return bodies.map((text) => chunk(text))
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function texts(hits: readonly KnowledgeHit[]): readonly string[] {
  return hits.map(({ text }) => text)
}
