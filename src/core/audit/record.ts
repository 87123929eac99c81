// Records acts in the audit log, and sees to it that no failure to do so passes unnoticed.
import type { AuditLog, AuditRecorder } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { AuditAction } from '../vocabulary/audit.ts'
import { messageOf } from '../vocabulary/thrown.ts'

export type RecorderDeps = {
  readonly audit: Pick<AuditLog, 'append'>
  readonly clock: Clock
  readonly telemetry: Pick<Telemetry, 'log'>
}

// What takes rights away, stops something or merely happened is never held up by a log that fails.
const ONLY_LOGGED: ReadonlySet<AuditAction> = new Set([
  'task.stopped',
  'policy.decided',
  'policy.changed',
  'egress.decided',
  'secret.found',
  'sandbox.escape',
  'login.refused',
  'credential.revoked',
  'panic',
])

export function createRecorder({ audit, clock, telemetry }: RecorderDeps): AuditRecorder {
  return {
    record: async (actor, action, subject, data = {}, taskId) => {
      try {
        await audit.append([{ at: clock.now(), actor, action, subject, data, taskId: taskId ?? null }])
      } catch (error) {
        telemetry.log('error', 'An act could not be recorded in the audit log', {
          action,
          actor,
          error: messageOf(error),
          ...(taskId === undefined ? {} : { task_id: taskId }),
        })
        if (ONLY_LOGGED.has(action)) return
        throw new Error('This could not be recorded in the audit log, so it was not done.', { cause: error })
      }
    },
  }
}
