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

export type UsageTotals = Usage & { readonly model_calls: number }

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
export function withCall(totals: UsageTotals, used: Usage): UsageTotals {
  return { ...sumOf(totals, used), model_calls: totals.model_calls + 1 }
}

/** As models are named in settings and shown to people, e.g. `openai/gpt-6.1-sol`. */
export function modelName({ provider, model }: Pick<ModelLabel, 'provider' | 'model'>): string {
  return `${provider}/${model}`
}
