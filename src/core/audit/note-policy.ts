// Notices that another policy is in force than the one that was recorded last, whoever edited the file, and whenever.
import type { AuditLog, AuditRecorder } from '../ports/audit-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { UserId } from '../vocabulary/ids.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { readEntry } from './read-entry.ts'

export type NotePolicyDeps = {
  readonly audit: Pick<AuditLog, 'list'>
  readonly recorder: AuditRecorder
  readonly clock: Clock
  readonly telemetry: Pick<Telemetry, 'log'>
  /** Of the policy in force. Throws where the file can't be read. */
  readonly policyDigest: () => Promise<string>
  /** In whose name it is recorded: nobody knows who edited a file. */
  readonly by: UserId
}

const LOOK_MS = 15_000

/** Runs until `signal` aborts. Never throws. Of several processes that notice at once, more than one may record it. */
export async function keepPolicyNoted(deps: NotePolicyDeps, signal: AbortSignal): Promise<void> {
  let noted: string | null = null
  while (!signal.aborted) {
    try {
      const digest = await deps.policyDigest()
      if (digest !== noted) await notePolicy(deps, digest)
      noted = digest
    } catch (error) {
      deps.telemetry.log('warn', 'The policy in force could not be noted', { error: messageOf(error) })
    }
    await deps.clock.sleep(LOOK_MS, signal)
  }
}

async function notePolicy({ audit, recorder, by }: NotePolicyDeps, digest: string): Promise<void> {
  const [last] = await audit.list({ actor: null, taskId: null, action: 'policy.changed', before: null, limit: 1 })
  const before = last === undefined ? null : (readEntry(last).data['digest'] ?? null)
  if (before !== digest) await recorder.record(by, 'policy.changed', digest, { digest, before })
}
