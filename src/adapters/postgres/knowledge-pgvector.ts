// Knowledge by its meaning where the server has pgvector: an HNSW index for each model, over the vectors as they are kept. It is an
// index of PostgreSQL like any other, so it can't fall out of step with them.
import { createHash } from 'node:crypto'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { KnowledgeHit } from '../../core/vocabulary/knowledge.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import { rowToHit } from './knowledge-words.ts'
import type { HitRow } from './knowledge-words.ts'
import type { Database, Statement } from './pool.ts'

export type PgvectorIndex = {
  /** Null where this server has no pgvector for us: whoever asks compares by itself. */
  readonly search: (
    scopes: readonly MemoryScope[],
    model: string,
    vector: Float32Array,
    limit: number,
  ) => Promise<readonly KnowledgeHit[] | null>
  /** Makes the index of a model where there is none: best while there are few vectors. Never throws. */
  readonly prepare: (model: string, dimensions: number) => Promise<void>
}

const EXTENSION: Statement = {
  name: 'vector_extension',
  text: `
select (select extversion from pg_extension where extname = 'vector') as installed,
  exists (select from pg_available_extensions where name = 'vector') as available`,
}
const INSTALL: Statement = { name: 'install_vector', text: 'create extension if not exists vector' }
const INDEXED: Statement = {
  name: 'vector_index',
  text: `select exists (select from pg_class c join pg_index i on i.indexrelid = c.oid
    where c.relname = $1 and i.indisvalid and pg_table_is_visible(c.oid)) as there`,
}
const SIZE: Statement = {
  name: 'knowledge_size',
  text: 'select coalesce(sum(chunks), 0)::integer as chunks from knowledge_sources where scope = any ($1)',
}

const WHOLE = 5_000
/** What the index can hold: 16 bits a number take it further. */
const MOST_DIMENSIONS = 2_000
const MOST_HALF_DIMENSIONS = 4_000
// Chunks of one source are much alike, and among such the graph's defaults lose half of the nearest: it is built and searched
// wider. Only what the index gives in its order is read, until enough of it is in the scopes: no plan that sorts everything.
const IN_ORDER = `set local enable_sort = off; set local enable_seqscan = off; set local enable_hashjoin = off;
set local enable_mergejoin = off; set local hnsw.ef_search = 400;`
/** Since 0.8: goes on where the first candidates were not of the scopes. */
const GO_ON = `set local hnsw.iterative_scan = strict_order;`

type Extension = { readonly iterative: boolean }

export type PgvectorIndexDeps = {
  readonly database: Database
  readonly log: Telemetry['log']
  /** Scopes with fewer chunks are compared whole: exact, and quicker than walking an index past everybody else's. */
  readonly comparedWhole?: number
}

export function createPgvectorIndex({ database, log, comparedWhole = WHOLE }: PgvectorIndexDeps): PgvectorIndex {
  let extension: Promise<Extension | null> | null = null
  /** `true` once it is there. */
  const indexes = new Map<string, boolean>()

  async function findExtension(): Promise<Extension | null> {
    const [row] = await database.run<{ installed: string | null; available: boolean }>(EXTENSION, [])
    if (row === undefined || (row.installed === null && !row.available)) return null
    if (row.installed !== null) return { iterative: isIterative(row.installed) }
    try {
      await database.run(INSTALL, [])
    } catch (error) {
      log('info', 'pgvector is there but may not be installed; vectors are compared in this process', {
        error: messageOf(error),
      })
      return null
    }
    const [now] = await database.run<{ installed: string | null }>(EXTENSION, [])
    return { iterative: isIterative(now?.installed ?? '') }
  }

  function theExtension(): Promise<Extension | null> {
    extension ??= findExtension().catch((error: unknown) => {
      extension = null
      throw error
    })
    return extension
  }

  async function prepare(model: string, dimensions: number): Promise<void> {
    const index = indexOf(model, dimensions)
    if (dimensions > MOST_HALF_DIMENSIONS || dimensions < 1 || indexes.has(index.name)) return
    try {
      if ((await theExtension()) === null || indexes.has(index.name)) return
      indexes.set(index.name, false)
      const there = async () => (await database.run<{ there: boolean }>(INDEXED, [index.name]))[0]?.there === true
      if (!(await there())) await database.run({ name: 'make_vector_index', text: index.definition }, [])
      indexes.set(index.name, await there())
    } catch (error) {
      indexes.delete(index.name)
      log('warn', 'The index of the vectors could not be made; they are compared without it', {
        model,
        error: messageOf(error),
      })
    }
  }

  return {
    prepare,
    search: async (scopes, model, vector, limit) => {
      const found = vector.length > MOST_HALF_DIMENSIONS ? null : await theExtension()
      if (found === null) return null
      const index = indexOf(model, vector.length)
      // Made beside the search: on a large table it takes a while.
      if (!indexes.has(index.name)) void prepare(model, vector.length)
      const values = [scopes, `[${vector.join(',')}]`, Math.max(0, limit)]
      const [size] = await database.run<{ chunks: number }>(SIZE, [scopes])
      if (indexes.get(index.name) === true && (size?.chunks ?? 0) > comparedWhole) {
        const settings = found.iterative ? `${IN_ORDER}${GO_ON}` : IN_ORDER
        const rows = await database.run<HitRow>({ ...index.nearest, settings }, values)
        if (rows.length >= limit) return rows.map(rowToHit)
      }
      return (await database.run<HitRow>(index.whole, values)).map(rowToHit)
    },
  }
}

/** The statements of one model. Its name is part of them, because the index is of its vectors alone. */
function indexOf(model: string, dimensions: number) {
  const name = `knowledge_near_${createHash('sha256').update(`${model}\n${dimensions}`).digest('hex').slice(0, 16)}`
  const type = dimensions <= MOST_DIMENSIONS ? `vector(${dimensions})` : `halfvec(${dimensions})`
  const operators = dimensions <= MOST_DIMENSIONS ? 'vector_cosine_ops' : 'halfvec_cosine_ops'
  const ofModel = `model = '${model.replaceAll("'", "''")}' and array_length(vector, 1) = ${dimensions}`
  const distance = `(v.vector::${type}) <=> $2::${type}`
  const hit = 's.id, s.title, s.uri, c.heading, c.body'
  const nearest: Statement = {
    name: 'knowledge_nearest',
    replanned: true,
    text: `
select ${hit}, 1 - (${distance}) as score
from knowledge_vectors v join knowledge_chunks c on c.digest = v.digest join knowledge_sources s on s.id = c.source_id
where v.${ofModel.replace('(vector', '(v.vector')} and s.scope = any ($1)
order by ${distance} limit $3`,
  }
  const whole: Statement = {
    name: 'knowledge_compared',
    replanned: true,
    text: `
with compared as materialized (
  select c.source_id, c.position, ${distance} as distance
  from knowledge_sources s join knowledge_chunks c on c.source_id = s.id join knowledge_vectors v on v.digest = c.digest
  where v.${ofModel.replace('(vector', '(v.vector')} and s.scope = any ($1)
), best as (
  select * from compared order by distance, source_id, position limit $3
)
select ${hit}, 1 - b.distance as score
from best b join knowledge_chunks c on c.source_id = b.source_id and c.position = b.position
join knowledge_sources s on s.id = b.source_id
order by b.distance, b.source_id, b.position`,
  }
  return {
    name,
    nearest,
    whole,
    definition: `create index if not exists ${name} on knowledge_vectors using hnsw ((vector::${type}) ${operators}) with (m = 16, ef_construction = 200) where ${ofModel}`,
  }
}

function isIterative(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 0 || minor >= 8
}
