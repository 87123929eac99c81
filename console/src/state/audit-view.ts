// The audit log as a person reads it: what each action is called, how it weighs, what is asked for next.
import { AUDIT_ACTIONS } from '../../../src/core/vocabulary/audit.ts'
import type { AuditAction } from '../../../src/core/vocabulary/audit.ts'
import type { AuditQuery, WireAuditCheck, WireAuditEntry } from './control.ts'
import type { WirePage } from './wire.ts'
import { sayCount } from './time.ts'

export type AuditTone = 'plain' | 'good' | 'bad' | 'ask'
type Said = { readonly label: string; readonly tone: AuditTone }

const SAID: Readonly<Record<AuditAction, Said>> = {
  'task.stopped': { label: 'stopped a task', tone: 'bad' },
  'approval.asked': { label: 'was asked', tone: 'ask' },
  'approval.seconded': { label: 'said yes, one of two', tone: 'ask' },
  'approval.answered': { label: 'answered', tone: 'plain' },
  'tool.called': { label: 'tool call', tone: 'plain' },
  'policy.decided': { label: 'policy', tone: 'plain' },
  'policy.changed': { label: 'policy changed', tone: 'ask' },
  'egress.decided': { label: 'connection', tone: 'plain' },
  'secret.changed': { label: 'changed a secret', tone: 'ask' },
  'secret.used': { label: 'secret used', tone: 'plain' },
  'secret.found': { label: 'secret kept back', tone: 'bad' },
  'sandbox.escape': { label: 'escape attempt', tone: 'bad' },
  login: { label: 'signed in', tone: 'good' },
  'login.refused': { label: 'was not let in', tone: 'bad' },
  'credential.issued': { label: 'issued a credential', tone: 'ask' },
  'credential.revoked': { label: 'revoked a credential', tone: 'ask' },
  'person.changed': { label: 'changed a person', tone: 'ask' },
  'setting.changed': { label: 'changed a setting', tone: 'ask' },
  panic: { label: 'stopped everything, or went on', tone: 'bad' },
}

const VERDICT_TONES: Readonly<Record<string, AuditTone>> = { allow: 'good', ask: 'ask', deny: 'bad' }
const ANSWER_TONES: Readonly<Record<string, AuditTone>> = { approved: 'good', rejected: 'bad' }

/** In the order in which they are offered to choose from. */
export const ACTION_CHOICES: readonly { readonly action: AuditAction; readonly label: string }[] = AUDIT_ACTIONS.map(
  (action) => ({ action, label: SAID[action].label }),
)

/** A newer server may tell of actions that this console has no words for. */
export function sayAction({ action, data }: Pick<WireAuditEntry, 'action' | 'data'>): Said {
  const said: Said | undefined = SAID[action]
  if (said === undefined) return { label: action, tone: 'plain' }
  const verdict = textOf(data['verdict'])
  if ((action === 'policy.decided' || action === 'egress.decided') && verdict !== null) {
    return { label: `${said.label} (${verdict})`, tone: VERDICT_TONES[verdict] ?? 'plain' }
  }
  const status = textOf(data['status'])
  if (action === 'approval.answered' && status !== null) return { label: status, tone: ANSWER_TONES[status] ?? 'plain' }
  if (action === 'panic' && typeof data['on'] === 'boolean') {
    return data['on'] ? { label: 'stopped everything', tone: 'bad' } : { label: 'went on', tone: 'good' }
  }
  return said
}

/** Prose is read with its quotes and dashes as they are; everything else is an exact text. */
export function isProse({ action, data }: Pick<WireAuditEntry, 'action' | 'data'>): boolean {
  return action === 'task.stopped' || (action === 'approval.asked' && data['kind'] === 'plan')
}

export type AuditList = {
  readonly entries: readonly WireAuditEntry[]
  /** Where to ask on; null at the beginning of the log. */
  readonly before: number | null
}
export const NO_ENTRIES: AuditList = { entries: [], before: null }

/** Newest first, each once, however the pages overlap. */
export function addAuditPage(list: AuditList, page: WirePage<WireAuditEntry>): AuditList {
  const bySeq = new Map([...list.entries, ...page.items].map((entry) => [entry.seq, entry]))
  const entries = [...bySeq.values()].sort((a, b) => b.seq - a.seq)
  return { entries, before: page.next_cursor === null ? null : (entries.at(-1)?.seq ?? null) }
}

export function auditPath({ actor, task, action }: AuditQuery, before: number | null, limit: number): string {
  const query = new URLSearchParams({ limit: String(limit) })
  if (actor.trim() !== '') query.set('actor', actor.trim())
  if (task.trim() !== '') query.set('task_id', task.trim())
  if (action !== '') query.set('action', action)
  if (before !== null) query.set('before', String(before))
  return `/v1/audit?${query.toString()}`
}

/** What checking the chain came to, in one sentence. */
export function sayCheck({ ok, entries, head, problems, more_problems: more }: WireAuditCheck): string {
  if (!ok) {
    const what = sayCount(Math.max(1, problems.length + more), 'problem')
    return `${what} in ${sayCount(entries, 'entry', 'entries')}: somebody edited, removed or reordered what was written.`
  }
  const sealed = head === null || head.seq === 0 ? '' : ` The last seal begins with ${head.hash.slice(0, 12)}.`
  return `Intact: ${sayCount(entries, 'entry', 'entries')}, each sealed by the one before it.${sealed}`
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
