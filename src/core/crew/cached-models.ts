// Models that answer the very same call of the very same person from the cache, for a while, without asking a provider again.
import { z } from 'zod'
import type { Ids } from '../ports/ids.ts'
import type { ChatRequest, ChatTurn, ModelObject, Models, ObjectRequest } from '../ports/models.ts'
import type { PromptCache } from '../ports/prompt-cache.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import { messageOf } from '../vocabulary/thrown.ts'
import { modelName, NO_TOKENS } from '../vocabulary/usage.ts'

type CacheDeps = {
  readonly cache: PromptCache
  readonly ids: Pick<Ids, 'digest'>
  readonly telemetry: Pick<Telemetry, 'log' | 'count'>
  /** How long an answer counts; 0: none is kept. */
  readonly keepMs: number
}

/** Checked where it is used. */
const AS_IT_WAS = z.custom<JsonValue>(() => true)
const LABEL = z.object({ provider: z.string(), model: z.string(), offline: z.boolean() })
/** The parts of an answer that do not depend on when it was given. */
const KEPT_TURN = z.object({
  text: z.string(),
  toolCalls: z.array(z.object({ id: z.string(), tool: z.string(), input: AS_IT_WAS })),
  finish: z.enum(['stop', 'tool_calls']),
  providerData: AS_IT_WAS,
  model: LABEL,
})
const KEPT_OBJECT = z.object({ value: z.json(), model: LABEL })

/**
 * The same models. Two calls are the same when person, models, instructions, words, tools and the shape of the answer are; what it is asked
 * for in the task does not matter. An answer from the cache costs no tokens and says `fromCache`. Turns that were cut off are not kept,
 * nor anything of the offline model, or of calls that belong to nobody. Where the cache is out of reach the provider is asked.
 */
export function cachedModels(models: Models, { cache, ids, telemetry, keepMs }: CacheDeps): Models {
  if (keepMs === 0) return models

  async function answered<Answer extends { readonly model: ChatTurn['model'] }>(
    request: Pick<ChatRequest, 'purpose' | 'tier' | 'system' | 'maxOutputTokens'>,
    rest: JsonValue,
    recall: (kept: JsonValue) => Answer | null,
    ask: () => Promise<Answer>,
    keep: (answer: Answer) => JsonValue | null,
  ): Promise<Answer> {
    const { userId } = request.purpose
    const label = models.describe(request.tier)
    if (userId === undefined || label.offline) return ask()
    const { tier, system, maxOutputTokens } = request
    const key = ids.digest(JSON.stringify([modelName(label), tier, system, maxOutputTokens, rest]))
    const kept = await cache.get(userId, key).catch((error: unknown) => outOfReach(error))
    const recalled = kept === null ? null : recall(kept)
    telemetry.count('prompt_cache_total', { outcome: recalled === null ? 'miss' : 'hit' })
    if (recalled !== null) return recalled
    const answer = await ask()
    const worth = answer.model.offline ? null : keep(answer)
    if (worth !== null) await cache.put(userId, key, worth, keepMs).catch((error: unknown) => outOfReach(error))
    return answer
  }

  function outOfReach(error: unknown): null {
    telemetry.log('debug', 'The cache of answers is out of reach', { error: messageOf(error) })
    return null
  }

  return {
    ...models,
    chat: (request, signal) =>
      answered<ChatTurn>(
        request,
        chatParts(request),
        // A row that is none of ours, or of another version, would answer the same call wrongly each time.
        (kept) => {
          if (!KEPT_TURN.safeParse(kept).success) return null
          // As it lies there: the next call names it by its very text.
          return { ...(kept as z.infer<typeof KEPT_TURN>), usage: NO_TOKENS, fromCache: true }
        },
        () => models.chat(request, signal),
        ({ text, toolCalls, finish, providerData, model }) =>
          finish === 'length' || finish === 'other' ? null : { text, toolCalls, finish, providerData, model },
      ),
    object: <T>(request: ObjectRequest<T>, signal: AbortSignal) =>
      answered<ModelObject<T>>(
        request,
        objectParts(request),
        (kept) => {
          const known = KEPT_OBJECT.safeParse(kept)
          if (!known.success) return null
          const parsed = request.schema.safeParse(known.data.value)
          return parsed.success
            ? { value: parsed.data, model: known.data.model, usage: NO_TOKENS, fromCache: true }
            : null
        },
        () => models.object(request, signal),
        ({ value, model }) => {
          const known = z.json().safeParse(value)
          return known.success ? { value: known.data, model } : null
        },
      ),
  }
}

function chatParts({ messages, tools }: ChatRequest): JsonValue {
  return ['chat', JSON.stringify(messages), JSON.stringify(tools)]
}

function objectParts<T>({ prompt, schemaName, schema }: ObjectRequest<T>): JsonValue {
  const shape = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  return ['object', prompt, schemaName, shape]
}
