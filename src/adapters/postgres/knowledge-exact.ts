// Knowledge by its meaning where the server has no pgvector: every vector of the scopes compared, in this process. Kept in step with the
// database by the revisions of the sources, which are asked for at every search.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { SourceId } from '../../core/vocabulary/ids.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import type { Database, Statement } from './pool.ts'
import { createVectorRows } from './vector-rows.ts'
import type { VectorRows } from './vector-rows.ts'

export type Nearest = { readonly sourceId: SourceId; readonly position: number; readonly score: number }

export type ExactIndex = {
  readonly search: (
    scopes: readonly MemoryScope[],
    model: string,
    vector: Float32Array,
    limit: number,
  ) => Promise<readonly Nearest[]>
}

export type ExactIndexDeps = {
  readonly database: Database
  readonly log: Telemetry['log']
  /** All vectors together; beyond it knowledge is found by words alone. */
  readonly maxBytes: number
}

const SOURCES: Statement = {
  name: 'knowledge_revisions',
  text: 'select id, scope, revision from knowledge_sources where scope = any ($1)',
}
// Chunk by chunk, whatever the statistics say, which may be from before most of them came.
const CHUNKS: Statement = {
  name: 'knowledge_chunks_with_vectors',
  text: `
with c as materialized (
  select source_id, position, digest from knowledge_chunks where source_id = any ($1::uuid[])
)
select c.source_id, c.position, c.digest
from c cross join lateral (
  select from knowledge_vectors v
  where v.digest = c.digest and v.model = $2 and array_length(v.vector, 1) = $3::integer limit 1
) v
order by c.source_id, c.position`,
}
// As the server sends it to other servers: read in a hundredth of the time that its text takes.
const VECTORS: Statement = {
  name: 'knowledge_vectors_of',
  text: 'select digest, array_send(vector) as sent from knowledge_vectors where model = $2 and digest = any ($1)',
}
const SOURCES_AT_ONCE = 200
const VECTORS_AT_ONCE = 1_000
/** Multiplications before others have their turn: some three milliseconds. */
const SLICE = 2_000_000

type SourceRow = { readonly id: SourceId; readonly scope: MemoryScope; readonly revision: string }
type ChunkRow = { readonly source_id: SourceId; readonly position: number; readonly digest: string }
type VectorRow = { readonly digest: string; readonly sent: Uint8Array }
/** `rows` and `positions` side by side. */
type Held = {
  readonly scope: MemoryScope
  readonly revision: string
  readonly rows: Int32Array
  readonly positions: Int32Array
}
type OfModel = { readonly vectors: VectorRows; readonly sources: Map<SourceId, Held>; before: Promise<unknown> }

/** Searches of one model take turns: they share the vectors, which the first one loads. */
export function createExactIndex({ database, log, maxBytes }: ExactIndexDeps): ExactIndex {
  const models = new Map<string, OfModel>()
  let full = false

  /** False where there is no room for all that is wanted. */
  async function refresh(state: OfModel, model: string, wanted: readonly SourceRow[], scopes: readonly MemoryScope[]) {
    const listed = new Set(wanted.map(({ id }) => id))
    for (const [id, { scope }] of state.sources) if (scopes.includes(scope) && !listed.has(id)) drop(state, id)
    const old = wanted.filter(({ id, revision }) => state.sources.get(id)?.revision !== revision)
    for (let from = 0; from < old.length; from += SOURCES_AT_ONCE) {
      if (!(await load(state, model, old.slice(from, from + SOURCES_AT_ONCE), listed))) return false
    }
    return true
  }

  async function load(
    state: OfModel,
    model: string,
    sources: readonly SourceRow[],
    listed: ReadonlySet<SourceId>,
  ): Promise<boolean> {
    const { vectors } = state
    const ids = sources.map(({ id }) => id)
    const chunks = await database.run<ChunkRow>(CHUNKS, [ids, model, vectors.dimensions])
    const unknown = () => [...new Set(chunks.map(({ digest }) => digest))].filter((digest) => vectors.find(digest) < 0)
    const isTooMuch = (more: number) =>
      (vectors.size() + more) * vectors.dimensions * Float32Array.BYTES_PER_ELEMENT > maxBytes
    // What other scopes were asked for makes room for what is asked for now.
    if (isTooMuch(unknown().length)) for (const id of state.sources.keys()) if (!listed.has(id)) drop(state, id)
    const missing = unknown()
    if (isTooMuch(missing.length)) {
      if (!full) log('warn', 'There are too many vectors to keep in memory: install pgvector on the database server')
      full = true
      return false
    }
    for (let from = 0; from < missing.length; from += VECTORS_AT_ONCE) {
      const rows = await database.run<VectorRow>(VECTORS, [missing.slice(from, from + VECTORS_AT_ONCE), model])
      for (const { digest, sent } of rows) vectors.add(digest, sent)
    }
    const bySource = Map.groupBy(chunks, (chunk) => chunk.source_id)
    for (const { id, scope, revision } of sources) {
      // What was deleted meanwhile has no vector, and a newer revision.
      const present = (bySource.get(id) ?? []).filter(({ digest }) => vectors.find(digest) >= 0)
      const rows = Int32Array.from(present, ({ digest }) => vectors.find(digest))
      vectors.hold(rows)
      drop(state, id)
      state.sources.set(id, { scope, revision, rows, positions: Int32Array.from(present, ({ position }) => position) })
    }
    return true
  }

  async function search(
    state: OfModel,
    scopes: readonly MemoryScope[],
    model: string,
    vector: Float32Array,
    limit: number,
  ): Promise<readonly Nearest[]> {
    const wanted = await database.run<SourceRow>(SOURCES, [scopes])
    if (!(await refresh(state, model, wanted, scopes))) return []
    const best: Nearest[] = []
    let done = 0
    for (const { id } of wanted) {
      const held = state.sources.get(id)
      for (let index = 0; held !== undefined && index < held.rows.length; index += 1) {
        const score = state.vectors.dot(held.rows[index] ?? 0, vector)
        if (best.length < limit || score > (best.at(-1)?.score ?? 0))
          insert(best, { sourceId: id, position: held.positions[index] ?? 0, score }, limit)
        done += vector.length
        if (done > SLICE) {
          done = 0
          await nextTurn()
        }
      }
    }
    return best
  }

  return {
    search: (scopes, model, vector, limit) => {
      const key = `${model}\n${vector.length}`
      const state = models.get(key) ?? {
        vectors: createVectorRows(vector.length),
        sources: new Map<SourceId, Held>(),
        before: Promise.resolve(),
      }
      models.set(key, state)
      const found = state.before.then(() => search(state, scopes, model, vector, Math.max(0, limit)))
      state.before = found.catch(() => undefined)
      return found
    },
  }
}

function drop({ sources, vectors }: OfModel, id: SourceId): void {
  const held = sources.get(id)
  if (held === undefined) return
  vectors.release(held.rows)
  sources.delete(id)
}

/** Keeps the order; equal ones in the order in which they came. */
function insert(best: Nearest[], found: Nearest, limit: number): void {
  let at = best.length
  while (at > 0 && (best[at - 1]?.score ?? 0) < found.score) at -= 1
  best.splice(at, 0, found)
  if (best.length > limit) best.pop()
}
