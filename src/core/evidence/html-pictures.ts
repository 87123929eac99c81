// The drawn parts of a report's page: the plan as a graph, and where the time went as a bar.
import { layOutPlan } from '../vocabulary/plan-layout.ts'
import { shorten } from '../vocabulary/short-text.ts'
import { escape } from './html-parts.ts'
import type { ReportedSubtask, ReportedTime } from './report.ts'
import { oneLine, seconds } from './words.ts'

const WIDTH = 200
const HEIGHT = 58
const ACROSS = 52
const DOWN = 18
const TITLE_CHARACTERS = 25

/** Columns are what waits for each other; what stands in one column may be done side by side. Branches that were merged have lines of another colour. */
export function planSvg(subtasks: readonly ReportedSubtask[]): string {
  const byId = new Map(subtasks.map((subtask) => [subtask.id, subtask]))
  const { places, edges, columns, rows } = layOutPlan(
    subtasks.map(({ id, waitsFor }) => ({ id, depends_on: waitsFor })),
  )
  const [width, height] = [columns * WIDTH + (columns - 1) * ACROSS + 4, rows * HEIGHT + (rows - 1) * DOWN + 4]
  const at = new Map(
    places.map(({ id, column, row }) => [id, { x: 2 + column * (WIDTH + ACROSS), y: 2 + row * (HEIGHT + DOWN) }]),
  )
  const lines = edges.map(([from, to]) => {
    const [a, b] = [at.get(from), at.get(to)]
    if (a === undefined || b === undefined) return ''
    const [x1, y1, x2, y2] = [a.x + WIDTH, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2]
    const bend = Math.max(ACROSS / 2, (x2 - x1) / 2)
    return `<path class="${byId.get(from)?.branched === true ? 'merged' : 'edge'}" d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`
  })
  const nodes = places.map(({ id }) => {
    const [subtask, place] = [byId.get(id), at.get(id)]
    if (subtask === undefined || place === undefined) return ''
    const { x, y } = place
    const under = [oneLine(subtask.role, 20), STATES[subtask.state], ...(subtask.branched ? ['branch'] : [])].join(
      ' · ',
    )
    return `<g class="${subtask.state}"><title>${escape(`${oneLine(subtask.title, 300)} (${STATES[subtask.state]})`)}</title><rect class="node" x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="10"/><circle class="dot" cx="${x + 17}" cy="${y + 22}" r="4.5"/><text x="${x + 30}" y="${y + 26}">${escape(shorten(oneLine(subtask.title), TITLE_CHARACTERS))}</text><text class="sub" x="${x + 30}" y="${y + 44}">${escape(under)}</text></g>`
  })
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(planWords(subtasks))}">${lines.join('')}${nodes.join('')}</svg>`
}

const STATES = { open: 'not begun', at_work: 'at work', done: 'done', failed: 'failed' } as const

/** The picture in words, for who does not see it. */
function planWords(subtasks: readonly ReportedSubtask[]): string {
  return subtasks
    .map(
      ({ title, state, waitsFor }) =>
        `${oneLine(title, 100)}: ${STATES[state]}${waitsFor.length === 0 ? '' : `, after ${waitsFor.join(', ')}`}`,
    )
    .join('. ')
}

const BAR = 1_000
const PARTS = [
  ['models', 't-model', 'Models'],
  ['tools', 't-tool', 'Tools and checks'],
  ['platform', 't-own', 'The platform itself'],
  ['waiting', 't-idle', 'Waiting for a person or a worker'],
] as const

export function timeBar(time: ReportedTime): string {
  let x = 0
  const bars = PARTS.map(([key, tone]) => {
    const width = time.all === 0 ? 0 : (time[key] / time.all) * BAR
    const bar = `<rect class="${tone}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="18"/>`
    x += width
    return bar
  })
  const legend = PARTS.map(
    ([key, tone, name]) =>
      `<li><svg width="11" height="11" aria-hidden="true"><rect class="${tone}" width="11" height="11" rx="3"/></svg>${name} <b>${seconds(time[key])}</b></li>`,
  )
  const words = PARTS.map(([key, , name]) => `${name}: ${seconds(time[key])}`).join(', ')
  return `<svg width="100%" height="18" viewBox="0 0 ${BAR} 18" preserveAspectRatio="none" role="img" aria-label="${escape(words)}">${bars.join('')}</svg><ul class="legend">${legend.join('')}</ul>`
}
