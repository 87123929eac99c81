// The big red button of a simulated installation: pressed in the office, over a network that breaks, on the machine of all workers.
import { createMemoryMemoStore } from '../../src/adapters/memory/memo-store.ts'
import { createMemoryStopLatch } from '../../src/adapters/memory/stop-latch.ts'
import { keepStopped } from '../../src/core/stop/panic.ts'
import type { StopDeps } from '../../src/core/stop/panic.ts'
import { createStopSwitch } from '../../src/core/stop/stop-switch.ts'
import type { StopSwitch } from '../../src/core/stop/stop-switch.ts'
import { remotely } from './process.ts'
import type { Process } from './process.ts'

type Given = Omit<StopDeps, 'latch' | 'memos' | 'recorder' | 'tell'>

export type WorldStop = { readonly button: StopSwitch; readonly keepStopped: () => Promise<void> }

export function createWorldStop(office: Process, given: Given): WorldStop {
  const deps: StopDeps = {
    ...given,
    latch: createMemoryStopLatch(),
    memos: remotely(office, createMemoryMemoStore()),
    recorder: { record: async () => undefined },
    tell: async () => undefined,
  }
  return { button: createStopSwitch(deps), keepStopped: () => keepStopped(deps) }
}
