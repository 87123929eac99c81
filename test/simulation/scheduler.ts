// Virtual time: owns every pending wait of a simulated world, and jumps from one to the next.
import type { Random } from './random.ts'

export type Scheduler = {
  /** Milliseconds since the world began. */
  readonly now: () => number
  /** Calls `run` after `ms`; returns the way to call it off. */
  readonly after: (ms: number, run: () => void) => () => void
  readonly wait: (ms: number) => Promise<void>
  /** Lets the world live until `done` says so; false when it got there by running out of waits, time or patience. */
  readonly runUntil: (done: () => boolean, limitMs: number) => Promise<boolean>
  /** Calls it a day: whatever throws outside of any wait ends the run that is under way. */
  readonly events: () => number
}

type Wait = { readonly at: number; readonly order: number; readonly run: () => void }

const MAX_EVENTS = 400_000

/** Waits that end at the same millisecond end in an order of the seed's choosing. */
export function createScheduler(random: Random): Scheduler {
  let now = 0
  let events = 0
  const waits = new Set<Wait>()

  function after(ms: number, run: () => void): () => void {
    const wait = { at: now + Math.max(0, Math.ceil(ms)), order: random.next(), run }
    waits.add(wait)
    return () => void waits.delete(wait)
  }

  function earliest(): Wait | null {
    let first: Wait | null = null
    for (const wait of waits) {
      if (first === null || wait.at < first.at || (wait.at === first.at && wait.order < first.order)) first = wait
    }
    return first
  }

  return {
    now: () => now,
    after,
    wait: (ms) => new Promise((resolve) => void after(ms, resolve)),
    events: () => events,
    runUntil: async (done, limitMs) => {
      for (;;) {
        // A turn of the event loop lets everything that is ready run until it waits for the scheduler again.
        await new Promise(setImmediate)
        if (done()) return true
        const wait = earliest()
        if (wait === null || wait.at > limitMs || events >= MAX_EVENTS) return false
        waits.delete(wait)
        now = wait.at
        events += 1
        wait.run()
      }
    },
  }
}
