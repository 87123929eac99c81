// The latch of a panic in memory: for tests.
import type { Latched, StopLatch } from '../../core/ports/stop-latch.ts'

export function createMemoryStopLatch(): StopLatch {
  let held: Latched | null = null
  return {
    get: async () => held,
    set: async (latched) => {
      held = latched
    },
  }
}
