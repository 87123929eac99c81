// Knowledge in memory: for tests and the simulation.
import type { Chunk, KnowledgeStore, Vector } from '../../core/ports/knowledge-store.ts'
import type { SourceId } from '../../core/vocabulary/ids.ts'
import type { KnowledgeHit, KnowledgeSource } from '../../core/vocabulary/knowledge.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'

type Kept = { readonly source: KnowledgeSource; readonly chunks: readonly Chunk[] }

const STOP_WORDS = new Set(
  'a an and are as at be but by can do does for from had has have how i if in into is it its me my no not of on or our so that the their them then there these they this to was we were what when where which who why will with you your'.split(
    ' ',
  ),
)
const QUERY_CHARACTERS = 2_000

export function createMemoryKnowledgeStore(): KnowledgeStore {
  const sources = new Map<SourceId, Kept>()
  /** By model, then digest. */
  const vectors = new Map<string, Map<string, Vector>>()
  const of = (scopes: readonly MemoryScope[]) =>
    [...sources.values()].filter(({ source }) => scopes.includes(source.scope))
  const find = (scope: MemoryScope, uri: string) =>
    [...sources.values()].find(({ source }) => source.scope === scope && source.uri === uri) ?? null
  const forget = () => {
    const digests = new Set([...sources.values()].flatMap(({ chunks }) => chunks.map(({ digest }) => digest)))
    for (const known of vectors.values())
      for (const digest of known.keys()) if (!digests.has(digest)) known.delete(digest)
  }
  const best = (found: readonly KnowledgeHit[], limit: number) =>
    found.toSorted((one, other) => other.score - one.score).slice(0, Math.max(0, limit))

  return {
    put: async (source, chunks) => {
      const id = find(source.scope, source.uri)?.source.id ?? source.id
      const kept = { ...source, id, chunks: chunks.length }
      sources.set(id, { source: kept, chunks: [...chunks] })
      forget()
      return kept
    },
    withoutVector: async (model, limit) => {
      const known = vectors.get(model)
      const missing = new Map<string, Chunk>()
      const oldest = [...sources.values()].toSorted(
        (one, other) => one.source.updatedAt.getTime() - other.source.updatedAt.getTime(),
      )
      for (const { chunks } of oldest)
        for (const chunk of chunks) if (known?.has(chunk.digest) !== true) missing.set(chunk.digest, chunk)
      return [...missing.values()].slice(0, Math.max(0, limit))
    },
    embed: async (model, given) => {
      const known = vectors.get(model) ?? new Map<string, Vector>()
      vectors.set(model, known)
      for (const [digest, vector] of given) if (!known.has(digest)) known.set(digest, vector)
      forget()
    },
    byWords: async (scopes, text, limit) => {
      const chunks = of(scopes).flatMap(({ source, chunks: own }) =>
        own.map((chunk) => ({ source, chunk, words: wordsOf(`${chunk.heading}\n${chunk.text}`) })),
      )
      const weights = [...wordsOf(text.slice(0, QUERY_CHARACTERS))].map((word) => {
        const having = chunks.filter(({ words }) => words.has(word)).length
        return { word, weight: having === 0 ? 0 : Math.log(1 + chunks.length / having) }
      })
      const scored = chunks.map(({ source, chunk, words }) =>
        toHit(
          source,
          chunk,
          weights.reduce((sum, { word, weight }) => sum + (words.has(word) ? weight : 0), 0),
        ),
      )
      return best(
        scored.filter(({ score }) => score > 0),
        limit,
      )
    },
    byMeaning: async (scopes, { model, vector }, limit) => {
      const known = vectors.get(model)
      const found = of(scopes).flatMap(({ source, chunks }) =>
        chunks.flatMap((chunk) => {
          const own = known?.get(chunk.digest)
          return own === undefined || own.length !== vector.length || own.length === 0
            ? []
            : [toHit(source, chunk, cosine(own, vector))]
        }),
      )
      return best(found, limit)
    },
    list: async (scopes) =>
      of(scopes)
        .map(({ source }) => source)
        .toSorted((one, other) => (one.title.toLowerCase() < other.title.toLowerCase() ? -1 : 1)),
    find: async (scope, uri) => find(scope, uri)?.source ?? null,
    get: async (id) => sources.get(id)?.source ?? null,
    remove: async (id) => {
      const removed = sources.delete(id)
      forget()
      return removed
    },
  }
}

function toHit({ id, title, uri }: KnowledgeSource, { heading, text }: Chunk, score: number): KnowledgeHit {
  return { sourceId: id, title, uri, heading, text, score }
}

/** Without what every text has, and without the ends that English gives to words. */
function wordsOf(text: string): ReadonlySet<string> {
  const apart = `${text}\n${text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')}`.toLowerCase()
  const words = apart.match(/[\p{L}\p{N}]+/gu) ?? []
  return new Set(
    words.filter((word) => !STOP_WORDS.has(word)).map((word) => word.replace(/(?:ations?|ing|ed|es|s|e)$/, '')),
  )
}

function cosine(one: Vector, other: Vector): number {
  const product = (a: Vector, b: Vector) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)
  const lengths = Math.sqrt(product(one, one) * product(other, other))
  return lengths === 0 ? 0 : product(one, other) / lengths
}
