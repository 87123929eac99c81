// Makes a task of an incoming request: everything up to the moment at which its sender may be told "accepted".
import type { TaskEventBody } from '../vocabulary/event.ts'
import type { ApprovalId, TaskId, ThreadId } from '../vocabulary/ids.ts'
import type { IncomingMessage } from '../vocabulary/message.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task, TaskType, WorkspaceSource } from '../vocabulary/task.ts'
import type { Ids } from '../ports/ids.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { LogDeps } from './apply-command.ts'
import { evolve, extend } from './evolve.ts'
import { toStorable } from './storable.ts'

export type AcceptDeps = LogDeps & {
  readonly ids: Ids
  readonly telemetry: Telemetry
  readonly limits: { readonly inputCharacters: number; readonly approvalMs: number }
}

export type Request = IncomingMessage & {
  /** Given by the sender, or null to have it routed. A `shell_command` given here is taken as the literal command. */
  readonly taskType: TaskType | null
  readonly source: WorkspaceSource
  /** Re-run that task against its recorded model turns. */
  readonly replayOf?: TaskId
}

/** Durable once it resolves. The same (interface, chat, externalId) again returns the first task with `created: false`. */
export async function acceptRequest(
  deps: AcceptDeps,
  given: Request,
): Promise<{ readonly task: Task; readonly created: boolean } | Refusal> {
  const request = toStorable(given)
  const problem = inputProblem(request.text, deps.limits.inputCharacters)
  if (problem !== null) return { type: 'invalid', problem }
  const at = deps.clock.now()
  const id = deps.ids.next<TaskId>()
  const created = {
    type: 'task.created',
    data: {
      user_id: request.author,
      thread_id: deps.ids.next<ThreadId>(),
      input_text: request.text,
      task_type: request.taskType,
      interface: request.interface,
      source: request.source,
      ...(request.replayOf === undefined ? {} : { replay_of: request.replayOf }),
    },
    task_id: id,
    seq: 1,
    at,
  } as const
  const born = evolve(null, created)
  const { events, next } = extend(born, opening(deps, request, at), at)
  const accepted = await deps.store.accept(request, next, [created, ...events])
  if (accepted.created) {
    deps.telemetry.count('tasks_accepted_total', { interface: request.interface })
    deps.signals.publish({ type: 'task', taskId: accepted.task.id, seq: accepted.task.lastSeq })
    if (accepted.task.status !== 'needs_approval') deps.signals.publish({ type: 'work' })
  }
  return accepted
}

function inputProblem(text: string, limit: number): string | null {
  if (text.trim() === '') return 'The request is empty: say what should be done.'
  if (text.length > limit)
    return `The request has ${text.length} characters; at most ${limit} are taken. Attach the rest as a file.`
  return null
}

/** A request whose type the sender fixed needs no router; a literal command needs a person's yes, always. */
function opening(deps: AcceptDeps, request: Request, at: Date): readonly TaskEventBody[] {
  if (request.taskType === null) return []
  const literal = request.taskType === 'shell_command'
  const routed: TaskEventBody = {
    type: 'task.routed',
    data: {
      task_type: request.taskType,
      confidence: 1,
      summary: literal ? 'A literal shell command.' : 'The sender said what kind of task this is.',
      plan: literal ? 'Run it in a sandbox once it is approved.' : 'Start at once.',
      needs_confirmation: literal,
      command: literal ? request.text : null,
    },
  }
  if (!literal) return [routed, { type: 'task.queued', data: { reason: 'the type was given' } }]
  return [routed, approvalRequest(deps.ids, request.text, new Date(at.getTime() + deps.limits.approvalMs))]
}

/** The question put to a person before a command runs: bound to exactly this text. */
export function approvalRequest(ids: Ids, command: string, expiresAt: Date): TaskEventBody {
  return {
    type: 'approval.requested',
    data: {
      approval_id: ids.next<ApprovalId>(),
      kind: 'shell_command',
      subject: command,
      digest: approvalDigest(ids, command),
      reason: 'A shell command runs only after somebody approved exactly this text.',
      expires_at: expiresAt.toISOString(),
    },
  }
}

export function approvalDigest(ids: Ids, command: string): string {
  return ids.digest(`shell_command\n${command}`)
}
