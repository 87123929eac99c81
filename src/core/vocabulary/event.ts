// The events of a task: one append-only log that is its progress stream, its journal and its replay.
// `data` is in snake_case because it is stored and sent exactly as it stands here.
import type { Approval, ApprovalBinding, ApprovalPolicy, ApprovalStatus, Estimate } from './approval.ts'
import type { CheckReport } from './check.ts'
import type { HealRound } from './healing.ts'
import type { ApprovalId, ArtifactId, CommitId, PreviewId, TaskId, UserId } from './ids.ts'
import type { JsonValue } from './json.ts'
import type { InterfaceName } from './message.ts'
import type { RoleName } from './plan.ts'
import type { Verdict } from './policy.ts'
import type { DeliveryOrder, Routing, TaskResult, TaskType, WorkspaceSource } from './task.ts'
import type { ModelLabel, ModelTier, Usage } from './usage.ts'

/** Who did it: a role of the crew, or `platform`: the platform itself. */
export type AgentName = RoleName

type Step = { readonly step: string; readonly agent: AgentName }
type Body<Type extends string, Data> = { readonly type: Type; readonly data: Data }

export type TaskEventBody =
  | Body<
      'task.created',
      {
        readonly user_id: UserId
        readonly thread_id: string
        readonly input_text: string
        readonly task_type: TaskType | null
        readonly interface: InterfaceName
        readonly source: WorkspaceSource
        readonly delivery?: DeliveryOrder
        /** Work waits for an OK; false where it is not there. */
        readonly confirm?: boolean
        readonly forked_from?: { readonly task_id: TaskId; readonly seq: number }
        /** Set on a replay: model turns are read from that task's log instead of asked for. */
        readonly replay_of?: TaskId
      }
    >
  | Body<'task.routed', Routing>
  /** The message asked for more than one thing: each of the others is a task of its own. */
  | Body<'task.split', { readonly task_ids: readonly TaskId[] }>
  | Body<'task.queued', { readonly reason: string }>
  | Body<'task.started', { readonly worker: string; readonly sandbox_level: string }>
  | Body<'task.completed', { readonly result: TaskResult }>
  | Body<'task.failed', { readonly error: string; readonly result: TaskResult | null }>
  | Body<'task.aborting', { readonly by: UserId; readonly reason: string }>
  | Body<'task.aborted', { readonly by: UserId; readonly reason: string }>
  | Body<
      'approval.requested',
      {
        readonly approval_id: ApprovalId
        readonly kind: Approval['kind']
        readonly subject: string
        readonly digest: string
        readonly reason: string
        readonly expires_at: string
        readonly estimate?: Estimate | null
        readonly binding?: ApprovalBinding
        readonly policy?: ApprovalPolicy
      }
    >
  /** One of several people who have to say yes did. */
  | Body<'approval.seconded', { readonly approval_id: ApprovalId; readonly by: UserId }>
  | Body<
      'approval.resolved',
      {
        readonly approval_id: ApprovalId
        readonly status: Exclude<ApprovalStatus, 'pending'>
        readonly by: UserId
        readonly comment: string | null
      }
    >
  | Body<'step.started', Step & { readonly title: string }>
  | Body<'step.progress', Step & { readonly message: string; readonly percentage?: number }>
  | Body<
      'step.completed',
      Step & {
        readonly output: JsonValue
        readonly commit: CommitId | null
        readonly duration_ms: number
        /** The worktree that `commit` is of; absent: the task's own files. */
        readonly branch?: string
      }
    >
  | Body<'step.failed', Step & { readonly error: string }>
  | Body<
      'tool.started',
      Step & {
        readonly call_id: string
        readonly tool: string
        readonly input: JsonValue
        /** What the policy said of it, where it was asked. */
        readonly policy?: { readonly verdict: Verdict; readonly rule: string }
        /** The yes that it happens by: each is used once. */
        readonly approval_id?: ApprovalId
      }
    >
  | Body<
      'tool.finished',
      Step & {
        readonly call_id: string
        readonly tool: string
        readonly ok: boolean
        readonly output: string
        readonly duration_ms: number
      }
    >
  | Body<'agent.message', Step & { readonly text: string; readonly offline: boolean }>
  | Body<'check.finished', Step & CheckReport>
  /** A round of healing is over. */
  | Body<'heal.finished', Step & HealRound>
  /** A branch's work became part of the task's files, or could not without a person's or an agent's decision. */
  | Body<
      'branch.merged',
      Step & { readonly branch: string; readonly commit: CommitId; readonly conflicts: readonly string[] }
    >
  | Body<
      'preview.ready',
      { readonly preview_id: PreviewId; readonly url: string; readonly port: number; readonly expires_at: string }
    >
  | Body<'preview.closed', { readonly preview_id: PreviewId; readonly reason: string }>
  | Body<
      'artifact.added',
      { readonly artifact_id: ArtifactId; readonly name: string; readonly media_type: string; readonly bytes: number }
    >
  | Body<
      'usage.recorded',
      Step &
        Usage &
        ModelLabel & {
          readonly tier: ModelTier
          /** The version of the prompt pack. */
          readonly prompt?: string
          /** Answered from the platform's own cache: no provider was asked, and nothing was spent. */
          readonly from_cache?: boolean
        }
    >
  /** The policy refused something, or had it asked about. */
  | Body<
      'policy.decided',
      {
        readonly verdict: Verdict
        readonly rule: string
        readonly why: string
        readonly tool: string
        readonly subject: string
      }
    >
  /** A connection out of the sandbox is over, or was refused; several to one place at one time may be summed up. */
  | Body<
      'egress.decided',
      {
        readonly host: string
        readonly port: number
        readonly verdict: Verdict
        readonly rule: string
        readonly connections: number
        readonly bytes_out: number
        readonly bytes_in: number
      }
    >
  /** A secret was put in the place of its placeholder on the way to a host. */
  | Body<'secret.used', { readonly name: string; readonly host: string }>
  /** Something that looks like a secret was found, and kept back: in output, or in a file. */
  | Body<'secret.found', { readonly rule: string; readonly where: string }>
  | Body<'sandbox.escape', { readonly detail: string }>
  | Body<'budget.exhausted', { readonly limit: string; readonly used: number; readonly allowed: number }>

export type TaskEventType = TaskEventBody['type']
export type EventOf<Type extends TaskEventType> = Extract<TaskEventBody, { type: Type }>

/** An event as it stands in the log. `seq` starts at 1 for each task and has no gaps. */
export type TaskEvent = TaskEventBody & { readonly task_id: TaskId; readonly seq: number; readonly at: Date }

const AFTER_THE_END: ReadonlySet<TaskEventType> = new Set(['artifact.added', 'usage.recorded'])

/** What may still be appended after the terminal event. */
export function mayFollowTheEnd(type: TaskEventType): boolean {
  return type.startsWith('preview.') || AFTER_THE_END.has(type)
}
