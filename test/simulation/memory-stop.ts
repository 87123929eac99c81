// The big red button over memory stores, for stages on which no sandbox runs.
import { createMemoryMemoStore } from '../../src/adapters/memory/memo-store.ts'
import { createMemoryPreviewStore } from '../../src/adapters/memory/preview-store.ts'
import { createMemoryStopLatch } from '../../src/adapters/memory/stop-latch.ts'
import type { StopDeps } from '../../src/core/stop/panic.ts'
import { createStopSwitch } from '../../src/core/stop/stop-switch.ts'
import type { StopSwitch } from '../../src/core/stop/stop-switch.ts'

type Given = Pick<StopDeps, 'store' | 'signals' | 'clock' | 'queue' | 'telemetry'>

export function memoryStop(given: Given): StopSwitch {
  return createStopSwitch({
    ...given,
    // No store here is slow: nobody gives up on one, however the stage's time runs.
    clock: { now: given.clock.now, sleep: (_, signal) => whenAborted(signal) },
    sandboxes: { kill: async () => [] },
    latch: createMemoryStopLatch(),
    memos: createMemoryMemoStore(),
    previewStore: createMemoryPreviewStore(),
    recorder: { record: async () => undefined },
    tell: async () => undefined,
  })
}

function whenAborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
}
