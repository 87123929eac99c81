// Searchable chunks of what people added. Implemented over PostgreSQL's full text, with pgvector or an exact index for vectors;
// every implementation passes test/contract/knowledge-store.ts.
import type { SourceId } from '../vocabulary/ids.ts'
import type { KnowledgeHit, KnowledgeSource } from '../vocabulary/knowledge.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'

export type Chunk = {
  /** SHA-256 of what is embedded of it: the same chunk is not embedded twice. */
  readonly digest: string
  readonly heading: string
  readonly text: string
}

/** An empty one says that the model can't take this chunk: it is not asked for again, and never found by meaning. */
export type Vector = readonly number[]
/** Vectors of different models are not comparable: a search sees those of one alone. */
export type Embedding = { readonly model: string; readonly vector: Vector }

export interface KnowledgeStore {
  /**
   * The source and all its chunks, in order: what was there of (scope, uri) before is replaced as a whole, and keeps its id. Chunks that
   * were there before keep their vectors. Durable when it resolves. Of two at once for one source, one is there as a whole afterwards.
   */
  put(source: Omit<KnowledgeSource, 'chunks'>, chunks: readonly Chunk[]): Promise<KnowledgeSource>
  /** Chunks that have no vector of this model yet, each digest once, at most `limit`, oldest source first. */
  withoutVector(model: string, limit: number): Promise<readonly Chunk[]>
  /** By digest; what is there already stays. A digest that no chunk has any more is left out. */
  embed(model: string, vectors: ReadonlyMap<string, Vector>): Promise<void>
  /**
   * Chunks of the scopes that share words with the text, best first: rare words count for more. Any text is a query, none an error;
   * only its first 2,000 characters count.
   */
  byWords(scopes: readonly MemoryScope[], text: string, limit: number): Promise<readonly KnowledgeHit[]>
  /** Chunks of the scopes nearest in meaning, best first; `score` is the cosine of the angle, at most 1. */
  byMeaning(scopes: readonly MemoryScope[], embedding: Embedding, limit: number): Promise<readonly KnowledgeHit[]>
  /** By title. */
  list(scopes: readonly MemoryScope[]): Promise<readonly KnowledgeSource[]>
  find(scope: MemoryScope, uri: string): Promise<KnowledgeSource | null>
  get(id: SourceId): Promise<KnowledgeSource | null>
  /** From the next search on nothing of it is found, in any process; vectors that nobody else needs go with it. False when there was none. */
  remove(id: SourceId): Promise<boolean>
}
