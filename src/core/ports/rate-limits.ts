// How often somebody asked lately, counted once for all processes.
export type RateLimit = { readonly key: string; readonly points: number; readonly perMs: number }

export type RateAnswer =
  | { readonly type: 'ok' }
  /** Nothing was counted where one of the limits is reached. `waitMs`: when asking again may help. */
  | { readonly type: 'limited'; readonly key: string; readonly waitMs: number }

export interface RateLimits {
  /** Counts one for each limit, or none where one is used up. */
  take(limits: readonly RateLimit[]): Promise<RateAnswer>
}
