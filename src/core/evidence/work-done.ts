// Who did what: the pieces of work of a task's log, each with its role, its models, and what it took.
import type { TaskEvent } from '../vocabulary/event.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { modelName } from '../vocabulary/usage.ts'
import type { ReportedGate, ReportedSubtask, ReportedWork, SubtaskState } from './report.ts'

/** The piece of work that a step is part of: turns, tools and briefs belong to what they are for. */
export function pieceOf(step: string): string {
  return step.replace(/\/(?:turn\/\d+(?:\/.*)?|brief)$/, '')
}

type Piece = { -readonly [Key in keyof ReportedWork]: ReportedWork[Key] } & { own: number | null; parts: number }

/** Pieces that a role of the crew had a hand in, in the order in which they began. */
export function workOf(events: readonly TaskEvent[]): readonly ReportedWork[] {
  const pieces = new Map<string, Piece>()
  const pieceAt = (step: string, role: string): Piece => {
    const key = pieceOf(step)
    const known = pieces.get(key)
    if (known !== undefined) return known
    const piece: Piece = { ...NOTHING_YET, step: key, title: key, role, own: null, parts: 0 }
    pieces.set(key, piece)
    return piece
  }
  for (const { type, data } of events) {
    if (type === 'usage.recorded') {
      const piece = pieceAt(data.step, data.agent)
      piece.role = data.agent
      const model = data.offline ? 'offline' : modelName(data)
      if (!piece.models.includes(model)) piece.models = [...piece.models, model]
      piece.turns += 1
      piece.inputTokens += data.input_tokens
      piece.outputTokens += data.output_tokens
      if (data.from_cache === true) piece.fromCache += 1
    } else if (type === 'step.started') {
      const piece = pieceAt(data.step, data.agent)
      if (piece.step === data.step) piece.title = data.title
      else if (piece.title === piece.step) piece.title = data.title.replace(/, turn \d+$/, '')
    } else if (type === 'tool.finished') {
      pieceAt(data.step, data.agent).tools += 1
    } else if (type === 'step.completed') {
      const piece = pieceAt(data.step, data.agent)
      if (piece.step === data.step) {
        piece.own = data.duration_ms
        piece.failed = null
      } else piece.parts += data.duration_ms
    } else if (type === 'step.failed') {
      const piece = pieceAt(data.step, data.agent)
      if (piece.step === data.step) piece.failed = data.error
    }
  }
  return [...pieces.values()]
    .filter((piece) => piece.turns > 0)
    .map(({ own, parts, ...piece }) => ({ ...piece, ms: own === null || own < parts ? parts : own }))
}

const NOTHING_YET = {
  models: [],
  turns: 0,
  tools: 0,
  inputTokens: 0,
  outputTokens: 0,
  fromCache: 0,
  ms: 0,
  failed: null,
} as const

/** How each round of checks went, in order. */
export function gatesOf(events: readonly TaskEvent[]): readonly ReportedGate[] {
  const gates = new Map<string, { passed: number; failed: number; skipped: number }>()
  for (const { type, data } of events) {
    if (type !== 'check.finished') continue
    const counts = gates.get(data.step) ?? { passed: 0, failed: 0, skipped: 0 }
    counts[data.status] += 1
    gates.set(data.step, counts)
  }
  return [...gates].map(([step, counts]) => ({ step, ...counts }))
}

/** The subtasks of a plan as they stand by the log. */
export function subtasksOf(plan: Plan, events: readonly TaskEvent[]): readonly ReportedSubtask[] {
  const states = new Map<string, SubtaskState>()
  const branched = new Set<string>()
  const conflicts = new Map<string, readonly string[]>()
  for (const { type, data } of events) {
    if (type === 'branch.merged') {
      branched.add(data.branch)
      if (data.conflicts.length > 0) conflicts.set(data.branch, data.conflicts)
    }
    if (type !== 'step.started' && type !== 'step.completed' && type !== 'step.failed') continue
    const [, id, rest] = /^subtask\/([^/]+)(\/.*)?$/.exec(data.step) ?? []
    if (id === undefined) continue
    if (type === 'step.completed' && data.branch !== undefined) branched.add(id)
    if (type === 'step.started') {
      if (states.get(id) !== 'done') states.set(id, 'at_work')
    } else if (rest === undefined) states.set(id, type === 'step.completed' ? 'done' : 'failed')
  }
  return plan.subtasks.map(({ id, title, role, depends_on, acceptance }) => ({
    id,
    title,
    role,
    acceptance,
    state: states.get(id) ?? 'open',
    waitsFor: depends_on,
    branched: branched.has(id),
    conflicts: conflicts.get(id) ?? [],
  }))
}
