// Models that say what a test tells them to.
import type {
  ChatRequest,
  ChatTurn,
  ImageDescription,
  MediaRequest,
  ModelObject,
  Models,
  ObjectRequest,
  ToolCall,
} from '../../core/ports/models.ts'
import { ModelError } from '../../core/ports/models.ts'
import { NO_ANALYSIS } from '../../core/vocabulary/healing.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { ModelLabel, Usage } from '../../core/vocabulary/usage.ts'
import { modelName } from '../../core/vocabulary/usage.ts'

export type Said = {
  readonly text?: string
  readonly calls?: readonly Omit<ToolCall, 'id'>[]
  readonly finish?: ChatTurn['finish']
}

export type Script = {
  /** Asked for every turn; `turn` counts from 1 within the conversation. */
  readonly chat: (request: ChatRequest, turn: number, signal: AbortSignal) => Said | Promise<Said>
  /** Asked for every answer in a shape; what it gives is checked against the shape. */
  readonly object: (
    request: Omit<ObjectRequest<unknown>, 'schema'>,
    signal: AbortSignal,
  ) => JsonValue | Promise<JsonValue>
  /** What a failure comes from; where it is missing the models have nothing to say of any. */
  readonly analysis?: Script['object']
  /** What is heard in a recording; where it is missing nothing hears. */
  readonly transcribe?: (request: MediaRequest, signal: AbortSignal) => string | Promise<string>
  /** What is seen in an image; where it is missing nothing sees. */
  readonly describeImage?: (request: MediaRequest, signal: AbortSignal) => ImageDescription | Promise<ImageDescription>
  /** The place of one text; where it is missing nothing embeds. */
  readonly embed?: (text: string) => readonly number[]
  readonly usage?: Usage
}

const SCRIPTED_MODEL: ModelLabel = { provider: 'scripted', model: 'script', offline: false }
const EMBEDDING_MODEL: ModelLabel = { ...SCRIPTED_MODEL, model: 'embedding' }
const USAGE: Usage = { input_tokens: 100, output_tokens: 10, cached_input_tokens: 0 }

/** Throws ModelError `malformed` where the script does not fit the shape, and whatever the script throws. */
export function createScriptedModels(script: Script): Models {
  const answer = { usage: script.usage ?? USAGE, model: SCRIPTED_MODEL }
  return {
    describe: () => SCRIPTED_MODEL,
    chat: async (request, signal) => {
      refuseAborted(signal)
      const turn = request.messages.filter((message) => message.role === 'assistant').length + 1
      const said = await script.chat(request, turn, signal)
      const calls = said.calls ?? []
      return {
        ...answer,
        text: said.text ?? '',
        toolCalls: calls.map((call, index) => ({ ...call, id: `call-${turn}-${index + 1}` })),
        finish: said.finish ?? (calls.length > 0 ? 'tool_calls' : 'stop'),
        providerData: null,
      }
    },
    object: async <T>(request: ObjectRequest<T>, signal: AbortSignal): Promise<ModelObject<T>> => {
      refuseAborted(signal)
      const { analysis = () => NO_ANALYSIS } = script
      const say = request.schemaName === 'analysis' ? analysis : script.object
      const value = request.schema.safeParse(await say(request, signal))
      if (!value.success)
        throw new ModelError('malformed', `The script does not fit ${request.schemaName}.`, value.error)
      return { ...answer, value: value.data }
    },
    transcribe: async (request, signal) => {
      refuseAborted(signal)
      if (script.transcribe === undefined) throw new ModelError('unsupported', 'The script does not hear.')
      return { ...answer, text: await script.transcribe(request, signal), language: null }
    },
    describeImage: async (request, signal) => {
      refuseAborted(signal)
      if (script.describeImage === undefined) throw new ModelError('unsupported', 'The script does not see.')
      return { ...answer, value: await script.describeImage(request, signal) }
    },
    embed: async (texts, signal) => {
      refuseAborted(signal)
      const { embed } = script
      if (embed === undefined) throw new ModelError('unsupported', 'The script does not embed.')
      return { ...answer, model: EMBEDDING_MODEL, vectors: texts.map((text) => embed(text)) }
    },
    embeddingModel: () => (script.embed === undefined ? null : modelName(EMBEDDING_MODEL)),
  }
}

function refuseAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new ModelError('aborted', 'The call was called off.')
}
