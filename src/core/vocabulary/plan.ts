// A plan: the request cut into subtasks, each for one role, with what must hold when it is done.
export const SUBTASK_ROLES = ['coder', 'executor', 'tester'] as const
export type SubtaskRole = (typeof SUBTASK_ROLES)[number]
export type RoleName = 'router' | 'planner' | SubtaskRole | 'reviewer' | 'assistant'

export type Subtask = {
  /** Unique within the plan, kebab-case. */
  readonly id: string
  readonly title: string
  readonly role: SubtaskRole
  readonly instructions: string
  readonly acceptance: readonly string[]
  /** Ids of subtasks that must be done before. The graph has no cycles. */
  readonly depends_on: readonly string[]
}

export type Plan = { readonly summary: string; readonly subtasks: readonly Subtask[] }

export type ReviewFinding = { readonly file: string | null; readonly problem: string; readonly blocking: boolean }
export type Review = {
  readonly approved: boolean
  readonly summary: string
  readonly findings: readonly ReviewFinding[]
}
