// Knowledge by its words: PostgreSQL's full text, with what it lacks, the weight of rare words.
import type { KnowledgeHit } from '../../core/vocabulary/knowledge.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import type { SourceId } from '../../core/vocabulary/ids.ts'
import type { Database, Statement } from './pool.ts'
import { storableText } from './storable-text.ts'

/** Words of a question: more say less. */
const LEXEMES = 32
const QUERY_CHARACTERS = 2_000
/** Chunks for one word: a word that more of them have tells nothing. */
const CHUNKS_OF_A_WORD = 20_000
/** Of the best by their words' weight, which are then told apart by how near the words stand. */
const RANKED = 100

// Any of the words is enough, so that a question in a whole sentence finds something. ts_rank_cd alone would give most to
// chunks that repeat a common word; so each word counts by how few chunks have it, found through the index alone, and only
// the best are ranked. Each lexeme is quoted by itself: nothing that stands in a question is an operator, or an error.
const BY_WORDS: Statement = {
  name: 'knowledge_by_words',
  replanned: true,
  text: `
with wanted as materialized (
  select lexeme, '''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' as quoted
  from (select distinct lexeme from unnest(to_tsvector('english', $2) || to_tsvector('english', $3))) l
  limit ${LEXEMES}
), known as materialized (
  select id, title, uri, chunks from knowledge_sources where scope = any ($1)
), found as materialized (
  select w.lexeme, c.source_id, c.position
  from wanted w cross join lateral (
    select source_id, position from knowledge_chunks
    where words @@ w.quoted::tsquery and source_id in (select id from known)
    limit ${CHUNKS_OF_A_WORD}
  ) c
), weights as (
  select lexeme, case
    when count(*) >= ${CHUNKS_OF_A_WORD} then 0.001
    else ln(1 + (select sum(chunks) from known)::float8 / count(*)) end as weight
  from found group by lexeme
), best as (
  select source_id, position, sum(weight) as weight
  from found join weights using (lexeme)
  group by source_id, position order by weight desc, source_id, position limit greatest(${RANKED}, $4::integer)
)
select k.id, k.title, k.uri, c.heading, c.body,
  b.weight * (1 + ts_rank_cd(c.words, (select string_agg(quoted, ' | ') from wanted)::tsquery, 33)) as score
from best b
join knowledge_chunks c on c.source_id = b.source_id and c.position = b.position
join known k on k.id = b.source_id
order by score desc, b.source_id, b.position limit $4`,
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
