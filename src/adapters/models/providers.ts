// Which models a tier asks, from `provider/model` lists.
export const PROVIDERS = ['anthropic', 'openai', 'google', 'openai-compatible'] as const
export type ProviderName = (typeof PROVIDERS)[number]

export type ProviderKey = { readonly apiKey: string; readonly baseUrl?: string | null }

export type ModelsConfig = {
  readonly keys: {
    readonly anthropic?: ProviderKey | null
    readonly openai?: ProviderKey | null
    readonly google?: ProviderKey | null
    /** Any endpoint that speaks OpenAI chat completions; many need no key, so `apiKey` may be empty. */
    readonly compatible?: { readonly apiKey: string; readonly baseUrl: string } | null
  }
  /** `provider/model`, comma-separated fallbacks; null takes the defaults of the providers that have a key. */
  readonly tiers: { readonly small: string | null; readonly main: string | null; readonly review: string | null }
}
