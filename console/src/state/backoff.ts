// How long to wait before the next attempt to connect: doubling, with jitter so that many consoles do not come at once.
const FIRST_MS = 250
const MOST_MS = 15_000

/** `attempt` counts from 0; `random` is in [0, 1). */
export function waitBefore(attempt: number, random: number): number {
  const whole = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16))
  return Math.round(whole * (0.5 + random / 2))
}
