// Searchable chunks of what people added. Implemented over PostgreSQL's full text, with pgvector or an exact index for vectors.
import type { SourceId } from '../vocabulary/ids.ts'
import type { KnowledgeHit, KnowledgeSource } from '../vocabulary/knowledge.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'

export type Chunk = {
  /** SHA-256 of heading and text: the same chunk is not embedded twice. */
  readonly digest: string
  readonly heading: string
  readonly text: string
}

export type Vector = readonly number[]
/** Vectors of different models are not comparable: a search sees those of one alone. */
export type Embedding = { readonly model: string; readonly vector: Vector }

export type KnowledgeQuery = {
  readonly scopes: readonly MemoryScope[]
  readonly text: string
  readonly embedding: Embedding | null
  readonly limit: number
}

export interface KnowledgeStore {
  /** The source and all its chunks, in order: what was there of it before is replaced as a whole. Durable when it resolves. */
  put(source: Omit<KnowledgeSource, 'chunks'>, chunks: readonly Chunk[]): Promise<KnowledgeSource>
  /** Digests of chunks that have no vector of this model yet, at most `limit`, oldest source first. */
  withoutVector(model: string, limit: number): Promise<readonly Chunk[]>
  embed(model: string, vectors: ReadonlyMap<string, Vector>): Promise<void>
  /** By words and by meaning, each in its own order, best first. Only of the scopes. */
  search(query: KnowledgeQuery): Promise<{
    readonly byWords: readonly KnowledgeHit[]
    readonly byMeaning: readonly KnowledgeHit[]
  }>
  /** By title. */
  list(scopes: readonly MemoryScope[]): Promise<readonly KnowledgeSource[]>
  find(scope: MemoryScope, uri: string): Promise<KnowledgeSource | null>
  get(id: SourceId): Promise<KnowledgeSource | null>
  /** From the next search on nothing of it is found. False when there was none. */
  remove(id: SourceId): Promise<boolean>
}
