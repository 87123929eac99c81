// Stopping everything, as whoever talks to people is given it.
import type { UserId } from '../vocabulary/ids.ts'
import { panicOff, panicOn } from './panic.ts'
import type { StopDeps, Stopped } from './panic.ts'
import { panicRecord } from './panic-record.ts'
import type { PanicRecord } from './panic-record.ts'

export type StopSwitch = {
  /** Never rejects: what could not be done is among the problems. */
  readonly on: (by: UserId) => Promise<Stopped>
  readonly off: (by: UserId) => Promise<{ readonly waiting: number }>
  /** Null while nothing is stopped. */
  readonly since: () => Promise<PanicRecord | null>
}

export function createStopSwitch(deps: StopDeps): StopSwitch {
  return {
    on: (by) => panicOn(deps, by),
    off: (by) => panicOff(deps, by),
    since: () => panicRecord(deps.memos),
  }
}
