// In which order the subtasks of a plan are done, and which of them wait for each other. Pure.
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

type Node = Pick<Subtask, 'id' | 'depends_on'>

/** The ids along one circle of dependencies, the first one again at the end; null where there is none. */
export function circleIn(subtasks: readonly Node[]): readonly string[] | null {
  const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]))
  const clear = new Set<string>()
  function circleFrom(id: string, path: readonly string[]): readonly string[] | null {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id]
    if (clear.has(id)) return null
    for (const next of byId.get(id)?.depends_on ?? []) {
      const circle = circleFrom(next, [...path, id])
      if (circle !== null) return circle
    }
    clear.add(id)
    return null
  }
  for (const { id } of subtasks) {
    const circle = circleFrom(id, [])
    if (circle !== null) return circle
  }
  return null
}
