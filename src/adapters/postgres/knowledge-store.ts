// What people gave us to look things up in, in PostgreSQL: full text, and vectors by pgvector or compared in this process.
import type { Chunk, KnowledgeStore } from '../../core/ports/knowledge-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { SourceId, UserId } from '../../core/vocabulary/ids.ts'
import type { KnowledgeHit, KnowledgeSource, SourceKind } from '../../core/vocabulary/knowledge.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import { createExactIndex } from './knowledge-exact.ts'
import type { Nearest } from './knowledge-exact.ts'
import { createPgvectorIndex } from './knowledge-pgvector.ts'
import { findByWords, rowToHit } from './knowledge-words.ts'
import type { HitRow } from './knowledge-words.ts'
import type { Database, Statement } from './pool.ts'
import { isUuid } from './rows.ts'
import { storableText } from './storable-text.ts'
import { toUnit } from './vector-rows.ts'

const COLUMNS = 'id, scope, kind, title, uri, added_by, chunks, updated_at'
const FIND: Statement = {
  name: 'find_knowledge',
  text: `select ${COLUMNS}, revision from knowledge_sources where scope = $1 and uri = $2`,
}
const GET: Statement = { name: 'get_knowledge', text: `select ${COLUMNS} from knowledge_sources where id = $1` }
const LIST: Statement = {
  name: 'list_knowledge',
  text: `select ${COLUMNS} from knowledge_sources where scope = any ($1) order by lower(title), title, id`,
}
const REMOVE: Statement = { name: 'remove_knowledge', text: 'delete from knowledge_sources where id = $1 returning id' }
// Refused (no row) where the source is another than the one that was read before: then what this would leave of its
// chunks is not what it leaves in truth. Chunks that stay in their place are not touched, nor indexed again.
const PUT: Statement = {
  name: 'put_knowledge',
  text: `
with source as (
  insert into knowledge_sources as s (id, scope, kind, title, uri, added_by, updated_at, chunks, revision)
  values ($1, $2, $3, $4, $5, $6, $7, coalesce(array_length($9::text[], 1), 0), nextval('knowledge_revisions'))
  on conflict (scope, uri) do update set kind = excluded.kind, title = excluded.title, added_by = excluded.added_by,
    updated_at = excluded.updated_at, chunks = excluded.chunks, revision = excluded.revision, embedded = null
    where s.revision = $8::bigint
  returning ${COLUMNS}
), fresh as materialized (
  select (n - 1)::integer as position, digest, heading, body
  from unnest($9::text[], $10::text[], $11::text[]) with ordinality as f (digest, heading, body, n)
), stays as materialized (
  select f.position from source cross join fresh f cross join lateral (
    select from knowledge_chunks c where c.source_id = source.id and c.position = f.position
      and c.digest = f.digest and c.heading = f.heading limit 1
  ) c
), gone as (
  delete from knowledge_chunks c using source
  where c.source_id = source.id and c.position not in (select position from stays)
  returning c.position
), added as (
  insert into knowledge_chunks (source_id, position, digest, heading, body)
  select source.id, f.position, f.digest, f.heading, f.body from source cross join fresh f
  where (select count(*) from gone) >= 0 and f.position not in (select position from stays)
  returning position
)
select source.* from source where (select count(*) from added) >= 0`,
}
const WITHOUT_VECTOR: Statement = {
  name: 'knowledge_without_vector',
  text: `
with open as materialized (
  select id, updated_at from knowledge_sources where embedded is distinct from $1
)
select c.digest, min(c.heading) as heading, min(c.body) as body
from (
  select c.digest, c.heading, c.body, s.updated_at, s.id, c.position
  from open s join knowledge_chunks c on c.source_id = s.id
  where not exists (select from knowledge_vectors v where v.digest = c.digest and v.model = $1)
  order by s.updated_at, s.id, c.position limit $2
) c group by c.digest order by min(c.updated_at), min(c.position)`,
}
// A source that changed since this looked has another revision, and is looked at again.
const MARK: Statement = {
  name: 'mark_embedded',
  text: `
update knowledge_sources s set embedded = $1
from (
  select id, revision from knowledge_sources k where k.embedded is distinct from $1 and not exists (
    select from knowledge_chunks c where c.source_id = k.id
      and not exists (select from knowledge_vectors v where v.digest = c.digest and v.model = $1)
  ) order by id for update
) done
where s.id = done.id and s.revision = done.revision`,
}
const EMBED: Statement = {
  name: 'embed_knowledge',
  text: `
with given as materialized (
  select g.digest, g.vector::real[] as vector from unnest($2::text[], $3::text[]) as g (digest, vector)
  where exists (select from knowledge_chunks c where c.digest = g.digest)
), added as (
  insert into knowledge_vectors (digest, model, vector)
  select digest, $1, vector from given order by digest on conflict do nothing returning digest
), touched as materialized (
  select s.id from knowledge_sources s
  where s.id in (select c.source_id from knowledge_chunks c join added a on a.digest = c.digest)
  order by s.id for update
)
update knowledge_sources s set revision = nextval('knowledge_revisions') from touched where s.id = touched.id`,
}
const HITS: Statement = {
  name: 'knowledge_hits',
  text: `
select s.id, s.title, s.uri, c.heading, c.body, n.score
from unnest($2::uuid[], $3::integer[], $4::float8[]) with ordinality as n (source_id, position, score, place)
join knowledge_chunks c on c.source_id = n.source_id and c.position = n.position
join knowledge_sources s on s.id = c.source_id and s.scope = any ($1)
order by n.place`,
}
/** Each time another writer was faster. */
const TRIES = 20
/** Some 350,000 vectors of 384 numbers. */
const MAX_INDEX_BYTES = 512 * 1024 * 1024

type SourceRow = {
  readonly id: SourceId
  readonly scope: MemoryScope
  readonly kind: SourceKind
  readonly title: string
  readonly uri: string
  readonly added_by: UserId
  readonly chunks: number
  readonly updated_at: Date
}
type ChunkRow = { readonly digest: string; readonly heading: string; readonly body: string }

export type KnowledgeStoreDeps = {
  readonly database: Database
  readonly log: Telemetry['log']
  /** What vectors may take in this process where there is no pgvector. */
  readonly maxIndexBytes?: number
  /** With pgvector: scopes with fewer chunks are compared whole. */
  readonly comparedWhole?: number
}

export function createPostgresKnowledgeStore(deps: KnowledgeStoreDeps): KnowledgeStore {
  const { database, log, maxIndexBytes } = deps
  const pgvector = createPgvectorIndex(deps)
  const exact = createExactIndex({ database, log, maxBytes: maxIndexBytes ?? MAX_INDEX_BYTES })

  async function hits(scopes: readonly MemoryScope[], nearest: readonly Nearest[]): Promise<readonly KnowledgeHit[]> {
    const rows = await database.run<HitRow>(HITS, [
      scopes,
      nearest.map(({ sourceId }) => sourceId),
      nearest.map(({ position }) => position),
      nearest.map(({ score }) => score),
    ])
    return rows.map(rowToHit)
  }

  return {
    put: async (source, chunks) => {
      const key = [storableText(source.scope), storableText(source.uri)]
      for (let tries = 0; tries < TRIES; tries += 1) {
        const [known] = await database.run<SourceRow & { revision: string }>(FIND, key)
        const [row] = await database.run<SourceRow>(PUT, [
          known?.id ?? source.id,
          key[0],
          source.kind,
          storableText(source.title),
          key[1],
          storableText(source.addedBy),
          source.updatedAt.toISOString(),
          known?.revision ?? null,
          chunks.map(({ digest }) => digest),
          chunks.map(({ heading }) => storableText(heading)),
          chunks.map(({ text }) => storableText(text)),
        ])
        if (row !== undefined) return rowToSource(row)
      }
      throw new Error('The source is being changed by others all the time: try again.')
    },
    withoutVector: async (model, limit) => {
      const rows = await database.run<ChunkRow>(WITHOUT_VECTOR, [model, Math.max(0, limit)])
      if (rows.length === 0 && limit > 0) await database.run(MARK, [model])
      return rows.map(({ digest, heading, body }): Chunk => ({ digest, heading, text: body }))
    },
    embed: async (model, vectors) => {
      const given = [...vectors]
      const first = given.find(([, vector]) => vector.length > 0)
      if (first !== undefined) await pgvector.prepare(model, first[1].length)
      await database.run(EMBED, [
        model,
        given.map(([digest]) => digest),
        given.map(([, vector]) => `{${vector.join(',')}}`),
      ])
    },
    byWords: (scopes, text, limit) => findByWords(database, scopes, text, limit),
    byMeaning: async (scopes, { model, vector }, limit) => {
      const unit = toUnit(Float32Array.from(vector))
      if (scopes.length === 0 || unit.length === 0) return []
      const found = await pgvector.search(scopes, model, unit, limit)
      return found ?? hits(scopes, await exact.search(scopes, model, unit, limit))
    },
    list: async (scopes) => (await database.run<SourceRow>(LIST, [scopes])).map(rowToSource),
    find: async (scope, uri) => {
      const [row] = await database.run<SourceRow>(FIND, [storableText(scope), storableText(uri)])
      return row === undefined ? null : rowToSource(row)
    },
    get: async (id) => {
      const [row] = isUuid(id) ? await database.run<SourceRow>(GET, [id]) : []
      return row === undefined ? null : rowToSource(row)
    },
    remove: async (id) => isUuid(id) && (await database.run(REMOVE, [id])).length > 0,
  }
}

function rowToSource(row: SourceRow): KnowledgeSource {
  return {
    id: row.id,
    scope: row.scope,
    kind: row.kind,
    title: row.title,
    uri: row.uri,
    addedBy: row.added_by,
    chunks: row.chunks,
    updatedAt: row.updated_at,
  }
}
