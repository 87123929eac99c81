// Where a task's time went: of every moment, whom everybody was waiting for. Work side by side is counted once.
import type { TaskEvent } from '../vocabulary/event.ts'
import { isTerminal } from '../vocabulary/task.ts'
import type { ReportedTime } from './report.ts'

/** From and to, in milliseconds since 1970. */
type Span = readonly [from: number, to: number]

/** Until the newest event. A moment in which a model and a tool were both at work is the model's. */
export function timeSpent(events: readonly TaskEvent[]): ReportedTime {
  const [first, last] = [events[0]?.at.getTime() ?? 0, events.at(-1)?.at.getTime() ?? 0]
  const all: Span = [first, Math.max(first, last)]
  const asked = new Set<string>()
  const ran = new Set<string>()
  for (const { type, data } of events) {
    if (type === 'usage.recorded') asked.add(data.step)
    if (type === 'tool.finished' || type === 'check.finished') ran.add(data.step)
  }
  const waiting = within(all, waits(events, all[1]))
  const models = within(all, spansOf(events, asked))
  const tools = within(all, spansOf(events, ran))
  const waited = lengthOf(waiting)
  const withModels = lengthOf([...waiting, ...models])
  const withTools = lengthOf([...waiting, ...models, ...tools])
  const length = all[1] - all[0]
  return {
    all: length,
    waiting: waited,
    models: withModels - waited,
    tools: withTools - withModels,
    platform: length - withTools,
  }
}

function spansOf(events: readonly TaskEvent[], steps: ReadonlySet<string>): readonly Span[] {
  return events.flatMap((event): readonly Span[] => {
    if (event.type !== 'step.completed' || !steps.has(event.data.step)) return []
    const to = event.at.getTime()
    return [[to - event.data.duration_ms, to]]
  })
}

/** From each question to a person, and from each time in the queue, until a worker begins or the end. */
function waits(events: readonly TaskEvent[], end: number): readonly Span[] {
  const spans: Span[] = []
  let since: number | null = null
  for (const event of events) {
    const at = event.at.getTime()
    if (event.type === 'approval.requested' || event.type === 'task.queued') since ??= at
    const goesOn = event.type === 'task.started' || isEnd(event)
    if (!goesOn || since === null) continue
    spans.push([since, at])
    since = null
  }
  return since === null ? spans : [...spans, [since, end]]
}

function isEnd({ type }: TaskEvent): boolean {
  const [, status] = type.split('.')
  return type.startsWith('task.') && isTerminal((status ?? '') as Parameters<typeof isTerminal>[0])
}

function within([from, to]: Span, spans: readonly Span[]): readonly Span[] {
  return spans.map(([begin, end]) => [Math.max(from, begin), Math.min(to, end)] as const).filter(([a, b]) => a < b)
}

function lengthOf(spans: readonly Span[]): number {
  let covered = 0
  let reached = -Infinity
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    covered += Math.max(0, to - Math.max(from, reached))
    reached = Math.max(reached, to)
  }
  return covered
}
