// Models that only repeat what a log recorded: a replay asks nobody, costs nothing and can't go another way.
import { z } from 'zod'
import type { ChatTurn, ModelPurpose, Models } from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { ModelLabel } from '../../core/vocabulary/usage.ts'

const USAGE = z.object({ input_tokens: z.number(), output_tokens: z.number(), cached_input_tokens: z.number() })
const LABEL = z.object({ provider: z.string(), model: z.string(), offline: z.boolean() })
const TURN = z.object({
  text: z.string(),
  toolCalls: z.array(z.object({ id: z.string(), tool: z.string(), input: z.json() })),
  finish: z.enum(['stop', 'tool_calls', 'length', 'other']),
  providerData: z.json(),
  usage: USAGE,
  model: LABEL,
})
const OBJECT = z.object({ value: z.json(), usage: USAGE, model: LABEL })

const RECORDED: ModelLabel = { provider: 'recorded', model: 'log', offline: true }

/** What was recorded at a step: a whole ChatTurn, or a whole ModelObject; null when nothing was. */
export type TurnsByStep = (kind: 'chat' | 'object', step: string) => JsonValue | null

/** Throws ModelError `unsupported` where the log has no such turn, or one of another shape. */
export function createRecordedModels(turnsByStep: TurnsByStep): Models {
  const recorded = <T>(
    kind: 'chat' | 'object',
    { step }: ModelPurpose,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): T => {
    if (signal.aborted) throw new ModelError('aborted', 'The replay was stopped.', signal.reason)
    const turn = turnsByStep(kind, step)
    if (turn === null) {
      throw new ModelError(
        'unsupported',
        `The recorded task has no model turn for the step “${step}”: the replay went another way than the original.`,
      )
    }
    const parsed = shape.safeParse(turn)
    if (parsed.success) return parsed.data
    throw new ModelError(
      'unsupported',
      `The recorded model turn of the step “${step}” can't be read: it was written by another version.`,
      parsed.error,
    )
  }
  return {
    describe: () => RECORDED,
    chat: async ({ purpose }, signal): Promise<ChatTurn> => recorded('chat', purpose, TURN, signal),
    object: async ({ purpose, schema, schemaName }, signal) => {
      const { value, usage, model } = recorded('object', purpose, OBJECT, signal)
      const parsed = schema.safeParse(value)
      if (parsed.success) return { value: parsed.data, usage, model }
      throw new ModelError(
        'unsupported',
        `The recorded answer of the step “${purpose.step}” no longer has the shape “${schemaName}”.`,
        parsed.error,
      )
    },
    transcribe: async (_, signal) => refuse(signal),
    describeImage: async (_, signal) => refuse(signal),
    embed: async (_, signal) => refuse(signal),
    embeddingModel: () => null,
  }
}

/** What was read from files is in the log already: a replay reads nothing anew. */
function refuse(signal: AbortSignal): never {
  if (signal.aborted) throw new ModelError('aborted', 'The replay was stopped.', signal.reason)
  throw new ModelError('unsupported', 'A replay hears, sees and embeds nothing anew.')
}
