// What a benchmark is: a name, and rows of figures measured against a baseline in the same run.

/** What a row has to reach. `ratio` is ours divided by the baseline; `value` is ours alone. */
export type Goal = { readonly of: 'ratio' | 'value'; readonly at: 'least' | 'most'; readonly value: number }

export type Row = {
  readonly name: string
  readonly unit: string
  /** One figure a round. */
  readonly ours: readonly number[]
  /** Paired with `ours` round by round; null where the row is held against a fixed budget alone. */
  readonly baseline: { readonly name: string; readonly values: readonly number[] } | null
  /** Null where the row is only told. */
  readonly goal: Goal | null
  readonly note?: string
}

export type Skipped = { readonly name: string; readonly skipped: string }

export type BenchmarkContext = {
  /** A short run: fewer rounds of less work. */
  readonly quick: boolean
  readonly rounds: number
  /** An empty folder of this benchmark's own, removed afterwards. */
  readonly directory: string
  /** Registers what to undo when the benchmark is over, however it ends; the last one first. */
  readonly cleanUp: (undo: () => Promise<void> | void) => void
  readonly say: (text: string) => void
}

export type Benchmark = {
  readonly name: string
  readonly run: (context: BenchmarkContext) => Promise<readonly (Row | Skipped)[]>
}

export const atLeast = (value: number): Goal => ({ of: 'ratio', at: 'least', value })
export const atMost = (value: number): Goal => ({ of: 'ratio', at: 'most', value })
export const within = (value: number): Goal => ({ of: 'value', at: 'most', value })
