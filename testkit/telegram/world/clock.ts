// Time of the world: the real one until somebody freezes it or jumps ahead.
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
