// One order out of several: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009). Each list gives 1 / (k + rank) to what
// stands in it, so ranks count and the lists' scores, which are not comparable, do not.
import type { KnowledgeHit } from '../vocabulary/knowledge.ts'

/** As in the paper: large enough that the first of one list does not outweigh what stands high in both. */
const K = 60

/** At most `limit`, best first; equal ones in the order of the lists. The same text from two sources is told once. Pure. */
export function fuse(
  lists: readonly (readonly KnowledgeHit[])[],
  limit: number,
  k: number = K,
): readonly KnowledgeHit[] {
  const found = new Map<string, { readonly hit: KnowledgeHit; score: number }>()
  for (const list of lists) {
    const seen = new Set<string>()
    for (const [index, hit] of list.entries()) {
      if (seen.has(hit.text)) continue
      seen.add(hit.text)
      const entry = found.get(hit.text) ?? { hit, score: 0 }
      entry.score += 1 / (k + index + 1)
      found.set(hit.text, entry)
    }
  }
  return [...found.values()]
    .toSorted((one, other) => other.score - one.score)
    .slice(0, Math.max(0, limit))
    .map(({ hit, score }) => ({ ...hit, score }))
}
