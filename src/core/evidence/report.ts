// The report of a task: what was asked, planned, done, checked, allowed and spent, as one value that is then written in several ways.
import type { ApprovalKind, ApprovalStatus } from '../vocabulary/approval.ts'
import type { CheckReport, Finding } from '../vocabulary/check.ts'
import type { HealRound } from '../vocabulary/healing.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { MetLimit, WorkLimit } from '../vocabulary/limit.ts'
import type { TaskStatus, TaskType } from '../vocabulary/task.ts'

export type SubtaskState = 'open' | 'at_work' | 'done' | 'failed'

export type ReportedSubtask = {
  readonly id: string
  readonly title: string
  readonly role: string
  readonly state: SubtaskState
  readonly waitsFor: readonly string[]
  readonly acceptance: readonly string[]
  /** Worked on in a branch of its own, beside others. */
  readonly branched: boolean
  /** Files that two branches had changed in different ways when it was merged. */
  readonly conflicts: readonly string[]
}

/** One piece of work by one role: a subtask, a repair, a review. */
export type ReportedWork = {
  readonly step: string
  readonly title: string
  readonly role: string
  readonly models: readonly string[]
  readonly turns: number
  readonly tools: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Calls that the platform's own cache answered. */
  readonly fromCache: number
  readonly ms: number
  readonly failed: string | null
}

export type ReportedGate = {
  readonly step: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export type ReportedApproval = {
  readonly kind: ApprovalKind
  readonly subject: string
  readonly status: ApprovalStatus
  /** Null while it is open. */
  readonly by: string | null
  readonly comment: string | null
  readonly why: string | null
}

/** Tests, and what steers them, as compared with how they were. */
export type MilderTests = {
  /** What is milder in the end. */
  readonly left: readonly Finding[]
  /** Findings beyond those. */
  readonly more: number
  /** What was milder at an earlier gate, and is as it was again. */
  readonly putBack: readonly Finding[]
  /** The yes to what is left; null where there is nothing, or nobody's yes. */
  readonly accepted: ReportedApproval | null
  readonly asked: readonly ReportedApproval[]
}

export type ReportedHost = {
  readonly host: string
  readonly verdict: string
  readonly rule: string
  readonly connections: number
  readonly bytesOut: number
  readonly bytesIn: number
}

/** Of wall time, in milliseconds: who everybody was waiting for. They add up to `all`. */
export type ReportedTime = {
  readonly all: number
  /** For a person's answer, or for a worker. */
  readonly waiting: number
  readonly models: number
  /** Commands, and the platform's checks. */
  readonly tools: number
  readonly platform: number
}

export type ReportedLimit = {
  readonly name: WorkLimit
  readonly setting: string
  readonly figure: string
}

/** Who made a change of a file: `role` with its subtask or repair, or what it came from where no agent wrote it. */
export type FileAuthor = {
  readonly type: 'agent' | 'rule' | 'template' | 'source' | 'attachment' | 'checks' | 'platform'
  /** The step of the task's log, for looking it up. */
  readonly step: string
  readonly role: string | null
  readonly model: string | null
  readonly commit: CommitId
}

export type FileProvenance = {
  readonly path: string
  readonly change: 'added' | 'modified' | 'deleted'
  readonly additions: number
  readonly deletions: number
  /** In the order of the changes; the last one left it as it is. */
  readonly authors: readonly FileAuthor[]
}

export type ReportedFile = {
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** SHA-256 in hex. */
  readonly sha256: string | null
}

export type Screenshot = {
  readonly view: 'desktop' | 'phone'
  readonly width: number
  readonly height: number
  readonly name: string
  readonly png: Uint8Array | null
}

export type Report = {
  readonly taskId: string
  readonly type: TaskType | null
  readonly status: TaskStatus
  readonly request: string
  readonly interface: string
  /** For whom. */
  readonly person: string
  /** Where its files came from, in words. */
  readonly source: string
  readonly createdAt: Date
  /** Of the newest event that is part of this. */
  readonly at: Date
  readonly error: string | null
  readonly summary: string
  readonly offline: boolean
  readonly previewUrl: string | null
  readonly agreed: { readonly understood: string; readonly plan: string; readonly by: string | null } | null
  readonly plan: {
    readonly summary: string
    readonly kind: string | null
    readonly template: string | null
    readonly subtasks: readonly ReportedSubtask[]
  } | null
  readonly work: readonly ReportedWork[]
  readonly gates: readonly ReportedGate[]
  /** As they were last. */
  readonly checks: readonly CheckReport[]
  /** Null where nothing was there that could have become milder. */
  readonly milderTests: MilderTests | null
  /** What failed in the files as they came. */
  readonly failedBefore: readonly string[]
  readonly healing: readonly HealRound[]
  readonly review: { readonly rounds: number; readonly summary: string; readonly findings: readonly string[] } | null
  readonly approvals: readonly ReportedApproval[]
  readonly refusals: readonly {
    readonly tool: string
    readonly subject: string
    readonly rule: string
    readonly why: string
  }[]
  readonly hosts: readonly ReportedHost[]
  readonly secretsUsed: readonly { readonly name: string; readonly host: string }[]
  readonly secretsFound: readonly { readonly rule: string; readonly where: string }[]
  readonly escapes: readonly string[]
  readonly spent: {
    readonly calls: number
    readonly inputTokens: number
    readonly outputTokens: number
    readonly cachedInputTokens: number
    readonly fromCache: number
    readonly byModel: readonly { readonly model: string; readonly calls: number; readonly tokens: number }[]
  }
  readonly time: ReportedTime
  readonly limits: readonly ReportedLimit[]
  readonly met: readonly MetLimit[]
  readonly screenshots: readonly Screenshot[]
  /** Why there are none; null where there are. */
  readonly noScreenshots: string | null
  /** What the page itself complained of while it was looked at. */
  readonly pageErrors: readonly string[]
  readonly files: readonly FileProvenance[]
  readonly patch: { readonly text: string; readonly truncated: boolean } | null
  readonly commit: CommitId | null
  readonly artifacts: readonly ReportedFile[]
}
