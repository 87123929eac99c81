// Calls that must come to an end: cut when their time is up, or when nobody wants them any more.
import type { Clock } from '../../core/ports/clock.ts'

/** What `call` gives; its signal aborts after `ms`, or with the given one. It is up to the call to reject then. */
export async function withDeadline<Result>(
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal },
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new AbortController()
  const cut = new AbortController()
  const stop = () => cut.abort()
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const watch = clock.sleep(ms, over.signal).then(stop)
  try {
    return await call(cut.signal)
  } finally {
    over.abort()
    signal.removeEventListener('abort', stop)
    await watch
  }
}
