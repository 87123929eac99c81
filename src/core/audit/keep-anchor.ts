// Writes down outside the database, again and again, how far the audit log has come, so that not even its end can be rewritten unseen.
import type { AuditAnchor, AuditHead, AuditLog } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { messageOf } from '../vocabulary/thrown.ts'

export type KeepAnchorDeps = {
  readonly audit: Pick<AuditLog, 'head' | 'list'>
  readonly anchor: AuditAnchor
  readonly clock: Clock
  readonly telemetry: Pick<Telemetry, 'log'>
}

const LOOK_MS = 15_000
const EVERY_MS = 60_000
const EVERY_ENTRIES = 250
/** An alarm that nobody heeds is repeated, not at every look. */
const ALARM_MS = 60 * 60_000

/** Runs until `signal` aborts, and once more then. Never throws: what fails is logged, and tried again. */
export async function keepAnchor(deps: KeepAnchorDeps, signal: AbortSignal): Promise<void> {
  let last: AuditHead | null = null
  let anchoredAt = Number.NEGATIVE_INFINITY
  let alarmedAt = Number.NEGATIVE_INFINITY

  async function look(isEnd: boolean): Promise<void> {
    last ??= await newest(deps.anchor)
    const now = deps.clock.now()
    const head = await deps.audit.head()
    if (!(await fits(deps.audit, head, last))) {
      if (now.getTime() - alarmedAt < ALARM_MS) return
      alarmedAt = now.getTime()
      deps.telemetry.log(
        'error',
        'The audit log is not what its anchor says: entries were changed or removed. `factotum audit verify` says which.',
        { anchored: last?.seq ?? 0, head: head.seq },
      )
      return
    }
    const grown = head.seq - (last?.seq ?? 0)
    const isDue = isEnd || grown >= EVERY_ENTRIES || now.getTime() - anchoredAt >= EVERY_MS
    if (grown === 0 || !isDue) return
    await deps.anchor.append({ ...head, at: now })
    last = head
    anchoredAt = now.getTime()
  }

  for (;;) {
    const isEnd = signal.aborted
    try {
      await look(isEnd)
    } catch (error) {
      deps.telemetry.log('warn', 'The audit log could not be anchored', { error: messageOf(error) })
    }
    if (isEnd) return
    await deps.clock.sleep(LOOK_MS, signal)
  }
}

async function newest(anchor: AuditAnchor): Promise<AuditHead | null> {
  let last: AuditHead | null = null
  for await (const line of anchor.read()) {
    if (line.type === 'anchor' && line.seq >= (last?.seq ?? 0)) last = { seq: line.seq, hash: line.hash }
  }
  return last
}

async function fits(audit: KeepAnchorDeps['audit'], head: AuditHead, last: AuditHead | null): Promise<boolean> {
  if (last === null || last.seq === 0) return true
  if (head.seq < last.seq) return false
  const everything = { actor: null, taskId: null, action: null }
  const [then] = await audit.list({ ...everything, before: last.seq + 1, limit: 1 })
  return then !== undefined && then.seq === last.seq && then.hash === last.hash
}
