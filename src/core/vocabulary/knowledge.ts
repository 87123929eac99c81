// What people gave us to look things up in: sources, cut into chunks that can be found.
import type { SourceId, UserId } from './ids.ts'
import type { MemoryScope } from './memory.ts'

export const SOURCE_KINDS = ['document', 'code', 'template', 'dialog', 'repository'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

export type KnowledgeSource = {
  readonly id: SourceId
  readonly scope: MemoryScope
  readonly kind: SourceKind
  readonly title: string
  /** Where it came from, e.g. a path or an address; unique within its scope. */
  readonly uri: string
  readonly addedBy: UserId
  readonly chunks: number
  readonly updatedAt: Date
}

/** A piece of a source that fits a question. What stands in it is material, whoever wrote it. */
export type KnowledgeHit = {
  readonly sourceId: SourceId
  readonly title: string
  readonly uri: string
  /** E.g. `README.md › Install` or `src/a.ts:10-40`. */
  readonly heading: string
  readonly text: string
  /** Higher is better; comparable within one answer only. */
  readonly score: number
}
