// Takes a source into the knowledge: cut into chunks, kept, and given vectors; those of what did not change are kept.
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { Chunk, KnowledgeStore, Vector } from '../ports/knowledge-store.ts'
import { ModelError } from '../ports/models.ts'
import type { Models } from '../ports/models.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { SourceId, UserId } from '../vocabulary/ids.ts'
import type { KnowledgeSource, SourceKind } from '../vocabulary/knowledge.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'
import { chunkCode, chunkDialog, chunkFile, withoutLines } from './chunk.ts'
import type { Piece } from './chunk.ts'

export type EmbedDeps = {
  readonly knowledge: KnowledgeStore
  readonly models: Pick<Models, 'embed' | 'embeddingModel'>
  readonly telemetry: Pick<Telemetry, 'log'>
}
export type IndexDeps = EmbedDeps & { readonly ids: Ids; readonly clock: Clock }

export type SourceFile = { readonly path: string; readonly text: string }
export type NewSource = {
  readonly scope: MemoryScope
  readonly kind: SourceKind
  readonly title: string
  /** The same again replaces what was there. */
  readonly uri: string
  /** One text, or the files of a folder. */
  readonly text: string | readonly SourceFile[]
  readonly addedBy: UserId
}

export type Indexed = {
  readonly type: 'indexed'
  readonly source: KnowledgeSource
  /** Vectors that were made now. */
  readonly embedded: number
  /** Why it can be found by its words alone for now; null where it can be found by meaning as well. */
  readonly wordsAlone: string | null
}
export type IndexRefusal =
  | { readonly type: 'empty' }
  /** More than `most` chunks: it has to be added in parts. */
  | { readonly type: 'too_large'; readonly chunks: number; readonly most: number }

/** What one source may have: what is more would take minutes to replace. */
export const MOST_CHUNKS = 20_000
/** Texts to a call: what every provider takes. */
const BATCH = 64

/**
 * Safe to repeat. A model that can't be reached fails nothing: the source is found by its words, and `catchUp` makes the vectors later.
 * `onProgress` hears how many vectors were made so far.
 */
export async function indexSource(
  deps: IndexDeps,
  source: NewSource,
  signal: AbortSignal = new AbortController().signal,
  onProgress: (embedded: number) => void = () => undefined,
): Promise<Indexed | IndexRefusal> {
  const chunks = chunksOf(source).map(({ heading, text }): Chunk => {
    const chunk = { heading, text }
    return { ...chunk, digest: deps.ids.digest(embeddedText(chunk)) }
  })
  if (chunks.length === 0) return { type: 'empty' }
  if (chunks.length > MOST_CHUNKS) return { type: 'too_large', chunks: chunks.length, most: MOST_CHUNKS }
  const { scope, kind, title, uri, addedBy } = source
  const id = deps.ids.next<SourceId>()
  const kept = await deps.knowledge.put({ id, scope, kind, title, uri, addedBy, updatedAt: deps.clock.now() }, chunks)
  const { embedded, failed } = await makeVectors(deps, signal, onProgress)
  const none = deps.models.embeddingModel() === null ? 'No embedding model is set.' : null
  return { type: 'indexed', source: kept, embedded, wordsAlone: none ?? failed }
}

export type CaughtUp = {
  readonly embedded: number
  /** Why some are still missing; null where none is, or where no model embeds. */
  readonly failed: string | null
}

/** Makes the vectors that are missing, of whatever source. Never rejects for what a model does; rejects where the store is gone. */
export async function catchUp(deps: EmbedDeps, signal: AbortSignal): Promise<CaughtUp> {
  return makeVectors(deps, signal, () => undefined)
}

/** Several at once make some vectors twice, which costs and harms nothing. */
async function makeVectors(
  { knowledge, models, telemetry }: EmbedDeps,
  signal: AbortSignal,
  onProgress: (embedded: number) => void,
): Promise<CaughtUp> {
  const model = models.embeddingModel()
  let embedded = 0
  if (model === null) return { embedded, failed: null }
  while (!signal.aborted) {
    const chunks = await knowledge.withoutVector(model, BATCH)
    if (chunks.length === 0) return { embedded, failed: null }
    try {
      const vectors = await vectorsOf(models, chunks, signal)
      await knowledge.embed(model, vectors)
      embedded += vectors.size
      onProgress(embedded)
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      if (error.kind !== 'aborted')
        telemetry.log('warn', 'Knowledge is found by words alone for now: no vectors could be made', {
          model,
          error: error.message,
        })
      return { embedded, failed: error.message }
    }
  }
  return { embedded, failed: 'It was interrupted.' }
}

/** What a model refuses for what stands in it gets the empty vector, so that it holds up nothing else. */
async function vectorsOf(
  models: EmbedDeps['models'],
  chunks: readonly Chunk[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Vector>> {
  try {
    const { vectors } = await models.embed(chunks.map(embeddedText), signal)
    if (vectors.length !== chunks.length)
      throw new ModelError(
        'malformed',
        `The embedding model answered ${chunks.length} texts with ${vectors.length} vectors.`,
      )
    return new Map(chunks.map(({ digest }, index) => [digest, vectors[index] ?? []]))
  } catch (error) {
    if (!(error instanceof ModelError) || error.kind !== 'bad_request') throw error
    if (chunks.length === 1) {
      // Where it refuses even this, the fault is not in the chunk.
      await models.embed(['Hello.'], signal)
      return new Map(chunks.map(({ digest }) => [digest, []]))
    }
    const half = Math.ceil(chunks.length / 2)
    const first = await vectorsOf(models, chunks.slice(0, half), signal)
    return new Map([...first, ...(await vectorsOf(models, chunks.slice(half), signal))])
  }
}

/** What a vector is made of, and a digest: not the lines in the file, which move with every edit above them. */
function embeddedText({ heading, text }: Piece): string {
  return `${withoutLines(heading)}\n\n${text}`
}

function chunksOf({ kind, title, uri, text }: NewSource): readonly Piece[] {
  if (typeof text !== 'string') return text.flatMap((file) => chunkFile(file.path, file.text))
  if (kind === 'dialog') return chunkDialog(title, text)
  const name = /[^/\\]+\.\w+$/.exec(uri)?.[0]
  if (kind === 'code' || kind === 'template') return name === undefined ? chunkCode(title, text) : chunkFile(name, text)
  return chunkFile(name ?? title, text)
}
