// Simulated processes: they crash (what they were doing never resumes), freeze for a while (everything in them stands
// still while the world goes on), and talk to the outside through calls that are slow, fail, or fail after taking effect.
import type { Clock } from '../../src/core/ports/clock.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export type Process = {
  readonly name: string
  readonly clock: Clock
  readonly isAlive: () => boolean
  /** Nothing in it runs any more; `onDeath` is called at once. */
  readonly crash: () => void
  readonly freeze: (ms: number) => void
  readonly onDeath: (listener: () => void) => void
  /** Waits as code in this process does: for ever once it is dead, and longer while it is frozen. */
  readonly pass: (ms: number) => Promise<void>
  /** A call over the network. Its request travels on though the process dies; the answer then reaches nobody. */
  readonly remote: <T>(call: () => Promise<T>) => Promise<T>
  /** Work on the process' own machine: not done when the process dies before. */
  readonly local: <T>(call: () => Promise<T>) => Promise<T>
}

export type Faults = {
  /** Of remote calls, while the world is unwell. */
  readonly failRate: number
  readonly localFailRate: number
  readonly meanDelayMs: number
  /** Until then things break; afterwards all goes well, so that everything can come to its end. */
  readonly wellFrom: number
}

/** Virtual time zero, as a date. */
export const EPOCH = Date.UTC(2026, 0, 1)

export function createProcess(name: string, scheduler: Scheduler, random: Random, faults: Faults): Process {
  let alive = true
  let frozenUntil = 0
  const listeners: (() => void)[] = []

  async function settle(): Promise<void> {
    while (alive && scheduler.now() < frozenUntil) await scheduler.wait(frozenUntil - scheduler.now())
    // A promise of its own: what waits for it can be forgotten with it.
    if (!alive) await new Promise<never>(() => undefined)
  }
  async function pass(ms: number): Promise<void> {
    await scheduler.wait(ms)
    await settle()
  }
  function breaks(rate: number): 'before' | 'after' | null {
    if (scheduler.now() >= faults.wellFrom || !random.chance(rate)) return null
    return random.pick(['before', 'after'])
  }
  const delay = () => (random.chance(0.3) ? random.spread(faults.meanDelayMs) : random.between(0, 2))

  return {
    name,
    isAlive: () => alive,
    crash: () => {
      alive = false
      for (const listener of listeners) listener()
    },
    freeze: (ms) => {
      frozenUntil = Math.max(frozenUntil, scheduler.now() + ms)
    },
    onDeath: (listener) => void listeners.push(listener),
    pass,
    remote: async (call) => {
      const fault = breaks(faults.failRate)
      await scheduler.wait(delay())
      if (fault === 'before') {
        await settle()
        throw new Error('simulated: it could not be reached')
      }
      const answer = await call()
      await pass(delay())
      if (fault === 'after') throw new Error('simulated: the answer got lost')
      return answer
    },
    local: async (call) => {
      const fault = breaks(faults.localFailRate)
      if (fault === 'before') throw new Error('simulated: the disk said no')
      const answer = await call()
      await pass(delay())
      if (fault === 'after') throw new Error('simulated: the disk did it and said no')
      return answer
    },
    clock: {
      now: () => new Date(EPOCH + scheduler.now()),
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal?.aborted) return resolve()
          const wake = () => {
            callOff()
            signal?.removeEventListener('abort', wake)
            void settle().then(resolve)
          }
          const callOff = scheduler.after(ms, wake)
          signal?.addEventListener('abort', wake, { once: true })
        }),
    },
  }
}

/** The same, as a process reaches it over the network. Of an object whose methods all return promises. */
export function remotely<Port extends object>(process: Process, port: Port): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name)
      if (typeof method !== 'function') return method
      return (...given: readonly unknown[]) => process.remote(async () => Reflect.apply(method, target, given))
    },
  })
}
