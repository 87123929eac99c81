// The audit log: who decided, approved, used or changed what; each entry sealed by the one before it.
import type { TaskEvent } from './event.ts'
import type { TaskId, UserId } from './ids.ts'
import type { JsonObject } from './json.ts'

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

const SUBJECT_CHARACTERS = 500

/** What of a task's log belongs into the audit log as well, written in the transaction that writes the events. */
export function auditEntriesOf(owner: UserId, events: readonly TaskEvent[]): readonly AuditEntry[] {
  return events.flatMap((event) => auditEntryOf(owner, event) ?? [])
}

function auditEntryOf(owner: UserId, event: TaskEvent): AuditEntry | null {
  const about = { at: event.at, taskId: event.task_id }
  const entry = (actor: UserId, action: AuditAction, subject: string, data: JsonObject): AuditEntry => ({
    ...about,
    actor,
    action,
    subject: subject.slice(0, SUBJECT_CHARACTERS),
    data: { seq: event.seq, ...data },
  })
  switch (event.type) {
    case 'approval.requested': {
      const { approval_id, kind, subject, digest } = event.data
      return entry(owner, 'approval.asked', subject, {
        approval_id,
        kind,
        digest,
        rule: event.data.policy?.rule ?? null,
      })
    }
    case 'approval.seconded':
      return entry(event.data.by, 'approval.seconded', event.data.approval_id, {})
    case 'approval.resolved': {
      const { approval_id, status, by } = event.data
      return entry(by, 'approval.answered', approval_id, { status })
    }
    case 'task.aborting':
      return entry(event.data.by, 'task.stopped', event.data.reason, {})
    case 'tool.started': {
      const { tool, step, agent, call_id, input, policy } = event.data
      const verdict = policy === undefined ? {} : { verdict: policy.verdict, rule: policy.rule }
      return entry(owner, 'tool.called', `${tool} ${JSON.stringify(input)}`, { tool, step, agent, call_id, ...verdict })
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
