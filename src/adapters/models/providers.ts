// Which models a tier asks: reads `provider/model` lists and opens the providers that they name.
import type { EmbeddingModel, LanguageModel, TranscriptionModel } from 'ai'
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
  /** Written as the tiers are; null or missing takes the usual model of each provider that has a key. */
  readonly senses?: Readonly<Record<Sense, string | null>>
}

/** What a model is asked for beside words: to hear, to see, to place texts by their meaning. */
export const SENSES = ['transcribe', 'vision', 'embed'] as const
export type Sense = (typeof SENSES)[number]

export type ModelReference = { readonly provider: ProviderName; readonly model: string }

/** A model with the key that is used with it, which is kept out of messages. */
export type KeyedModel = ModelReference & { readonly secret: string }
type Loaded<Model> = KeyedModel & {
  /** Imports the provider's module at the first call only. */
  readonly load: () => Promise<Model>
}
/** A model that can be asked. */
export type Candidate = Loaded<LanguageModel>
export type EmbeddingCandidate = Loaded<EmbeddingModel>
/** Some hear through a door of their own, some as part of a chat. */
export type HearingCandidate =
  | (Loaded<TranscriptionModel> & { readonly hears: 'transcription' })
  | (Candidate & { readonly hears: 'chat' })

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

const SENSE_DEFAULTS: Readonly<Record<Sense, Readonly<Partial<Record<ProviderName, string>>>>> = {
  transcribe: { openai: 'whisper-1', google: DEFAULTS.google.small },
  vision: { anthropic: DEFAULTS.anthropic.small, openai: DEFAULTS.openai.small, google: DEFAULTS.google.small },
  embed: { openai: 'text-embedding-3-small', google: 'gemini-embedding-001' },
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

/** As `defaultModels`. What an OpenAI-compatible endpoint has is not known, so it is never a default. */
export function defaultSenses(keys: ModelKeys, sense: Sense): readonly ModelReference[] {
  return PROVIDERS.flatMap((provider) => {
    const model = SENSE_DEFAULTS[sense][provider]
    return model !== undefined && hasKey(keys, provider) ? [{ provider, model }] : []
  })
}

export function hasKey(keys: ModelKeys, provider: ProviderName): boolean {
  if (provider === 'openai-compatible') return (keys.compatible?.baseUrl ?? '') !== ''
  return (keys[provider]?.apiKey ?? '') !== ''
}

/** What a person is told to set for this provider. */
export function missingVariable(provider: ProviderName): string {
  return provider === 'openai-compatible' ? 'OPENAI_COMPATIBLE_BASE_URL' : KEY_VARIABLES[provider]
}

/** A model ready to be asked. Its key must be set (`hasKey`). The provider is opened once, however often it is asked. */
export function toCandidate(keys: ModelKeys, reference: ModelReference): Candidate {
  const key = keyOf(keys, reference)
  return { ...reference, secret: key.apiKey, load: once(() => open(reference.provider, reference.model, key)) }
}

/** Null where the provider has no model that hears. */
export function toHearing(keys: ModelKeys, reference: ModelReference): HearingCandidate | null {
  const { provider, model } = reference
  if (provider === 'anthropic') return null
  if (provider === 'google') return { ...toCandidate(keys, reference), hears: 'chat' }
  const { apiKey, baseUrl } = keyOf(keys, reference)
  const load = once(async () => {
    // What speaks as OpenAI does mostly hears as OpenAI does, for which the compatible library has no door.
    const { createOpenAI } = await import('@ai-sdk/openai')
    const address = provider === 'openai' ? baseUrlOption(baseUrl, '/v1') : { baseURL: trimmed(baseUrl ?? '') }
    return createOpenAI({ apiKey: apiKey === '' ? 'none' : apiKey, ...address }).transcription(model)
  })
  return { ...reference, secret: apiKey, load, hears: 'transcription' }
}

/** Null where the provider has no model that embeds. */
export function toEmbedding(keys: ModelKeys, reference: ModelReference): EmbeddingCandidate | null {
  const key = keyOf(keys, reference)
  const open = embeddingOpener(reference, key)
  return open === null ? null : { ...reference, secret: key.apiKey, load: once(open) }
}

function embeddingOpener(
  { provider, model }: ModelReference,
  { apiKey, baseUrl }: ProviderKey,
): (() => Promise<EmbeddingModel>) | null {
  switch (provider) {
    case 'anthropic':
      return null
    case 'openai':
      return async () => {
        const { createOpenAI } = await import('@ai-sdk/openai')
        return createOpenAI({ apiKey, ...baseUrlOption(baseUrl, '/v1') }).embedding(model)
      }
    case 'google':
      return async () => {
        const { createGoogleGenerativeAI } = await import('@ai-sdk/google')
        return createGoogleGenerativeAI({ apiKey, ...baseUrlOption(baseUrl, '/v1beta') }).embedding(model)
      }
    case 'openai-compatible':
      return async () => {
        const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
        const settings = { name: 'compatible', baseURL: trimmed(baseUrl ?? '') }
        return createOpenAICompatible(apiKey === '' ? settings : { ...settings, apiKey }).embeddingModel(model)
      }
  }
}

function keyOf(keys: ModelKeys, { provider }: ModelReference): ProviderKey {
  return (provider === 'openai-compatible' ? keys.compatible : keys[provider]) ?? { apiKey: '', baseUrl: null }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => (made ??= make())
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
