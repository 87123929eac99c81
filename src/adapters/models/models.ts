// Chooses who answers for each tier: the configured models, or the offline model where there is no key.
import type { Models } from '../../core/ports/models.ts'
import type { ModelTier } from '../../core/vocabulary/usage.ts'
import { createOfflineModels } from './offline/offline.ts'
import type { ModelsConfig } from './providers.ts'

export type ModelsDeps = {
  /** Retries, fallbacks and refusals, as one line each. Never holds a key. */
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void
}

/** Without any key every tier is offline. Throws nothing: a missing key is reported by the first call that needs it. */
export function createModels(_config: ModelsConfig, _deps: ModelsDeps): Models {
  const offline = createOfflineModels()
  const modelsOf = (_tier: ModelTier): Models => offline
  return {
    describe: (tier) => modelsOf(tier).describe(tier),
    chat: (request, signal) => modelsOf(request.tier).chat(request, signal),
    object: (request, signal) => modelsOf(request.tier).object(request, signal),
  }
}
