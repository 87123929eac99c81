// Seeded randomness: the same seed makes the same choices, so that a run that broke a promise can be replayed exactly.

export type Random = {
  /** 0 <= x < 1. */
  readonly next: () => number
  /** An integer, both ends included. */
  readonly between: (low: number, high: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <T>(items: readonly [T, ...T[]]) => T
  /** Milliseconds with this mean: mostly short, now and then very long. */
  readonly spread: (mean: number) => number
  /** Randomness of its own, so that one part's choices do not depend on how many another part made. */
  readonly branch: () => Random
}

/** mulberry32 (Tommy Ettinger): 32 bits of state, good enough to choose by. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    spread: (mean) => -Math.log(1 - next()) * mean,
    branch: () => createRandom(Math.floor(next() * 4_294_967_296)),
  }
}
