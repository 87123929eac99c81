// A recipe: what the offline model plans for one kind of request, and what its agents then do.
import type { Plan } from '../../../core/vocabulary/plan.ts'
import type { Script } from './script.ts'

/** What an agent of the offline crew knows when it begins. */
export type Situation = {
  readonly request: string
  readonly subject: string
  /** The workspace's files when the subtask began. */
  readonly files: ReadonlySet<string>
}

export type Recipe = {
  readonly plan: (request: string) => Plan
  /** Null when the subject is none of its plan's subtasks. */
  readonly script: (situation: Situation) => Script | null
}
