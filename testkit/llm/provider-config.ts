// Real provider adapters with the scripted server behind them.
import type { ModelsConfig } from '../../src/adapters/models/providers.ts'

export const PROVIDERS_UNDER_TEST = ['anthropic', 'openai', 'google', 'openai-compatible'] as const
export type ProviderUnderTest = (typeof PROVIDERS_UNDER_TEST)[number]

export const SECRET = 'sk-test-0123456789abcdef'

const MODELS: Readonly<Record<ProviderUnderTest, string>> = {
  anthropic: 'anthropic/claude-sonnet-5-5',
  openai: 'openai/gpt-6.1-sol',
  google: 'google/gemini-4-argon',
  'openai-compatible': 'openai-compatible/any-model',
}

const HEARING: Readonly<Partial<Record<ProviderUnderTest, string>>> = {
  openai: 'openai/whisper-1',
  google: 'google/gemini-4-argon',
  'openai-compatible': 'openai-compatible/any-whisper',
}
const EMBEDDING: Readonly<Partial<Record<ProviderUnderTest, string>>> = {
  openai: 'openai/text-embedding-3-small',
  google: 'google/gemini-embedding-001',
  'openai-compatible': 'openai-compatible/any-embedding',
}

/** All providers have a key and speak to `url`; each tier asks `order`. */
export function configOf(url: string, order: readonly ProviderUnderTest[]): ModelsConfig {
  const list = order.map((provider) => MODELS[provider]).join(', ')
  return {
    keys: {
      anthropic: { apiKey: SECRET, baseUrl: url },
      openai: { apiKey: SECRET, baseUrl: `${url}/v1/` },
      google: { apiKey: SECRET, baseUrl: url },
      compatible: { apiKey: SECRET, baseUrl: `${url}/v1` },
    },
    tiers: { small: list, main: list, review: list },
    senses: {
      transcribe: listOf(order, HEARING),
      vision: list,
      embed: listOf(order, EMBEDDING),
    },
  }
}

/** `offline` where none of them can. */
function listOf(
  order: readonly ProviderUnderTest[],
  models: Readonly<Partial<Record<ProviderUnderTest, string>>>,
): string {
  return order.flatMap((provider) => models[provider] ?? []).join(', ') || 'offline'
}
