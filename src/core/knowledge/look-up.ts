// Finds what the knowledge has about some words: by the words and by what they mean, in one order. A model that is slow or gone
// delays no answer.
import type { Clock } from '../ports/clock.ts'
import type { KnowledgeStore } from '../ports/knowledge-store.ts'
import type { Models } from '../ports/models.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { KnowledgeHit } from '../vocabulary/knowledge.ts'
import type { MemoryScope } from '../vocabulary/memory.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { fuse } from './fuse.ts'

export type LookUpDeps = {
  readonly knowledge: Pick<KnowledgeStore, 'byWords' | 'byMeaning'>
  readonly models: Pick<Models, 'embed' | 'embeddingModel'>
  readonly clock: Clock
  readonly telemetry: Pick<Telemetry, 'log'>
}

const LIMIT = 8
/** Of each list, for every hit that is wanted: what stands deep in both beats what stands in one. */
const DEPTH = 5
/** How long meaning may take; the words are there by then. */
const MEANING_MS = 2_000
/** Less alike than this (cosine) is about something else: nothing found is better than something beside the point. */
const LEAST_ALIKE = 0.2
const QUESTION_CHARACTERS = 2_000

/** Best first; empty where nothing fits. Throws only where the store can't be reached. */
export async function lookUp(
  deps: LookUpDeps,
  scopes: readonly MemoryScope[],
  words: string,
  limit: number = LIMIT,
): Promise<readonly KnowledgeHit[]> {
  const text = words.trim().slice(0, QUESTION_CHARACTERS).toWellFormed()
  if (text === '' || scopes.length === 0) return []
  const depth = limit * DEPTH
  const [byWords, byMeaning] = await Promise.all([
    deps.knowledge.byWords(scopes, text, depth),
    inTime(deps, (signal) => meaning(deps, scopes, text, depth, signal)),
  ])
  return fuse([byMeaning, byWords], limit)
}

async function meaning(
  { knowledge, models }: LookUpDeps,
  scopes: readonly MemoryScope[],
  text: string,
  depth: number,
  signal: AbortSignal,
): Promise<readonly KnowledgeHit[]> {
  const model = models.embeddingModel()
  if (model === null) return []
  const [vector] = (await models.embed([text], signal)).vectors
  if (vector === undefined || signal.aborted) return []
  const hits = await knowledge.byMeaning(scopes, { model, vector }, depth)
  return hits.filter(({ score }) => score >= LEAST_ALIKE)
}

/** Nothing where it fails or takes too long; the log says so. */
async function inTime(
  { clock, telemetry }: LookUpDeps,
  find: (signal: AbortSignal) => Promise<readonly KnowledgeHit[]>,
): Promise<readonly KnowledgeHit[]> {
  const [late, over] = [new AbortController(), new AbortController()]
  const found = find(late.signal).catch((error: unknown) => {
    if (!late.signal.aborted)
      telemetry.log('warn', 'Knowledge was searched by words alone', {
        error: messageOf(error),
      })
    return []
  })
  const tooLate = clock.sleep(MEANING_MS, over.signal).then(() => {
    if (over.signal.aborted) return []
    telemetry.log('warn', 'Knowledge was searched by words alone: the meaning took too long', { ms: MEANING_MS })
    return []
  })
  const hits = await Promise.race([found, tooLate])
  over.abort()
  late.abort()
  return hits
}
