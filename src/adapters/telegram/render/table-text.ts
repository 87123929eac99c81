// A table as lines of equal width, for where only monospaced text can hold columns together.
import type { Alignment, Run } from './document.ts'

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])|\ufe0f/u

/** Links that say something else than their address have it behind them. */
export function tableText(rows: readonly (readonly (readonly Run[])[])[], align: readonly Alignment[]): string {
  const cells = rows.map((row) => row.map(cellText))
  const columns = Math.max(0, ...cells.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(1, ...cells.map((row) => textWidth(row[column] ?? ''))),
  )
  const lines = cells.map((row) =>
    widths.map((width, column) => pad(row[column] ?? '', width, align[column] ?? 'left')).join(' | '),
  )
  const ruler = widths.map((width) => '-'.repeat(width)).join('-+-')
  return [...lines.slice(0, 1), ruler, ...lines.slice(1)].map((line) => line.trimEnd()).join('\n')
}

function cellText(runs: readonly Run[]): string {
  const named = runs.map((run) =>
    run.link === null || sameAddress(run.text, run.link) ? run.text : `${run.text} (${run.link})`,
  )
  return named.join('').replaceAll('\n', ' ')
}

function sameAddress(text: string, link: string): boolean {
  return [text, `http://${text}`, `${text}/`, `http://${text}/`].includes(link)
}

/** In columns of a terminal: ideographs and emoji take two. */
function textWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

function pad(text: string, width: number, side: Alignment): string {
  const missing = width - textWidth(text)
  if (side === 'right') return ' '.repeat(missing) + text
  const before = side === 'center' ? Math.floor(missing / 2) : 0
  return ' '.repeat(before) + text + ' '.repeat(missing - before)
}
