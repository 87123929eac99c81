// Where a machine remembers that everything is stopped, without any database: no sandbox opens over the same data directory meanwhile.
import type { UserId } from '../vocabulary/ids.ts'

export type Latched = {
  readonly by: UserId
  readonly at: Date
  /** The records of the platform say so too. False: it was cut off, or they were out of reach; somebody has to make up for it. */
  readonly recorded: boolean
}

export interface StopLatch {
  /** Null where nothing is stopped. What can't be read counts as stopped. */
  get(): Promise<Latched | null>
  /** Holds for every process over the data directory when it resolves. Null lets go; letting go twice is fine. */
  set(latched: Latched | null): Promise<void>
}
