// The rows as a table for people: medians with the spread behind them.
import type { Row, Skipped } from './benchmark.ts'
import { goalText, isMet, median, ratios } from './figures.ts'

const HEAD = ['row', 'ours', 'baseline', 'ratio', 'goal', 'verdict'] as const

export function table(rows: readonly (Row | Skipped)[]): string {
  const cells = rows.map(cellsOf)
  const widths = HEAD.map((head, column) => Math.max(head.length, ...cells.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(HEAD), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...cells.map(line)].join('\n')
}

function cellsOf(row: Row | Skipped): readonly string[] {
  if ('skipped' in row) return [row.name, '', '', '', '', `skipped: ${row.skipped}`]
  const met = isMet(row)
  const verdict = met === null ? '' : met ? 'met' : 'MISSED'
  return [
    row.note === undefined ? row.name : `${row.name} (${row.note})`,
    `${spread(row.ours)} ${row.unit}`,
    row.baseline === null ? '' : `${row.baseline.name} ${spread(row.baseline.values)}`,
    row.baseline === null ? '' : `${spread(ratios(row))}x`,
    goalText(row.goal, row.unit),
    verdict,
  ]
}

/** `12.3 (11.9-14)`: the median, and the least and the most where there are several. */
function spread(values: readonly number[]): string {
  const middle = short(median(values))
  if (values.length < 2) return middle
  return `${middle} (${short(Math.min(...values))}-${short(Math.max(...values))})`
}

function short(value: number): string {
  if (!Number.isFinite(value)) return '?'
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
