// A task: one request and its whole life. The task is a fold over its events (core/task/evolve.ts); nothing else changes it.
import type { Approval } from './approval.ts'
import type { CheckReport } from './check.ts'
import type { ArtifactId, CommitId, TaskId, ThreadId, UserId } from './ids.ts'
import type { UsageTotals } from './usage.ts'
import { NO_USAGE } from './usage.ts'

/** `delivery` brings finished work to where its repository lives: typed by the platform, never by the router. */
export const TASK_TYPES = ['dev_pipeline', 'shell_command', 'question', 'delivery'] as const
export type TaskType = (typeof TASK_TYPES)[number]
/** What a person can ask for in words or by name. */
export const ASKED_TYPES = ['dev_pipeline', 'shell_command', 'question'] as const satisfies readonly TaskType[]

export const TASK_STATUSES = [
  'pending',
  'routing',
  'needs_approval',
  'queued',
  'running',
  'aborting',
  'completed',
  'failed',
  'aborted',
] as const
export type TaskStatus = (typeof TASK_STATUSES)[number]

export type TerminalStatus = 'completed' | 'failed' | 'aborted'

export function isTerminal(status: TaskStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'aborted'
}

/** Where a task's workspace starts. `directory` is a path on the worker's machine, copied, never written to. */
export type WorkspaceSource =
  | { readonly type: 'empty' }
  | { readonly type: 'directory'; readonly path: string }
  | { readonly type: 'task'; readonly task_id: TaskId; readonly commit: CommitId | null }
  /** Fetched inside a sandbox that reaches that host alone. `ref`: a branch, tag or commit; null: the default branch. `paths`: only these folders; empty: all. */
  | { readonly type: 'git'; readonly url: string; readonly ref: string | null; readonly paths: readonly string[] }
  /** A .zip, .tar, .tar.gz or .tgz that was sent. */
  | { readonly type: 'archive'; readonly artifact_id: ArtifactId }
  | { readonly type: 'template'; readonly name: string }

export const INTENTS = ['question', 'command', 'other'] as const
/** What a person wants with a message: to know something, to have something done, or neither (thanks, small talk). */
export type Intent = (typeof INTENTS)[number]

/** What the router made of the request. `command` is set for shell commands only. */
export type Routing = {
  readonly intent: Intent
  readonly task_type: TaskType
  /** 0 to 1. */
  readonly confidence: number
  /** One sentence: what was understood. */
  readonly summary: string
  /** One sentence: what will be done. */
  readonly plan: string
  readonly needs_confirmation: boolean
  readonly command: string | null
  /** One short question to the person, where it is not clear what they want; answered with instead of work. */
  readonly ask: string | null
  /** The finished work that the request goes on from; null: the task's own source. */
  readonly source: WorkspaceSource | null
}

export type AnswerSource = { readonly mark: number; readonly title: string; readonly uri: string }

/** What came of it, with the evidence. Present on completed tasks, and on failed ones as far as they got. */
export type TaskResult = {
  readonly summary: string
  /** The answer to a question. */
  readonly answer: string | null
  /** Of a shell command. */
  readonly exit_code: number | null
  readonly output: string | null
  readonly preview_url: string | null
  readonly commit: CommitId | null
  readonly changed_files: readonly string[]
  readonly checks: readonly CheckReport[]
  readonly usage: UsageTotals
  /** What an answer took from the knowledge, in the order of its marks `[1]`, `[2]`. */
  readonly sources: readonly AnswerSource[]
  /** True when any part of the work came from the offline model: shown wherever the result is shown. */
  readonly offline: boolean
}

/** Of what nothing came: every result begins with it. */
export const NO_RESULT: TaskResult = {
  summary: '',
  answer: null,
  exit_code: null,
  output: null,
  preview_url: null,
  commit: null,
  changed_files: [],
  checks: [],
  usage: NO_USAGE,
  sources: [],
  offline: false,
}

/** Where finished work goes: a branch of a repository, and perhaps a pull request. */
export type DeliveryOrder = {
  /** https URL of the repository. */
  readonly url: string
  readonly branch: string
  /** The branch that it starts from and is to come into; null: the default one. */
  readonly base: string | null
  readonly title: string
  readonly pull_request: boolean
}

export type Task = {
  readonly id: TaskId
  readonly userId: UserId
  readonly threadId: ThreadId
  readonly inputText: string
  /** Fixed by the sender, or null until routed. */
  readonly taskType: TaskType | null
  readonly status: TaskStatus
  /** Asked for in plain words, in a conversation: work starts only after an OK to what was understood. */
  readonly confirm: boolean
  readonly source: WorkspaceSource
  readonly routing: Routing | null
  /** The approval that is being waited for, or the last one. */
  readonly approval: Approval | null
  readonly result: TaskResult | null
  /** One sentence for a person. */
  readonly error: string | null
  /** The newest event's number; numbers start at 1 and have no gaps. */
  readonly lastSeq: number
  readonly createdAt: Date
  readonly updatedAt: Date
}
