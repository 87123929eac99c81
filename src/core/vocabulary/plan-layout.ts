// Where each subtask stands in a picture of the plan: the same in the report and in the console.
import type { Subtask } from './plan.ts'

export type PlanPlace = { readonly id: string; readonly column: number; readonly row: number }
export type PlanLayout = {
  /** In the order of the plan. Rows may be halves: columns stand centred beside each other. */
  readonly places: readonly PlanPlace[]
  readonly edges: readonly (readonly [from: string, to: string])[]
  readonly columns: number
  readonly rows: number
}

/** Columns by the longest way from a subtask that needs nothing. Circles and unknown ids are tolerated, not followed. */
export function layOutPlan(subtasks: readonly Pick<Subtask, 'id' | 'depends_on'>[]): PlanLayout {
  const needs = new Map(subtasks.map(({ id, depends_on }) => [id, depends_on]))
  const columns = new Map<string, number>()
  const columnOf = (id: string, above: ReadonlySet<string>): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    const inside = new Set(above).add(id)
    const followed = (needs.get(id) ?? []).filter((need) => needs.has(need) && !inside.has(need))
    const column = followed.reduce((most, need) => Math.max(most, columnOf(need, inside) + 1), 0)
    columns.set(id, column)
    return column
  }
  const taken = new Map<number, number>()
  const placed = [...needs.keys()].map((id) => {
    const column = columnOf(id, new Set())
    const row = taken.get(column) ?? 0
    taken.set(column, row + 1)
    return { id, column, row }
  })
  const rows = Math.max(0, ...taken.values())
  return {
    places: placed.map((place) => ({ ...place, row: place.row + (rows - (taken.get(place.column) ?? 0)) / 2 })),
    edges: [...needs].flatMap(([to, from]) =>
      [...new Set(from)].filter((need) => need !== to && needs.has(need)).map((need) => [need, to] as const),
    ),
    columns: placed.reduce((most, { column }) => Math.max(most, column + 1), 0),
    rows,
  }
}
