// Tells operators of a bot that can't even begin, e.g. with a token that does not hold: nobody runs it, so the lease under which a bot
// is run, and on which its process says how it fares, is nobody's. It is not taken for this: another process may have more luck.
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { LeaseDeps } from './lease.ts'

const FIRST_LOOK_MS = 1_500

/** Keeps the note for as long as there is trouble, until `signal` aborts. Of several processes in trouble one tells of it. Never rejects. */
export async function tellOfTrouble(
  { leases, clock, telemetry, worker, settings }: LeaseDeps,
  name: string,
  trouble: () => JsonObject | null,
  signal: AbortSignal,
): Promise<void> {
  let told = false
  for (let pause = FIRST_LOOK_MS; !signal.aborted; pause = settings.renewMs) {
    await clock.sleep(pause, signal)
    const note = signal.aborted ? null : trouble()
    try {
      if (note !== null) told = await leases.acquire(name, worker, settings.leaseMs, note)
      else if (told) {
        await leases.release(name, worker)
        told = false
      }
    } catch (error) {
      telemetry.log('warn', 'How a bot fares could not be told', { name, error: String(error) })
    }
  }
}
