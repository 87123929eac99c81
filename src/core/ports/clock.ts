// Time as a dependency, so that the rules can be run under a virtual clock.
export interface Clock {
  now(): Date
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
