// Knowledge by its words: PostgreSQL's full text, with what it lacks, the weight of rare words.
import type { KnowledgeHit } from '../../core/vocabulary/knowledge.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import type { SourceId } from '../../core/vocabulary/ids.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

/** Words of a question: more say less. */
const LEXEMES = 32
const QUERY_CHARACTERS = 2_000
/** Chunks for one word: one that more of them have tells little, and is only looked for in what the others found. */
const COMMON = 3_000
/** Of the best by their rare words, which are then told apart by all words and by how near they stand. */
const RANKED = 150

// Any of the words is enough, so that a question in a whole sentence finds something. ts_rank_cd alone would give most to
// chunks that repeat a common word; so each word counts by how few chunks have it, and only the best are ranked. Rare words
// are looked up one by one through the index; of common ones, what has all words. Each lexeme is quoted by itself: nothing
// that stands in a question is an operator, or an error.
const BY_WORDS: Statement = {
  name: 'knowledge_by_words',
  replanned: true,
  // Through the index of the words whatever the statistics say, which may be from before most of the chunks came.
  settings: 'set local enable_seqscan = off; set local enable_indexscan = off; set local enable_indexonlyscan = off;',
  text: `
with wanted as materialized (
  select lexeme, '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' as quoted
  from (select distinct lexeme from unnest(to_tsvector('english', $2) || to_tsvector('english', $3))) l
  limit ${LEXEMES}
), known as materialized (
  select id, title, uri, chunks from knowledge_sources where scope = any ($1)
), lists as materialized (
  select w.lexeme, c.source_id, c.position
  from wanted w cross join lateral (
    select source_id, position from knowledge_chunks
    where words @@ w.quoted::tsquery and (source_id in (select id from known)) is true
    limit ${COMMON}
  ) c
), sizes as materialized (
  select lexeme, count(*)::float8 as size from lists group by lexeme
), weights as materialized (
  select lexeme, w.quoted, size < ${COMMON} as rare,
    ln(1 + total.chunks / case when size < ${COMMON} then size else greatest(size, total.chunks / 4) end) as weight
  from sizes join wanted w using (lexeme)
  cross join (select coalesce(sum(chunks), 0)::float8 as chunks from known) total
), having_all as (
  select source_id, position, (select sum(weight) from weights) as weight from knowledge_chunks
  where words @@ (select string_agg(quoted, ' & ') from wanted)::tsquery
    and (source_id in (select id from known)) is true and exists (select from weights where not rare)
  limit ${COMMON}
), candidates as materialized (
  select source_id, position from (
    select l.source_id, l.position, w.weight from lists l join weights w using (lexeme)
    where w.rare or not exists (select from weights where rare)
    union all select source_id, position, weight from having_all
  ) c
  group by source_id, position order by sum(weight) desc, source_id, position limit greatest(${RANKED}, $4::integer)
), unpacked as materialized (
  select c.source_id, c.position, c.heading, c.body, c.words || ''::tsvector as words
  from candidates join knowledge_chunks c using (source_id, position)
)
select k.id, k.title, k.uri, u.heading, u.body,
  (select sum(w.weight) from weights w where u.words @@ w.quoted::tsquery)
  * (1 + ts_rank_cd(u.words, (select string_agg(quoted, ' | ') from wanted)::tsquery, 33)) as score
from unpacked u join known k on k.id = u.source_id
order by score desc, u.source_id, u.position limit $4`,
}

export type HitRow = {
  readonly id: SourceId
  readonly title: string
  readonly uri: string
  readonly heading: string
  readonly body: string
  readonly score: number
}

export async function findByWords(
  database: Database,
  scopes: readonly MemoryScope[],
  text: string,
  limit: number,
): Promise<readonly KnowledgeHit[]> {
  const words = storableText(text.slice(0, QUERY_CHARACTERS))
  return (await database.run<HitRow>(BY_WORDS, [scopes, words, takenApart(words), Math.max(0, limit)])).map(rowToHit)
}

export function rowToHit({ id, title, uri, heading, body, score }: HitRow): KnowledgeHit {
  return { sourceId: id, title, uri, heading, text: body, score }
}

/** As the column of the words does it. */
function takenApart(text: string): string {
  return text.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/[/\\._:#@-]/g, ' ')
}
