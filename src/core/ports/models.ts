// Language models by tier. Implemented by adapters/models: real providers with fallback, the offline model, and recorded turns.
import type { z } from 'zod'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { JsonObject, JsonValue } from '../vocabulary/json.ts'
import type { RoleName } from '../vocabulary/plan.ts'
import type { ModelLabel, ModelTier, Usage } from '../vocabulary/usage.ts'

/** What the call is for: metering, logs, and the offline model's and a replay's only key to what is wanted. */
export type ModelPurpose = {
  /** Null for what belongs to no task (yet). */
  readonly taskId: TaskId | null
  /** For whom; absent where that is nobody in particular: what is answered then is kept for nobody. */
  readonly userId?: UserId
  readonly role: RoleName
  /** The journal key of the step, e.g. `subtask/tests/turn/2`. */
  readonly step: string
  /** The subtask's id, or `repair`, `review-fix`, `route`, `plan`, `review`, `analysis`, `answer`. */
  readonly subject: string
}

export type ToolCall = { readonly id: string; readonly tool: string; readonly input: JsonValue }

export type ChatMessage =
  | { readonly role: 'user'; readonly text: string }
  /** `providerData` is opaque: what the same provider wants back with this turn (thinking signatures). */
  | {
      readonly role: 'assistant'
      readonly text: string
      readonly toolCalls: readonly ToolCall[]
      readonly providerData: JsonValue
    }
  | {
      readonly role: 'tool'
      readonly callId: string
      readonly tool: string
      readonly output: string
      readonly ok: boolean
    }

/** A tool as the model sees it. `inputSchema` is JSON Schema (draft 2020-12). */
export type ToolDescription = { readonly name: string; readonly description: string; readonly inputSchema: JsonObject }

type ModelRequest = {
  readonly tier: ModelTier
  readonly purpose: ModelPurpose
  readonly system: string
  readonly maxOutputTokens: number
  /** Ends the call, fallbacks included, with a ModelError of kind `timeout`. */
  readonly deadlineMs: number
}
export type ChatRequest = ModelRequest & {
  readonly messages: readonly ChatMessage[]
  readonly tools: readonly ToolDescription[]
}
export type ObjectRequest<T> = ModelRequest & {
  readonly prompt: string
  readonly schemaName: string
  readonly schema: z.ZodType<T>
}

type ModelAnswer = {
  readonly usage: Usage
  readonly model: ModelLabel
  /** No provider was asked: this very call was answered lately. */
  readonly fromCache?: boolean
}
export type ChatTurn = ModelAnswer & {
  readonly text: string
  readonly toolCalls: readonly ToolCall[]
  /** Why the model stopped; `length` means that the turn is cut off. */
  readonly finish: 'stop' | 'tool_calls' | 'length' | 'other'
  readonly providerData: JsonValue
}
export type ModelObject<T> = ModelAnswer & { readonly value: T }

/** Bytes for a model to hear or see; what comes back is usage and label as of every call. */
export type MediaRequest = {
  readonly purpose: ModelPurpose
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly name: string
  readonly deadlineMs: number
}
export type Transcript = ModelAnswer & { readonly text: string; readonly language: string | null }
export type ImageDescription = {
  /** What is to be seen, in a few sentences. */
  readonly description: string
  /** Every word in the image, as it stands there. */
  readonly text: string
  readonly kind: 'photo' | 'screenshot' | 'diagram' | 'document' | 'other'
  readonly objects: readonly string[]
}
export type Embeddings = ModelAnswer & { readonly vectors: readonly (readonly number[])[] }

export type ModelErrorKind =
  | 'rate_limited'
  | 'overloaded'
  | 'unauthorized'
  | 'bad_request'
  | 'timeout'
  | 'aborted'
  | 'malformed'
  | 'unreachable'
  | 'unsupported'

/** Thrown when no model of the tier gave a whole answer. `message` is one sentence that a person can act on. */
export class ModelError extends Error {
  readonly kind: ModelErrorKind
  constructor(kind: ModelErrorKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ModelError'
    this.kind = kind
  }
}

export interface Models {
  /** The model that is asked first for this tier. */
  describe(tier: ModelTier): ModelLabel
  /** One turn. Falls back to the tier's next model only before the first content part. Safe to repeat, but it costs. */
  chat(request: ChatRequest, signal: AbortSignal): Promise<ChatTurn>
  /** One answer in the shape of `schema`, validated; throws ModelError `malformed` when the model can't produce it in two tries. */
  object<T>(request: ObjectRequest<T>, signal: AbortSignal): Promise<ModelObject<T>>
  /** Throws ModelError `unsupported` where no model hears. */
  transcribe(request: MediaRequest, signal: AbortSignal): Promise<Transcript>
  /** Throws ModelError `unsupported` where no model sees. */
  describeImage(request: MediaRequest, signal: AbortSignal): Promise<ModelObject<ImageDescription>>
  /** One vector a text, in order. Throws ModelError `unsupported` where no model embeds. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Embeddings>
  /** The model that embeds, e.g. `openai/text-embedding-3-small`; null where none does. */
  embeddingModel(): string | null
}
