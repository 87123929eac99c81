// One task as the console shows it: a fold over its events, many at a time, so that thousands of them stay cheap.
import type { CheckReport } from '../../../src/core/vocabulary/check.ts'
import type { HealRound } from '../../../src/core/vocabulary/healing.ts'
import type { MetLimit } from '../../../src/core/vocabulary/limit.ts'
import type { JsonValue } from '../../../src/core/vocabulary/json.ts'
import type { Plan, Review } from '../../../src/core/vocabulary/plan.ts'
import type { Routing, TaskResult, TaskStatus } from '../../../src/core/vocabulary/task.ts'
import type { Section } from './log-entry.ts'
import { startLog } from './log-sections.ts'
import type { LogDraft } from './log-sections.ts'
import type { Diff } from './patch.ts'
import { readDiff } from './patch.ts'
import { readPlan } from './plan-view.ts'
import type { SubtaskState } from './plan-view.ts'
import { toLine } from './inert-text.ts'
import { sayInput } from './log-entry.ts'
import { isOver } from './wire.ts'
import type { WireApproval, WireEvent } from './wire.ts'

export type Preview = {
  readonly url: string
  readonly port: number
  readonly expiresAt: string
  readonly closed: string | null
}
export type Artifact = {
  readonly id: string
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
}
export type Now = {
  readonly agent: string
  readonly title: string
  readonly message: string
  readonly percentage: number | null
  readonly since: string
}
export type ModelUse = {
  readonly name: string
  readonly tier: string
  readonly offline: boolean
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
}
/** What became of a subtask that was done in files of its own, beside others. */
export type Branch = { readonly merged: boolean; readonly conflicts: readonly string[] }
export type CheckRound = { readonly step: string; readonly checks: readonly CheckReport[] }

export type TaskView = {
  /** The newest event that is in here; the next one must be exactly one more. */
  readonly lastSeq: number
  readonly status: TaskStatus | null
  readonly inputText: string
  readonly sections: readonly Section[]
  readonly now: Now | null
  readonly routing: Routing | null
  readonly approval: WireApproval | null
  readonly plan: Plan | null
  readonly subtasks: Readonly<Record<string, SubtaskState>>
  readonly branches: Readonly<Record<string, Branch>>
  readonly rounds: readonly CheckRound[]
  readonly healing: readonly HealRound[]
  /** Limits that were met. */
  readonly met: readonly MetLimit[]
  readonly reviews: readonly Review[]
  readonly diff: Diff | null
  readonly previews: readonly Preview[]
  readonly artifacts: readonly Artifact[]
  readonly models: readonly ModelUse[]
  readonly offline: boolean
  readonly sandboxLevel: string | null
  readonly worker: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly result: TaskResult | null
  readonly error: string | null
}

export const EMPTY_VIEW: TaskView = {
  lastSeq: 0,
  status: null,
  inputText: '',
  sections: [],
  now: null,
  routing: null,
  approval: null,
  plan: null,
  subtasks: {},
  branches: {},
  rounds: [],
  healing: [],
  met: [],
  reviews: [],
  diff: null,
  previews: [],
  artifacts: [],
  models: [],
  offline: false,
  sandboxLevel: null,
  worker: null,
  startedAt: null,
  endedAt: null,
  result: null,
  error: null,
}

/**
 * The view after `events`, which stand in ascending order. Those already in the view change nothing; from the first
 * gap on the rest is left out, so the caller sees `lastSeq` stop and asks again from there.
 */
export function applyEvents(view: TaskView, events: readonly WireEvent[]): TaskView {
  const log = startLog(view.sections)
  let next = view
  for (const event of events) {
    if (event.seq <= next.lastSeq) continue
    if (event.seq !== next.lastSeq + 1) break
    log.add(event)
    next = { ...next, ...changes(next, event, log), lastSeq: event.seq }
  }
  return next === view ? view : { ...next, sections: log.sections() }
}

function changes(view: TaskView, event: WireEvent, log: LogDraft): Partial<TaskView> {
  switch (event.type) {
    case 'task.created':
      return { status: 'pending', inputText: event.data.input_text }
    case 'task.routed':
      return { status: 'routing', routing: event.data, now: null }
    case 'task.queued':
      return { status: 'queued', now: null }
    case 'task.started':
      return {
        status: 'running',
        worker: event.data.worker,
        sandboxLevel: event.data.sandbox_level,
        startedAt: view.startedAt ?? event.at,
      }
    case 'task.completed':
      return {
        ...ended(log, event.at, 'completed'),
        result: event.data.result,
        offline: view.offline || event.data.result.offline,
      }
    case 'task.failed':
      return {
        ...ended(log, event.at, 'failed'),
        result: event.data.result,
        error: event.data.error,
        subtasks: stopRunning(view),
      }
    case 'task.aborting':
      return { status: 'aborting' }
    case 'task.aborted':
      return { ...ended(log, event.at, 'aborted'), error: event.data.reason, subtasks: stopRunning(view) }
    case 'approval.requested': {
      const { approval_id: id, estimate = null, binding = null, policy = null, ...asked } = event.data
      return {
        status: 'needs_approval',
        approval: { ...asked, id, status: 'pending', estimate, binding, policy, seconded_by: [] },
        now: null,
      }
    }
    case 'approval.seconded': {
      const { approval } = view
      if (approval?.id !== event.data.approval_id) return {}
      return { approval: { ...approval, seconded_by: [...(approval.seconded_by ?? []), event.data.by] } }
    }
    case 'approval.resolved':
      return view.approval === null ? {} : { approval: { ...view.approval, status: event.data.status } }
    case 'step.started': {
      const { step, agent, title } = event.data
      const routing: Partial<TaskView> = view.status === 'pending' && step === 'route' ? { status: 'routing' } : {}
      const now = { agent, title, message: '', percentage: null, since: event.at }
      return { ...routing, now, ...subtaskChange(view, step, 'running') }
    }
    case 'step.progress':
      return {
        now: {
          agent: event.data.agent,
          title: view.now?.title ?? '',
          message: toLine(lastLine(event.data.message)),
          percentage: event.data.percentage ?? null,
          since: view.now?.since ?? event.at,
        },
      }
    case 'step.completed':
      return {
        ...outputChange(view, event.data.step, event.data.output),
        ...subtaskChange(view, event.data.step, 'done'),
        ...branchChange(view, event.data),
      }
    case 'step.failed':
      return subtaskChange(view, event.data.step, 'failed')
    case 'tool.started':
      return { now: nowDoing(view, event, `${event.data.tool} ${toLine(sayInput(event.data.input), 120)}`) }
    case 'agent.message':
      return { now: nowDoing(view, event, toLine(event.data.text)), offline: view.offline || event.data.offline }
    case 'branch.merged': {
      const { branch, conflicts } = event.data
      return { branches: { ...view.branches, [branch]: { merged: true, conflicts } } }
    }
    case 'heal.finished':
      return { healing: [...view.healing, event.data] }
    case 'budget.exhausted':
      return { met: [...view.met, event.data] }
    case 'check.finished':
      return { rounds: addCheck(view.rounds, event.data.step, event.data) }
    case 'preview.ready': {
      const { url, port, expires_at: expiresAt } = event.data
      return {
        previews: [...view.previews.filter((open) => open.port !== port), { url, port, expiresAt, closed: null }],
      }
    }
    case 'preview.closed':
      // A closing names the preview, whose id is part of its URL; where it is not, the last one is meant.
      return { previews: closePreview(view.previews, event.data.preview_id, event.data.reason) }
    case 'artifact.added': {
      const { artifact_id: id, name, media_type: mediaType, bytes } = event.data
      return { artifacts: [...view.artifacts.filter((artifact) => artifact.id !== id), { id, name, mediaType, bytes }] }
    }
    case 'usage.recorded':
      return { models: addUse(view.models, event.data), offline: view.offline || event.data.offline }
    case 'tool.finished':
      return {}
    default:
      // A newer server may tell of more than this console knows.
      return {}
  }
}

function ended(log: LogDraft, at: string, status: 'completed' | 'failed' | 'aborted'): Partial<TaskView> {
  log.cut()
  return { status, endedAt: at, now: null }
}

function nowDoing(
  view: TaskView,
  event: { readonly at: string; readonly data: { readonly agent: string } },
  message: string,
): Now {
  return {
    agent: event.data.agent,
    title: view.now?.title ?? '',
    message,
    percentage: view.now?.percentage ?? null,
    since: view.now?.since ?? event.at,
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.at(-1) ?? ''
}

function subtaskChange(view: TaskView, step: string, state: SubtaskState): Partial<TaskView> {
  const id = /^subtask\/([^/]+)$/.exec(step)?.[1]
  return id === undefined ? {} : { subtasks: { ...view.subtasks, [id]: state } }
}

/** A step whose snapshot is of other files than the task's own was done in a branch. */
function branchChange(
  view: TaskView,
  { step, branch }: { readonly step: string; readonly branch?: string },
): Partial<TaskView> {
  const id = /^subtask\/([^/]+)/.exec(step)?.[1]
  if (id === undefined || branch === undefined || view.branches[id] !== undefined) return {}
  return { branches: { ...view.branches, [id]: { merged: false, conflicts: [] } } }
}

function stopRunning(view: TaskView): TaskView['subtasks'] {
  const states = Object.entries(view.subtasks).map(
    ([id, state]) => [id, state === 'running' ? 'failed' : state] as const,
  )
  return Object.fromEntries(states)
}

function outputChange(view: TaskView, step: string, output: JsonValue): Partial<TaskView> {
  if (step === 'plan') return { plan: readPlan(output) ?? view.plan }
  if (step === 'diff') return { diff: readDiff(output) ?? view.diff }
  if (/^review\/\d+$/.test(step)) {
    const review = readReview(output)
    return review === null ? {} : { reviews: [...view.reviews, review] }
  }
  return {}
}

function readReview(output: JsonValue): Review | null {
  if (typeof output !== 'object' || output === null || !('approved' in output)) return null
  const findings = Array.isArray(output['findings']) ? output['findings'] : []
  return {
    approved: output['approved'] === true,
    summary: typeof output['summary'] === 'string' ? output['summary'] : '',
    findings: findings.flatMap((finding: JsonValue) => {
      if (typeof finding !== 'object' || finding === null || !('problem' in finding)) return []
      const { file, problem, blocking } = finding
      if (typeof problem !== 'string') return []
      return [{ file: typeof file === 'string' ? file : null, problem, blocking: blocking === true }]
    }),
  }
}

function addCheck(rounds: readonly CheckRound[], step: string, check: CheckReport): readonly CheckRound[] {
  const last = rounds.at(-1)
  if (last === undefined || last.step !== step) return [...rounds, { step, checks: [check] }]
  return [...rounds.slice(0, -1), { step, checks: [...last.checks, check] }]
}

function closePreview(previews: readonly Preview[], id: string, reason: string): readonly Preview[] {
  const named = previews.findIndex((preview) => preview.url.includes(id))
  const index = named >= 0 ? named : previews.length - 1
  return previews.map((preview, at) => (at === index ? { ...preview, closed: reason } : preview))
}

type Spent = Extract<WireEvent, { type: 'usage.recorded' }>['data']

function addUse(models: readonly ModelUse[], spent: Spent): readonly ModelUse[] {
  const name = `${spent.provider}/${spent.model}`
  const known = models.find((use) => use.name === name && use.tier === spent.tier)
  const use: ModelUse = {
    name,
    tier: spent.tier,
    offline: spent.offline,
    calls: (known?.calls ?? 0) + 1,
    inputTokens: (known?.inputTokens ?? 0) + spent.input_tokens,
    outputTokens: (known?.outputTokens ?? 0) + spent.output_tokens,
  }
  return known === undefined ? [...models, use] : models.map((other) => (other === known ? use : other))
}

/** The preview that can be opened, or null. */
export function openPreview(view: TaskView): Preview | null {
  return view.previews.findLast((preview) => preview.closed === null) ?? null
}

/** The checks that decide: the last round's, or what the result kept of them. */
export function latestChecks(view: TaskView): readonly CheckReport[] {
  return view.rounds.at(-1)?.checks ?? view.result?.checks ?? []
}

export function isLive(view: TaskView): boolean {
  return view.status !== null && !isOver(view.status) && view.status !== 'needs_approval'
}
