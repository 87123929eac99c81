// Time of the world: the real one until somebody freezes it or jumps ahead.
import { createTimers } from './timers.ts'

export type VirtualClock = {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Seconds since 1970, as dates are on the wire. */
  readonly unix: () => number
  /** Stops at this moment. Repeating it changes nothing. */
  readonly freeze: () => void
  /** Goes on from where it stands. */
  readonly resume: () => void
  /** Jumps ahead; timers that come due run in their order, each at its own time. Resolves when they ran. */
  readonly advance: (ms: number) => Promise<void>
  /** Runs `task` once, `ms` of virtual time from now. Returns how to cancel. Keeps no process alive. */
  readonly after: (ms: number, task: () => void) => () => void
  /** Cancels every timer. */
  readonly close: () => void
}

export function createClock(): VirtualClock {
  const timers = createTimers()
  let offset = 0
  let frozenAt: number | undefined
  let native: NodeJS.Timeout | undefined
  let nativeAt = Infinity

  const now = (): number => frozenAt ?? Date.now() + offset
  const disarm = (): void => {
    clearTimeout(native)
    nativeAt = Infinity
  }
  const arm = (): void => {
    const next = frozenAt === undefined ? timers.first()?.at : undefined
    if (next === undefined) return disarm()
    if (next >= nativeAt) return
    disarm()
    nativeAt = next
    // Longer waits than a native timer can hold are taken in pieces.
    native = setTimeout(runDue, Math.min(Math.max(0, next - now()), 2 ** 30))
    native.unref()
  }
  const runDue = (): void => {
    nativeAt = Infinity
    for (let due = timers.takeUntil(now()); due !== undefined; due = timers.takeUntil(now())) due.task()
    arm()
  }

  return {
    now,
    unix: () => Math.floor(now() / 1000),
    freeze: () => {
      frozenAt = now()
      disarm()
    },
    resume: () => {
      if (frozenAt === undefined) return
      offset = frozenAt - Date.now()
      frozenAt = undefined
      arm()
    },
    advance: async (ms) => {
      const until = now() + ms
      const wasFrozen = frozenAt !== undefined
      frozenAt = now()
      disarm()
      for (let due = timers.takeUntil(until); due !== undefined; due = timers.takeUntil(until)) {
        frozenAt = Math.max(frozenAt, due.at)
        due.task()
        // What the task started gets a turn before the next timer, as it would in real time.
        await new Promise(setImmediate)
      }
      frozenAt = until
      if (wasFrozen) return
      offset = frozenAt - Date.now()
      frozenAt = undefined
      arm()
    },
    after: (ms, task) => {
      const cancel = timers.add(now() + ms, task)
      arm()
      return cancel
    },
    close: () => {
      timers.clear()
      disarm()
    },
  }
}
