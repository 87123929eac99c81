// Tokens and what they were spent on: every model call is counted.
export const MODEL_TIERS = ['small', 'main', 'review'] as const
export type ModelTier = (typeof MODEL_TIERS)[number]

/** Which model answered. `offline` says that no real model was asked. */
export type ModelLabel = { readonly provider: string; readonly model: string; readonly offline: boolean }

export type Usage = {
  readonly input_tokens: number
  readonly output_tokens: number
  /** Part of the input that the provider read from its cache. */
  readonly cached_input_tokens: number
}

export type UsageTotals = Usage & {
  /** Those that a provider, or the offline model, was asked. */
  readonly model_calls: number
  /** Those that were answered from the platform's own cache, for nothing; absent: none. */
  readonly cached_calls?: number
}

export const NO_TOKENS: Usage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 }
export const NO_USAGE: UsageTotals = { ...NO_TOKENS, model_calls: 0 }

export function sumOf(one: Usage, other: Usage): Usage {
  return {
    input_tokens: one.input_tokens + other.input_tokens,
    output_tokens: one.output_tokens + other.output_tokens,
    cached_input_tokens: one.cached_input_tokens + other.cached_input_tokens,
  }
}

/** With one more call, and what it took. */
export function withCall(totals: UsageTotals, used: Usage & { readonly from_cache?: boolean }): UsageTotals {
  if (used.from_cache === true) return { ...totals, cached_calls: (totals.cached_calls ?? 0) + 1 }
  return {
    ...totals,
    ...sumOf(totals, used),
    model_calls: totals.model_calls + 1,
  }
}

/** As models are named in settings and shown to people, e.g. `openai/gpt-6.1-sol`. */
export function modelName({ provider, model }: Pick<ModelLabel, 'provider' | 'model'>): string {
  return `${provider}/${model}`
}

/** How many calls there were, for people: `4 model calls, 2 more from the cache`. Null where there were none. */
export function callsText({ model_calls: asked, cached_calls: cached = 0 }: UsageTotals): string | null {
  if (asked + cached === 0) return null
  const calls = `${asked} model call${asked === 1 ? '' : 's'}`
  return cached === 0 ? calls : `${calls}, ${cached} more from the cache`
}
