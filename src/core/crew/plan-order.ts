// In which order the subtasks of a plan are done. Pure.
import type { Plan, Subtask } from '../vocabulary/plan.ts'

/** Each subtask after those it depends on, otherwise as planned; null when the dependencies go in a circle (Kahn, 1962). */
export function orderSubtasks(plan: Plan): readonly Subtask[] | null {
  const ordered: Subtask[] = []
  const done = new Set<string>()
  let left = [...plan.subtasks]
  while (left.length > 0) {
    const next = left.find((subtask) => subtask.depends_on.every((id) => done.has(id)))
    if (next === undefined) return null
    ordered.push(next)
    done.add(next.id)
    left = left.filter((subtask) => subtask !== next)
  }
  return ordered
}
