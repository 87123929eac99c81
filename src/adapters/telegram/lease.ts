// One process at a time runs a bot: gets the lease of its token, keeps it alive, and knows at once when it is lost.
import type { Clock } from '../../core/ports/clock.ts'
import type { Leases } from '../../core/ports/leases.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { WorkerId } from '../../core/vocabulary/ids.ts'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import { backoffMs } from './backoff.ts'

export type LeaseDeps = {
  readonly leases: Leases
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly worker: WorkerId
  /** True for a process that is known to be gone. */
  readonly isDead: (worker: WorkerId) => boolean
  readonly settings: LeaseSettings
}

export type LeaseSettings = {
  readonly leaseMs: number
  readonly renewMs: number
  /** How often to look whether another process's lease has become free. */
  readonly lookMs: number
}

const FIRST_NOTE_MS = 1_500
export const LEASE_SETTINGS: LeaseSettings = { leaseMs: 30_000, renewMs: 10_000, lookMs: 8_000 }

export type LeaseObservation =
  | { readonly type: 'elsewhere'; readonly holder: WorkerId | null }
  | { readonly type: 'failed'; readonly reason: string }

/** Resolves with when it was acquired, in milliseconds of our clock, or null when `signal` aborted. Never rejects. */
export async function obtainLease(
  deps: LeaseDeps,
  name: string,
  note: () => JsonObject,
  observe: (observed: LeaseObservation) => void,
  signal: AbortSignal,
): Promise<number | null> {
  const { leases, clock, worker, settings } = deps
  let failures = 0
  while (!signal.aborted) {
    try {
      const asked = clock.now().getTime()
      if (await leases.acquire(name, worker, settings.leaseMs, note())) return asked
      const held = (await leases.list(name)).find((lease) => lease.name === name)
      failures = 0
      if (held !== undefined && held.holder !== worker && deps.isDead(held.holder)) {
        await leases.bury(held.holder)
        continue
      }
      observe({ type: 'elsewhere', holder: held?.holder ?? null })
      await clock.sleep(backoffMs(1, settings.lookMs, settings.lookMs), signal)
    } catch (error) {
      failures += 1
      observe({ type: 'failed', reason: String(error) })
      deps.telemetry.log('error', 'A lease could not be asked for', { name, error: String(error) })
      await clock.sleep(backoffMs(failures, 500, 30_000), signal)
    }
  }
  return null
}

/** Renews until `signal` aborts or the lease is lost, or may be: a store that does not answer keeps nobody else away. */
export async function keepLease(
  deps: LeaseDeps,
  name: string,
  note: () => JsonObject,
  obtainedAt: number,
  /** Until when, in milliseconds of our clock, nobody else can have it. Told whenever that moves on. */
  held: (until: number) => void,
  signal: AbortSignal,
): Promise<'stopped' | 'lost'> {
  const { leases, clock, worker, settings } = deps
  // What it says of itself is more than "starting" soon.
  let pause = Math.min(FIRST_NOTE_MS, settings.renewMs)
  let heldUntil = obtainedAt + settings.leaseMs
  held(heldUntil)
  while (!signal.aborted) {
    await clock.sleep(pause, signal)
    if (signal.aborted) break
    const asked = clock.now().getTime()
    if (asked >= heldUntil) return 'lost'
    const over = new AbortController()
    const renewed = leases.acquire(name, worker, settings.leaseMs, note()).catch((error: unknown) => {
      deps.telemetry.log('error', 'A lease could not be renewed', { name, error: String(error) })
      return null
    })
    const late = clock.sleep(heldUntil - asked, AbortSignal.any([over.signal, signal])).then(() => false)
    const answer = await Promise.race([renewed, late])
    over.abort()
    if (signal.aborted) break
    if (answer === false) return 'lost'
    if (answer === true) {
      heldUntil = asked + settings.leaseMs
      held(heldUntil)
    }
    pause = answer === true ? settings.renewMs : settings.renewMs / 5
  }
  return 'stopped'
}
