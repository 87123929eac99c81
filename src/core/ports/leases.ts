// Who may do what only one process may do at a time, e.g. ask for a bot's updates. Measured by the store's own clock.
import type { JsonObject } from '../vocabulary/json.ts'
import type { WorkerId } from '../vocabulary/ids.ts'

export type Lease = {
  readonly name: string
  readonly holder: WorkerId
  readonly expired: boolean
  /** What the holder says of itself, for operators. */
  readonly note: JsonObject
}

export interface Leases {
  /** True when the holder has it now, for `ms` from now: nobody else had it, or theirs ran out, or it renews its own. Of callers that race one gets true. */
  acquire(name: string, holder: WorkerId, ms: number, note: JsonObject): Promise<boolean>
  /** Somebody else's changes nothing. */
  release(name: string, holder: WorkerId): Promise<void>
  /** Takes every lease of a holder that is known to be dead. */
  bury(holder: WorkerId): Promise<void>
  /** By name; expired ones too. */
  list(prefix: string): Promise<readonly Lease[]>
}
