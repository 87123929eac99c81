// Searching the knowledge: how often the answer is among the first ten, and how long it takes, by words, by meaning and by both.
import { migrate } from '../src/adapters/postgres/migrate.ts'
import { createPostgresKnowledgeStore } from '../src/adapters/postgres/knowledge-store.ts'
import { createDatabase } from '../src/adapters/postgres/pool.ts'
import type { Database } from '../src/adapters/postgres/pool.ts'
import { createSystemClock } from '../src/adapters/system/clock.ts'
import { lookUp } from '../src/core/knowledge/look-up.ts'
import type { Chunk, KnowledgeStore } from '../src/core/ports/knowledge-store.ts'
import type { SourceId } from '../src/core/vocabulary/ids.ts'
import { SHARED } from '../src/core/vocabulary/memory.ts'
import { OWNER } from '../src/core/vocabulary/principal.ts'
import { openPglite } from '../test/integration/pglite-database.ts'
import { makeNotes, QUESTIONS } from '../test/support/knowledge-questions.ts'
import type { Question } from '../test/support/knowledge-questions.ts'
import { embedTiny, TINY_MODEL, tinyModels } from '../test/support/tiny-embedder.ts'
import type { Benchmark, BenchmarkContext, Row, Skipped } from './harness/benchmark.ts'
import { atLeast } from './harness/benchmark.ts'
import { percentile } from './harness/figures.ts'
import { startPostgres } from './harness/postgres.ts'

const [TEN, SOURCE_CHUNKS, BATCH] = [10, 10_000, 1_000]
const PGLITE_MOST = 10_000
/** The barest search that finds something for a whole sentence: any of the words, ranked by PostgreSQL alone. */
const PLAIN = {
  name: 'plain',
  replanned: true as const,
  text: `
with q as materialized (
  select string_agg(quote_literal(lexeme), ' | ')::tsquery as query from unnest(to_tsvector('english', $1))
)
select body from knowledge_chunks, q where words @@ q.query order by ts_rank_cd(words, q.query) desc limit 10`,
}

type Found = readonly { readonly text: string }[]
type Way = (question: string) => Promise<Found>
type Figures = { readonly recall: number; readonly p50: number; readonly p95: number }

export const benchmark: Benchmark = {
  name: 'knowledge',
  run: async (context) => {
    const postgres = await startPostgres(context)
    const rows: (Row | Skipped)[] = []
    for (const count of context.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000]) {
      const label = `${count.toLocaleString('en')} chunks`
      const { host, port, user, database: name } = await postgres.freshDatabase()
      const connection = { type: 'socket', directory: host, port, user, database: name } as const
      await migrate(connection)
      const database = createDatabase({ connection, log: () => undefined, size: 2 })
      context.cleanUp(() => database.close())
      const knowledge = createPostgresKnowledgeStore({ database, log: () => undefined })
      context.say(`${label}: filling PostgreSQL`)
      await fill(knowledge, makeNotes(count))
      await database.run({ name: 'analyze', text: 'analyze' }, [])
      const ways = waysOf(knowledge)
      const plain: Way = async (question) =>
        (await database.run<{ body: string }>(PLAIN, [question])).map(({ body }) => ({ text: body }))
      const figures = await measure(context, asked(count), { ...ways, plain })
      const pglite = count > PGLITE_MOST ? null : await inPglite(context, count)
      rows.push(...rowsOf(label, figures, pglite))
      if (pglite === null)
        rows.push({ name: `meaning by pgvector, ${label}`, skipped: 'PGlite takes too long to index so many' })
      await database.close()
    }
    return rows
  },
}

/** Among the most chunks a third is enough to tell. */
function asked(count: number): readonly Question[] {
  return count < 100_000 ? QUESTIONS : QUESTIONS.filter((_, index) => index % 9 < 3)
}

function waysOf(knowledge: KnowledgeStore) {
  const telemetry = { log: () => undefined }
  const deps = { knowledge, models: tinyModels, clock: createSystemClock(), telemetry }
  return {
    words: (question: string) => knowledge.byWords([SHARED], question, TEN),
    meaning: (question: string) =>
      knowledge.byMeaning([SHARED], { model: TINY_MODEL, vector: embedTiny(question) }, TEN),
    both: (question: string) => lookUp(deps, [SHARED], question, TEN),
  } satisfies Record<string, Way>
}

async function fill(knowledge: KnowledgeStore, notes: readonly Chunk[]): Promise<void> {
  for (let from = 0; from < notes.length; from += SOURCE_CHUNKS) {
    const own = notes.slice(from, from + SOURCE_CHUNKS)
    const uri = `notes-${from}`
    const about = { scope: SHARED, kind: 'document', title: uri, uri, addedBy: OWNER, updatedAt: new Date() } as const
    await knowledge.put({ ...about, id: crypto.randomUUID() as SourceId }, own)
    for (let at = 0; at < own.length; at += BATCH) {
      const batch = own.slice(at, at + BATCH)
      await knowledge.embed(
        TINY_MODEL,
        new Map(batch.map(({ digest, heading, text }) => [digest, embedTiny(`${heading}\n\n${text}`)])),
      )
    }
  }
}

/** Every way is asked each question in every round, the ways in turn, so that a slow moment hits all of them. */
async function measure<Name extends string>(
  { rounds }: BenchmarkContext,
  questions: readonly Question[],
  ways: Readonly<Record<Name, Way>>,
): Promise<Readonly<Record<Name, readonly Figures[]>>> {
  const names = Object.keys(ways) as Name[]
  const answers = new Map(makeNotes(1_000).map(({ digest, text }) => [digest, text]))
  const figures = Object.fromEntries(names.map((name) => [name, [] as Figures[]])) as Record<Name, Figures[]>
  // What is read and compiled once is not a search's cost.
  for (const name of names) for (const { text } of questions.slice(0, 5)) await ways[name](text)
  for (let round = 0; round < rounds; round += 1) {
    const took = new Map(names.map((name) => [name, [] as number[]]))
    const found = new Map(names.map((name) => [name, 0]))
    for (const { text, digest } of questions) {
      for (const name of names) {
        const started = performance.now()
        const hits = await ways[name](text)
        took.get(name)?.push(performance.now() - started)
        if (hits.some((hit) => hit.text === answers.get(digest))) found.set(name, (found.get(name) ?? 0) + 1)
      }
    }
    for (const name of names) {
      const times = took.get(name) ?? []
      const recall = (found.get(name) ?? 0) / questions.length
      figures[name].push({ recall, p50: percentile(times, 50), p95: percentile(times, 95) })
    }
  }
  return figures
}

async function inPglite(context: BenchmarkContext, count: number): Promise<readonly Figures[]> {
  context.say(`${count} chunks: filling PGlite with pgvector`)
  const database: Database = await openPglite()
  try {
    const knowledge = createPostgresKnowledgeStore({ database, log: () => undefined })
    await fill(knowledge, makeNotes(count))
    const { meaning } = waysOf(knowledge)
    return (await measure(context, asked(count), { meaning })).meaning
  } finally {
    await database.close()
  }
}

function rowsOf(
  label: string,
  figures: Readonly<Record<'words' | 'meaning' | 'both' | 'plain', readonly Figures[]>>,
  pglite: readonly Figures[] | null,
): readonly Row[] {
  const pick = (of: readonly Figures[], what: keyof Figures) => of.map((one) => one[what])
  const row = (
    name: string,
    unit: string,
    ours: readonly Figures[],
    what: keyof Figures,
    other: readonly [string, readonly Figures[]] | null,
    goal: Row['goal'] = null,
  ): Row => ({
    name: `${name}, ${label}`,
    unit,
    ours: pick(ours, what),
    baseline: other === null ? null : { name: other[0], values: pick(other[1], what) },
    goal,
  })
  const plain = ['ts_rank_cd alone', figures.plain] as const
  return [
    row('recall@10, words', 'of 1', figures.words, 'recall', plain),
    row('recall@10, meaning (exact)', 'of 1', figures.meaning, 'recall', ['words', figures.words]),
    row('recall@10, both', 'of 1', figures.both, 'recall', ['words', figures.words], atLeast(1)),
    row('recall@10, both', 'of 1', figures.both, 'recall', ['meaning', figures.meaning], atLeast(1)),
    row('words, p50', 'ms', figures.words, 'p50', plain),
    row('words, p95', 'ms', figures.words, 'p95', plain),
    row('meaning (exact), p50', 'ms', figures.meaning, 'p50', pglite === null ? null : ['pgvector in PGlite', pglite]),
    row('meaning (exact), p95', 'ms', figures.meaning, 'p95', pglite === null ? null : ['pgvector in PGlite', pglite]),
    ...(pglite === null
      ? []
      : [row('recall@10, meaning (pgvector)', 'of 1', pglite, 'recall', ['exact', figures.meaning], atLeast(0.95))]),
    row('both, embedding included, p50', 'ms', figures.both, 'p50', ['words', figures.words]),
    row('both, embedding included, p95', 'ms', figures.both, 'p95', ['words', figures.words]),
  ]
}
