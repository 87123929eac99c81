// The audit log: who decided, approved, used or changed what; each entry sealed by the one before it.
import type { Approval } from './approval.ts'
import type { TaskEvent } from './event.ts'
import type { ApprovalId, TaskId, UserId } from './ids.ts'
import type { JsonObject, JsonValue } from './json.ts'
import type { Task } from './task.ts'

export const AUDIT_ACTIONS = [
  'task.stopped',
  'approval.asked',
  'approval.seconded',
  'approval.answered',
  'tool.called',
  'policy.decided',
  'policy.changed',
  'egress.decided',
  'secret.changed',
  'secret.used',
  'secret.found',
  'sandbox.escape',
  'login',
  'login.refused',
  'credential.issued',
  'credential.revoked',
  'person.changed',
  'setting.changed',
  'panic',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

export type AuditEntry = {
  readonly at: Date
  readonly actor: UserId
  readonly action: AuditAction
  readonly taskId: TaskId | null
  /** What it is about, in a few words without secrets: a command, a host, a name. At most 500 characters. */
  readonly subject: string
  readonly data: JsonObject
}

/** As it stands in the chain. `seq` starts at 1 and has no gaps. Hashes are 64 hex digits. */
export type SealedEntry = {
  readonly seq: number
  /** The entry as one line of JSON, exactly as it was hashed. */
  readonly entry: string
  /** Of the entry before; 64 zeros for the first. */
  readonly previous: string
  /** SHA-256 over `previous`, a line feed, `seq`, a line feed, and `entry`, in UTF-8. */
  readonly hash: string
}

export const NO_HASH = '0'.repeat(64)

/** UTF-16 units of a subject, and of each text in `data`. */
const TEXT_CHARACTERS = 500

/**
 * The entry as it is kept: one line of JSON, its members in one order, those of `data` sorted; texts clipped to 500 characters, what no
 * database takes in a text (U+0000, halves of surrogate pairs) replaced by U+FFFD. The same entry always gives the same text.
 */
export function auditEntryText({ at, actor, action, taskId, subject, data }: AuditEntry): string {
  return JSON.stringify({
    at: at.toISOString(),
    actor: clean(actor),
    action,
    task_id: taskId === null ? null : clean(taskId),
    subject: clean(subject),
    data: canonical(data),
  })
}

/** What an entry's hash is over: SHA-256 of this text in UTF-8. */
export function sealedText(previous: string, seq: number, entry: string): string {
  return `${previous}\n${seq}\n${entry}`
}

function canonical(value: JsonValue): JsonValue {
  if (typeof value === 'string') return clean(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(canonical)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [clean(key), canonical(member)]))
}

function isList(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function clean(text: string): string {
  return clipped(text).replaceAll('\0', '\u{FFFD}').toWellFormed()
}

/** No emoji is cut in two. */
function clipped(text: string): string {
  if (text.length <= TEXT_CHARACTERS) return text
  const end = /[\uD800-\uDBFF]/.test(text.charAt(TEXT_CHARACTERS - 1)) ? TEXT_CHARACTERS - 1 : TEXT_CHARACTERS
  return text.slice(0, end)
}

/**
 * What of a task's log belongs into the audit log as well, written in the transaction that writes the events. Entries are never erased,
 * so they carry no contents: of a tool's input the command or the path, of a plan only its digest, of everything a tool was given the
 * digest (`digest` is SHA-256 in hex), by which the task's own log can be held against it for as long as it is there. `task` is as the
 * events left it.
 */
export function auditEntriesOf(
  task: Pick<Task, 'userId' | 'approval'>,
  events: readonly TaskEvent[],
  digest: (text: string) => string,
): readonly AuditEntry[] {
  return events.flatMap((event) => auditEntryOf(task, event, digest) ?? [])
}

function auditEntryOf(
  { userId: owner, approval }: Pick<Task, 'userId' | 'approval'>,
  event: TaskEvent,
  digest: (text: string) => string,
): AuditEntry | null {
  const entry = (actor: UserId, action: AuditAction, subject: string, data: JsonObject): AuditEntry => ({
    at: event.at,
    taskId: event.task_id,
    actor,
    action,
    subject,
    data: { seq: event.seq, ...data },
  })
  switch (event.type) {
    case 'approval.requested': {
      const { approval_id, kind, subject, policy } = event.data
      const rule = policy?.rule ?? null
      return entry(owner, 'approval.asked', askedSubject({ kind, subject }), {
        approval_id,
        kind,
        digest: event.data.digest,
        rule,
      })
    }
    case 'approval.seconded':
      return entry(event.data.by, 'approval.seconded', ...answered(event.data.approval_id, approval, {}))
    case 'approval.resolved': {
      const { approval_id, status, by } = event.data
      return entry(by, 'approval.answered', ...answered(approval_id, approval, { status }))
    }
    case 'task.aborting':
      return entry(event.data.by, 'task.stopped', event.data.reason, {})
    case 'tool.started': {
      const { tool, step, agent, call_id, input, policy, approval_id } = event.data
      return entry(owner, 'tool.called', toolSubject(tool, input), {
        tool,
        step,
        agent,
        call_id,
        input: digest(JSON.stringify(input)),
        ...(policy === undefined ? {} : { verdict: policy.verdict, rule: policy.rule }),
        ...(approval_id === undefined ? {} : { approval_id }),
      })
    }
    case 'policy.decided': {
      const { verdict, rule, tool, subject } = event.data
      return entry(owner, 'policy.decided', subject, { verdict, rule, tool })
    }
    case 'egress.decided': {
      const { host, port, ...data } = event.data
      return entry(owner, 'egress.decided', `${host}:${port}`, data)
    }
    case 'secret.used':
      return entry(owner, 'secret.used', event.data.name, { host: event.data.host })
    case 'secret.found':
      return entry(owner, 'secret.found', event.data.rule, { where: event.data.where })
    case 'sandbox.escape':
      return entry(owner, 'sandbox.escape', event.data.detail, {})
    default:
      return null
  }
}

function askedSubject({ kind, subject }: Pick<Approval, 'kind' | 'subject'>): string {
  return kind === 'plan' ? 'a plan' : subject
}

/** Says what was answered, where the task still knows it: a newer question may have taken its place. */
function answered(id: ApprovalId, approval: Approval | null, data: JsonObject): [string, JsonObject] {
  if (approval?.id !== id) return [id, { approval_id: id, ...data }]
  const { kind, digest } = approval
  return [askedSubject(approval), { approval_id: id, kind, digest, ...data }]
}

function toolSubject(tool: string, input: JsonValue): string {
  if (typeof input !== 'object' || input === null || isList(input)) return tool
  const { command, path } = input
  const what = command ?? path
  return typeof what === 'string' ? `${tool}: ${what}` : tool
}
