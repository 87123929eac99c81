// The arithmetic of the tables: medians, percentiles, and the ratios of paired rounds.
import type { Goal, Row } from './benchmark.ts'

export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** Nearest rank on a sorted copy; NaN for no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length / 2
  if (percent === 50 && sorted.length > 0 && Number.isInteger(middle))
    return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
  const rank = Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)
  return sorted[rank] ?? Number.NaN
}

/** Ours divided by the baseline, round by round, so that a slow moment of the machine hits both sides of a ratio. */
export function ratios(row: Row): readonly number[] {
  const { baseline } = row
  if (baseline === null) return []
  return row.ours.flatMap((value, round) => {
    const other = baseline.values[round]
    return other === undefined || other === 0 ? [] : [value / other]
  })
}

/** True when the row reaches its goal, null when it has none. */
export function isMet(row: Row): boolean | null {
  if (row.goal === null) return null
  const figure = median(row.goal.of === 'ratio' ? ratios(row) : row.ours)
  return row.goal.at === 'least' ? figure >= row.goal.value : figure <= row.goal.value
}

export function goalText(goal: Goal | null, unit: string): string {
  if (goal === null) return ''
  const sign = goal.at === 'least' ? '>=' : '<='
  return goal.of === 'ratio' ? `${sign} ${goal.value}x` : `${sign} ${goal.value} ${unit}`
}
