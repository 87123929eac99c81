// Which models a tier asks: reads `provider/model` lists and opens the providers that they name.
import type { LanguageModel } from 'ai'
import type { ModelTier } from '../../core/vocabulary/usage.ts'

export const PROVIDERS = ['anthropic', 'openai', 'google', 'openai-compatible'] as const
export type ProviderName = (typeof PROVIDERS)[number]

/** `baseUrl` null or missing is the provider's own address. */
export type ProviderKey = { readonly apiKey: string; readonly baseUrl?: string | null }

export type ModelKeys = {
  readonly anthropic?: ProviderKey | null
  readonly openai?: ProviderKey | null
  readonly google?: ProviderKey | null
  /** Any endpoint that speaks OpenAI chat completions; many need no key, so `apiKey` may be empty. */
  readonly compatible?: { readonly apiKey: string; readonly baseUrl: string } | null
}

export type ModelsConfig = {
  readonly keys: ModelKeys
  /** `provider/model`, comma-separated fallbacks, or `offline`; null takes the defaults of the providers that have a key. */
  readonly tiers: Readonly<Record<ModelTier, string | null>>
}

export type ModelReference = { readonly provider: ProviderName; readonly model: string }

/** A model that can be asked. `load` imports the provider's module at the first call only. */
export type Candidate = ModelReference & {
  /** For messages; never shown itself. */
  readonly secret: string
  readonly load: () => Promise<LanguageModel>
}

/** The variable that holds each provider's key: what a person is told to set. */
export const KEY_VARIABLES: Readonly<Record<ProviderName, string>> = {
  anthropic: 'ANTHROPIC_API_KEY',
  openai: 'OPENAI_API_KEY',
  google: 'GEMINI_API_KEY',
  'openai-compatible': 'OPENAI_COMPATIBLE_API_KEY',
}

const DEFAULTS: Readonly<Record<Exclude<ProviderName, 'openai-compatible'>, Readonly<Record<ModelTier, string>>>> = {
  anthropic: { small: 'claude-haiku-5-5', main: 'claude-sonnet-5-5', review: 'claude-opus-5-5' },
  openai: { small: 'gpt-6-luna', main: 'gpt-6.1-sol', review: 'gpt-6.1-sol' },
  google: { small: 'gemini-3.8-flash', main: 'gemini-4-argon', review: 'gemini-4-argon' },
}

/** The models of a list, in order; `{ problem }`, one sentence, when it can't be read. `offline` alone is the empty list. */
export function parseModelList(text: string): readonly ModelReference[] | { readonly problem: string } {
  if (text.trim() === 'offline') return []
  const references: ModelReference[] = []
  for (const entry of text.split(',').map((part) => part.trim())) {
    const slash = entry.indexOf('/')
    const provider = PROVIDERS.find((name) => name === entry.slice(0, slash))
    const model = entry.slice(slash + 1)
    if (slash < 0 || provider === undefined || !/^\S+$/.test(model)) {
      return { problem: `“${entry}” is not a model: write provider/model, with one of ${PROVIDERS.join(', ')}.` }
    }
    references.push({ provider, model })
  }
  return references
}

/** Each provider that has a key, in the order of PROVIDERS, with its usual model for the tier. */
export function defaultModels(keys: ModelKeys, tier: ModelTier): readonly ModelReference[] {
  const known = ['anthropic', 'openai', 'google'] as const
  return known.flatMap((provider) => (hasKey(keys, provider) ? [{ provider, model: DEFAULTS[provider][tier] }] : []))
}

export function hasKey(keys: ModelKeys, provider: ProviderName): boolean {
  if (provider === 'openai-compatible') return (keys.compatible?.baseUrl ?? '') !== ''
  return (keys[provider]?.apiKey ?? '') !== ''
}

/** A model ready to be asked. Its key must be set (`hasKey`). The provider is opened once, however often it is asked. */
export function toCandidate(keys: ModelKeys, { provider, model }: ModelReference): Candidate {
  const key = (provider === 'openai-compatible' ? keys.compatible : keys[provider]) ?? { apiKey: '', baseUrl: null }
  let opened: Promise<LanguageModel> | null = null
  return {
    provider,
    model,
    secret: key.apiKey,
    load: () => (opened ??= open(provider, model, key)),
  }
}

async function open(provider: ProviderName, model: string, { apiKey, baseUrl }: ProviderKey): Promise<LanguageModel> {
  switch (provider) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ apiKey, ...baseUrlOption(baseUrl, '/v1') })(model)
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai')
      return createOpenAI({ apiKey, ...baseUrlOption(baseUrl, '/v1') }).responses(model)
    }
    case 'google': {
      const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
      return createGoogleGenerativeAI({ apiKey, ...baseUrlOption(baseUrl, '/v1beta') })(model)
    }
    case 'openai-compatible': {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const settings = { name: 'compatible', baseURL: trimmed(baseUrl ?? ''), includeUsage: true }
      return createOpenAICompatible(apiKey === '' ? settings : { ...settings, apiKey })(model)
    }
  }
}

/** People give these addresses with and without the version; the libraries want it. */
function baseUrlOption(baseUrl: string | null | undefined, version: string): { baseURL?: string } {
  if (baseUrl === null || baseUrl === undefined || baseUrl === '') return {}
  const url = trimmed(baseUrl)
  return { baseURL: /\/v\d\w*$/.test(url) ? url : url + version }
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
