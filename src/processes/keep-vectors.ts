// Makes up for vectors that could not be made when something was added to the knowledge: the model was gone, or is another now.
import { catchUp } from '../core/knowledge/index-source.ts'
import type { EmbedDeps } from '../core/knowledge/index-source.ts'
import type { Clock } from '../core/ports/clock.ts'

const EVERY_MS = 30_000
const LONGEST_MS = 15 * 60_000

/** Runs until `signal` aborts. A model that goes on failing is asked less and less often. Several at once do no harm. */
export async function keepVectors(deps: EmbedDeps & { readonly clock: Clock }, signal: AbortSignal): Promise<void> {
  let pause = EVERY_MS
  while (!signal.aborted) {
    try {
      const { embedded, failed } = await catchUp(deps, signal)
      if (embedded > 0) deps.telemetry.log('info', 'Vectors of the knowledge were made', { embedded })
      pause = failed === null ? EVERY_MS : Math.min(LONGEST_MS, pause * 2)
    } catch (error) {
      deps.telemetry.log('warn', 'Vectors of the knowledge could not be kept', { error: String(error) })
      pause = Math.min(LONGEST_MS, pause * 2)
    }
    await deps.clock.sleep(pause, signal)
  }
}
