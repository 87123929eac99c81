// Makes a task of an incoming request: everything up to the moment at which its sender may be told "accepted".
import type { Approval, ApprovalBinding, ApprovalPolicy } from '../vocabulary/approval.ts'
import type { EventOf, TaskEventBody } from '../vocabulary/event.ts'
import type { ApprovalId, TaskId, ThreadId, UserId } from '../vocabulary/ids.ts'
import type { IncomingMessage } from '../vocabulary/message.ts'
import type { Refusal } from '../vocabulary/refusal.ts'
import type { Task, TaskType, WorkspaceSource } from '../vocabulary/task.ts'
import type { Ids } from '../ports/ids.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { LogDeps } from './apply-command.ts'
import { evolve, extend } from './evolve.ts'
import { toStorable } from './storable.ts'

/** A command that a person wants to have run, and on which files. */
export type WantedCommand = {
  readonly command: string
  readonly person: UserId
  readonly source: WorkspaceSource
  readonly files: readonly SentFile[]
}

/** A file that comes along, where its bytes are kept. */
export type SentFile = { readonly name: string; readonly objectKey: string }

/** What a yes to a command is bound to, and what the policy says of it. */
export type CommandTerms = {
  readonly binding: ApprovalBinding
  readonly policy: ApprovalPolicy
  /** It never runs, whoever says yes. */
  readonly denied: boolean
}

export type AcceptDeps = LogDeps & {
  /** What of a request may be kept, and by which rules something of it may not. */
  readonly keepable: (
    given: Pick<Request, 'text' | 'raw'>,
  ) => Promise<Pick<Request, 'text' | 'raw'> & { readonly rules: readonly string[] }>
  readonly termsOf: (wanted: WantedCommand) => Promise<CommandTerms>
  readonly ids: Ids
  readonly telemetry: Telemetry
  readonly limits: { readonly inputCharacters: number; readonly approvalMs: number }
}

export type Request = IncomingMessage & {
  /** Given by the sender, or null to have it routed. A `shell_command` given here is taken as the literal command. */
  readonly taskType: TaskType | null
  readonly source: WorkspaceSource
  /** Plain words in a conversation: work that they ask for waits for an OK to what was understood. False unless said otherwise. */
  readonly confirm?: boolean
  /** Those that the message brings, as far as they are known: a yes to a command is to these, too. None unless said otherwise. */
  readonly files?: readonly SentFile[]
  /** Re-run that task against its recorded model turns. */
  readonly replayOf?: TaskId
}

const SECRET_IN_COMMAND =
  'The command holds what looks like a secret, and commands are kept and shown. Keep it with `factotum secret set NAME --host HOST`, and write $NAME in its place.'
const LITERAL_COMMAND = 'A literal shell command.'

/** Whether the text of the task is the command itself, as its sender typed it. */
export function isLiteralCommand({ taskType, routing }: Task): boolean {
  return taskType === 'shell_command' && routing?.summary === LITERAL_COMMAND
}

/** Durable once it resolves. The same (interface, chat, externalId) again returns the first task with `created: false`. */
export async function acceptRequest(
  deps: AcceptDeps,
  given: Request,
): Promise<{ readonly task: Task; readonly created: boolean } | Refusal> {
  const kept = await deps.keepable({ text: given.text, raw: given.raw })
  // A command that is not run as it was typed is another command.
  if (kept.rules.length > 0 && given.taskType === 'shell_command')
    return { type: 'invalid', problem: SECRET_IN_COMMAND }
  const request = toStorable({ ...given, text: kept.text, raw: kept.raw })
  const problem = inputProblem(request.text, deps.limits.inputCharacters)
  if (problem !== null) return { type: 'invalid', problem }
  const terms =
    request.taskType === 'shell_command'
      ? await deps.termsOf({
          command: request.text,
          person: request.author,
          source: request.source,
          files: request.files ?? [],
        })
      : null
  if (terms?.denied === true) return { type: 'denied', rule: terms.policy.rule, why: terms.policy.why }
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
      ...(request.confirm === true ? { confirm: true } : {}),
      ...(request.replayOf === undefined ? {} : { replay_of: request.replayOf }),
    },
    task_id: id,
    seq: 1,
    at,
  } as const
  const born = evolve(null, created)
  const { events, next } = extend(born, opening(deps, request, terms, at), at)
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
function opening(deps: AcceptDeps, request: Request, terms: CommandTerms | null, at: Date): readonly TaskEventBody[] {
  if (request.taskType === null) return []
  const literal = terms !== null
  const routed: TaskEventBody = {
    type: 'task.routed',
    data: {
      intent: request.taskType === 'question' ? 'question' : 'command',
      task_type: request.taskType,
      confidence: 1,
      summary: literal ? LITERAL_COMMAND : 'The sender said what kind of task this is.',
      plan: literal ? 'Run it in a sandbox once it is approved.' : 'Start at once.',
      needs_confirmation: literal,
      command: literal ? request.text : null,
      ask: null,
      source: null,
    },
  }
  if (!literal) return [routed, { type: 'task.queued', data: { reason: 'the type was given' } }]
  const expiresAt = new Date(at.getTime() + deps.limits.approvalMs)
  return [
    routed,
    approvalRequest(deps.ids, { kind: 'shell_command', subject: request.text, expiresAt, estimate: null, ...terms }),
  ]
}

/** The part of an approval that is decided when it is asked for. */
export type Asked = Pick<Approval, 'kind' | 'subject' | 'expiresAt' | 'estimate'> & {
  readonly binding?: ApprovalBinding | null
  readonly policy?: ApprovalPolicy | null
}

const REASONS: Readonly<Record<Approval['kind'], string>> = {
  shell_command: 'A shell command runs only after somebody approved exactly this text.',
  plan: 'Work starts only after an OK to what was understood.',
  tool: 'An agent wants to do something that the sandbox alone does not make harmless.',
  egress: 'Work in the sandbox wants to reach a host that it may not reach by itself.',
  secret: 'Work in the sandbox wants to use a secret.',
  tests: 'Work passes only because tests were removed or made milder.',
  delivery: 'Nothing leaves for a repository before somebody approved exactly what and where to.',
}

/** The question put to a person before something is done: bound to exactly this, where `binding` says to what. */
export function approvalRequest(ids: Ids, asked: Asked): EventOf<'approval.requested'> {
  const { kind, subject, expiresAt, estimate, binding = null, policy = null } = asked
  return {
    type: 'approval.requested',
    data: {
      approval_id: ids.next<ApprovalId>(),
      kind,
      subject,
      digest: approvalDigest(ids, kind, subject, binding),
      reason: REASONS[kind],
      expires_at: expiresAt.toISOString(),
      estimate,
      ...(binding === null ? {} : { binding }),
      ...(policy === null ? {} : { policy }),
    },
  }
}

/**
 * SHA-256 over canonical JSON (RFC 8785: keys in order, nothing between). Without a binding it is as older versions made it, of kind and
 * subject alone: what standing approvals are known by.
 */
export function approvalDigest(
  ids: Ids,
  kind: Approval['kind'],
  subject: string,
  binding: ApprovalBinding | null,
): string {
  if (binding === null) return ids.digest(`${kind}\n${subject}`)
  const { person, tokens, tree, where } = binding
  return ids.digest(JSON.stringify({ binding: { person, tokens, tree, where }, kind, subject }))
}
