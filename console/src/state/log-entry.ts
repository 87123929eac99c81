// What stands in the log as the console shows it: sections (one per step of the crew) and the entries inside them.
import type { CheckReport } from '../../../src/core/vocabulary/check.ts'
import type { AgentName } from '../../../src/core/vocabulary/event.ts'
import type { JsonValue } from '../../../src/core/vocabulary/json.ts'
import type { Verdict } from '../../../src/core/vocabulary/policy.ts'

export type ToolEntry = {
  readonly type: 'tool'
  readonly seq: number
  readonly at: string
  readonly agent: AgentName
  readonly step: string
  readonly callId: string
  readonly tool: string
  readonly input: JsonValue
  /** `cut`: it was going on when its worker stopped. */
  readonly state: 'running' | 'ok' | 'failed' | 'cut'
  readonly output: string
  readonly durationMs: number | null
  /** What let it happen: a rule of the policy, and a person's yes where one was needed. */
  readonly rule: string | null
  readonly approved: boolean
}

/** Connections to one place that ended alike, one after the other, are one line. */
export type EgressEntry = {
  readonly type: 'egress'
  readonly seq: number
  readonly at: string
  readonly place: string
  readonly verdict: Verdict
  readonly rule: string
  readonly connections: number
  readonly bytesIn: number
  readonly bytesOut: number
}

export type ProgressEntry = {
  readonly type: 'progress'
  readonly seq: number
  readonly at: string
  readonly agent: AgentName
  readonly text: string
}

export type Entry =
  | ToolEntry
  | ProgressEntry
  | EgressEntry
  | {
      readonly type: 'said'
      readonly seq: number
      readonly at: string
      readonly agent: AgentName
      readonly text: string
      readonly offline: boolean
    }
  | { readonly type: 'check'; readonly seq: number; readonly at: string; readonly report: CheckReport }
  | { readonly type: 'problem'; readonly seq: number; readonly at: string; readonly text: string }
  | {
      readonly type: 'note'
      readonly seq: number
      readonly at: string
      readonly tone: 'plain' | 'good' | 'bad' | 'wait'
      readonly text: string
      /** What it is about, letter by letter: shown after the text with all that hides in it. */
      readonly exact: string | null
      /** Said after that. */
      readonly after: string
    }

export type Section = {
  /** `subtask/api`, `gate/2`; for notes between steps, `notes/<seq>`. */
  readonly key: string
  readonly type: 'step' | 'notes'
  readonly title: string
  readonly agent: AgentName
  /** The step whose end ends it: its own, or the part of it that was begun while nothing else of it was at work. */
  readonly step: string
  readonly state: 'running' | 'done' | 'failed' | 'cut'
  readonly startedAt: string
  readonly durationMs: number | null
  readonly entries: readonly Entry[]
  readonly modelCalls: number
  readonly tokens: number
  readonly offline: boolean
}

const PAIRED = new Set([
  'subtask',
  'stage',
  'merge',
  'gate',
  'heal',
  'repair',
  'review',
  'review-fix',
  'delivery',
  'workspace',
])

/** The step of the crew that `step` is part of: `subtask/api/turn/3/tools` is part of `subtask/api`, and so is `branch/api`. */
export function sectionKeyOf(step: string): string {
  const parts = step.split('/')
  const first = parts[0] === 'branch' ? 'subtask' : (parts[0] ?? step)
  return PAIRED.has(first) && parts.length > 1 ? `${first}/${parts[1]}` : first
}

const TITLES: Readonly<Record<string, string>> = {
  route: 'Understand the request',
  plan: 'Plan the work',
  gate: 'Run the checks',
  heal: 'Mend what failed',
  repair: 'Repair what failed',
  review: 'Review the whole diff',
  'review-fix': 'Answer the review',
  diff: 'Record what changed',
  answer: 'Answer',
  command: 'Run the command',
}

/** A title for a step whose start was not told. */
export function titleOf(key: string): string {
  const [first = key, rest] = key.split('/')
  return TITLES[first] ?? rest ?? key
}

/** Which round of a repeated step this is, from the second on. */
export function roundOf(key: string): number | null {
  const match = /^(?:gate|heal|repair|review|review-fix)\/(\d+)$/.exec(key)
  const round = Number(match?.[1] ?? 1)
  return round > 1 ? round : null
}

/** What a tool call is about, in a few words: the command, the path, the first text of its input. */
export function sayInput(input: JsonValue): string {
  if (typeof input === 'string') return input
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return JSON.stringify(input)
  const named = input as { readonly [key: string]: JsonValue }
  for (const key of ['command', 'path', 'file', 'pattern', 'query', 'url', 'summary', 'title']) {
    const value = named[key]
    if (typeof value === 'string') return value
  }
  const first = Object.values(named).find((value) => typeof value === 'string' || typeof value === 'number')
  return first === undefined ? '' : String(first)
}
