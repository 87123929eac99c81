// How long to wait before the next try, so that many bots that failed together do not come back together.

/** Grows twofold with each failure from `baseMs` to `capMs`; between half of that and the whole. */
export function backoffMs(failures: number, baseMs: number, capMs: number, random: () => number = Math.random): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
  return Math.round(full * (0.5 + random() / 2))
}
