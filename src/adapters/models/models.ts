// Chooses who answers for each tier: the configured models, or the offline model where there is no key.
import type { Models } from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import type { ModelTier } from '../../core/vocabulary/usage.ts'
import { MODEL_TIERS } from '../../core/vocabulary/usage.ts'
import { createAiSdkModels } from './ai-sdk.ts'
import type { AskDeps } from './in-order.ts'
import { createOfflineModels } from './offline/offline.ts'
import type { ModelReference, ModelsConfig } from './providers.ts'
import { PROVIDERS, defaultModels, hasKey, missingVariable, parseModelList, toCandidate } from './providers.ts'
import { createSenses } from './senses.ts'

type TierModels = Pick<Models, 'describe' | 'chat' | 'object'>

/**
 * Without any key every tier is offline. Throws an Error with one sentence when a MODEL_… list can't be read.
 * A tier whose models all lack a key answers every call with ModelError `unauthorized`, which names the variable.
 */
export function createModels(config: ModelsConfig, deps: AskDeps): Models {
  const byTier: Readonly<Record<ModelTier, TierModels>> = {
    small: modelsOfTier('small', config, deps),
    main: modelsOfTier('main', config, deps),
    review: modelsOfTier('review', config, deps),
  }
  return {
    describe: (tier) => byTier[tier].describe(tier),
    chat: (request, signal) => byTier[request.tier].chat(request, signal),
    object: (request, signal) => byTier[request.tier].object(request, signal),
    ...createSenses(config, deps),
  }
}

function modelsOfTier(tier: ModelTier, config: ModelsConfig, deps: AskDeps): TierModels {
  const references = referencesOf(tier, config)
  const anyKey = PROVIDERS.some((provider) => hasKey(config.keys, provider))
  if (references.length === 0 || !anyKey) {
    if (anyKey && config.tiers[tier] === null)
      deps.log('warn', `No model is set for the tier ${tier}: it is offline; set MODEL_${tier.toUpperCase()}.`)
    return createOfflineModels()
  }
  const usable = references.filter(({ provider }) => hasKey(config.keys, provider))
  for (const { provider, model } of references.filter((reference) => !usable.includes(reference))) {
    deps.log('warn', `${provider}/${model} is left out: ${missingVariable(provider)} is not set.`)
  }
  const [first] = references
  if (usable.length === 0 && first !== undefined) return withoutKey(tier, first)
  const candidates = usable.map((reference) => toCandidate(config.keys, reference))
  return createAiSdkModels({ small: candidates, main: candidates, review: candidates }, deps)
}

/** What the tier names itself, else the defaults, else what another tier names. Empty: offline. */
function referencesOf(tier: ModelTier, { keys, tiers }: ModelsConfig): readonly ModelReference[] {
  const named = (other: ModelTier): readonly ModelReference[] | null => {
    const list = tiers[other]
    if (list === null || list.trim() === '') return null
    const parsed = parseModelList(list)
    if ('problem' in parsed) throw new Error(`MODEL_${other.toUpperCase()}: ${parsed.problem}`)
    return parsed
  }
  const own = named(tier)
  if (own !== null) return own
  const defaults = defaultModels(keys, tier)
  if (defaults.length > 0) return defaults
  return MODEL_TIERS.map(named).find((references) => references !== null) ?? []
}

function withoutKey(tier: ModelTier, { provider, model }: ModelReference): TierModels {
  const refuse = async (): Promise<never> => {
    const message = `MODEL_${tier.toUpperCase()} names ${provider}/${model}, but ${missingVariable(provider)} is not set: put it into .env.secrets and restart.`
    throw new ModelError('unauthorized', message)
  }
  return { describe: () => ({ provider, model, offline: false }), chat: refuse, object: refuse }
}
