// A plan: the request cut into subtasks, each for one role, with what must hold when it is done.

/** A role of the crew by its name. Which there are is said by the files in prompts/, so it is no closed list. */
export type RoleName = string
/** A role that does subtasks. */
export type SubtaskRole = RoleName

/** What kind of work it is: how agents are briefed goes by it, and whether what was broken before has to be mended. */
export const WORK_KINDS = ['build', 'change', 'repair', 'tests', 'operations', 'documents'] as const
export type WorkKind = (typeof WORK_KINDS)[number]

export type Subtask = {
  /** Unique within the plan, kebab-case. */
  readonly id: string
  readonly title: string
  readonly role: SubtaskRole
  readonly instructions: string
  readonly acceptance: readonly string[]
  /** Ids of subtasks that must be done before. The graph has no cycles. What does not wait for each other is done side by side. */
  readonly depends_on: readonly string[]
}

export type Plan = {
  readonly summary: string
  readonly subtasks: readonly Subtask[]
  /** Absent in records of older versions, as `template`. */
  readonly kind?: WorkKind
  /** The project template that the work begins with, in an empty workspace; null for none. */
  readonly template?: string | null
}

export type ReviewFinding = { readonly file: string | null; readonly problem: string; readonly blocking: boolean }
export type Review = {
  readonly approved: boolean
  readonly summary: string
  readonly findings: readonly ReviewFinding[]
}
