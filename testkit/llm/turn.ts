// What the scripted model server is told to answer, in words that no wire protocol has a say in.
import type { JsonObject, JsonValue } from '../../src/core/vocabulary/json.ts'

export type ScriptedToolCall = {
  readonly name: string
  readonly input: JsonObject
  readonly id?: string
  /** Sent in place of `input` as it stands: for arguments that are no JSON. */
  readonly rawInput?: string
}

export type ScriptedReply = {
  readonly text?: string
  readonly toolCalls?: readonly ScriptedToolCall[]
  /** The answer to a request for JSON: as text, or as the input of the tool that the request forces. */
  readonly object?: JsonValue
  /** A thought with the provider's signature, in the protocols that have one (Anthropic, Gemini, Responses). */
  readonly thought?: { readonly text: string; readonly signature: string }
  /** One for each text to be embedded; without them each text gets one by the letters in it, alike texts alike ones. */
  readonly vectors?: readonly (readonly number[])[]
  /** Of a transcript. */
  readonly language?: string
  readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number }
  /** The turn was cut off by its length. */
  readonly cutByLength?: boolean
  /** Waits before it answers. */
  readonly delayMs?: number
}

export type ScriptedFault =
  /** An HTTP error in the protocol's own error shape. `retryAfter` is the header, in seconds. */
  | { readonly fault: 'status'; readonly status: number; readonly message?: string; readonly retryAfter?: number }
  /** The stream ends too early: before the first content, or after it; by a clean end or a reset connection. */
  | {
      readonly fault: 'cut'
      readonly when: 'before_content' | 'after_content'
      readonly how: 'end' | 'reset'
      readonly reply: ScriptedReply
    }
  /** A frame that is no JSON, before or after the first content. */
  | { readonly fault: 'malformed'; readonly when: 'before_content' | 'after_content'; readonly reply: ScriptedReply }
  /** An error frame inside a stream that began with 200. */
  | { readonly fault: 'error_frame'; readonly when: 'before_content' | 'after_content'; readonly reply: ScriptedReply }
  /** Answers nothing: not even headers, or headers and then nothing. */
  | { readonly fault: 'hang'; readonly headers: boolean }
  /** The whole reply, one frame at a time with a pause before each. */
  | { readonly fault: 'drip'; readonly everyMs: number; readonly reply: ScriptedReply }
  /** A whole answer with nothing in it. */
  | { readonly fault: 'empty' }
  /** 200 with a web page in place of an answer. */
  | { readonly fault: 'wrong_content_type' }

export type ScriptedTurn = ScriptedReply | ScriptedFault

export const WIRES = [
  'anthropic',
  'openai-chat',
  'openai-responses',
  'gemini',
  'openai-transcription',
  'openai-embeddings',
  'gemini-embeddings',
] as const
export type WireName = (typeof WIRES)[number]

/** A request as it came in, with what the protocols have in common read out of it. */
export type LlmRequest = {
  readonly wire: WireName
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  readonly stream: boolean
  readonly tools: readonly string[]
  /** The one tool that must be called; null when the model may choose. */
  readonly forcedTool: string | null
  /** A JSON answer was asked for by a response format. */
  readonly wantsJson: boolean
  /** The text of all messages, system included, one after the other. */
  readonly text: string
  /** Pictures in messages, and the recording to be transcribed. */
  readonly media: readonly SentMedia[]
  /** The texts to be embedded. */
  readonly inputs: readonly string[]
  /** Of a multipart request: its fields, and its file as name, mediaType and data (base64). */
  readonly body: JsonObject
}

export type SentMedia = { readonly mediaType: string; readonly bytes: Uint8Array }

/** One server-sent event. `content` marks those that carry a part of the answer. */
export type Frame = { readonly event?: string; readonly data: string; readonly content: boolean }

/** How one provider's protocol is spoken. */
export type Wire = {
  readonly name: WireName
  /** The model and whether to stream, when the path is this protocol's; else null. */
  readonly match: (path: string, body: JsonObject) => { readonly model: string; readonly stream: boolean } | null
  readonly read: (body: JsonObject) => Pick<LlmRequest, 'tools' | 'forcedTool' | 'wantsJson'>
  readonly frames: (reply: ScriptedReply, model: string) => readonly Frame[]
  /** The answer to a request that does not stream. */
  readonly whole: (reply: ScriptedReply, model: string, request: LlmRequest) => JsonObject
  readonly error: (status: number, message: string) => JsonObject
  readonly errorFrame: Frame
}

/** The reply as the request wants it: an object becomes text, or the forced tool's input. */
export function shaped(reply: ScriptedReply, request: LlmRequest): ScriptedReply {
  if (reply.object === undefined) return reply
  const { object, ...rest } = reply
  if (request.forcedTool === null) return { ...rest, text: JSON.stringify(object) }
  return { ...rest, toolCalls: [{ name: request.forcedTool, input: isObject(object) ? object : { value: object } }] }
}

export function usageOf(reply: ScriptedReply): {
  readonly input: number
  readonly output: number
  readonly cached: number
} {
  return { input: reply.usage?.input ?? 10, output: reply.usage?.output ?? 5, cached: reply.usage?.cached ?? 0 }
}

export function inputOf(call: ScriptedToolCall): string {
  return call.rawInput ?? JSON.stringify(call.input)
}

/** Cut into at most three pieces, as models send their text. */
export function pieces(text: string): readonly string[] {
  const size = Math.max(1, Math.ceil(text.length / 3))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  )
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((entry: JsonValue) => isObject(entry)) : []
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** Every string that stands under a key that holds words, in order. */
export function allText(value: JsonValue): string {
  if (Array.isArray(value)) return value.map(allText).filter(Boolean).join('\n')
  if (!isObject(value)) return ''
  return Object.entries(value)
    .map(([key, inner]) => {
      const isWords = ['text', 'content', 'system', 'instructions', 'input', 'output', 'arguments'].includes(key)
      return typeof inner === 'string' ? (isWords ? inner : '') : allText(inner)
    })
    .filter(Boolean)
    .join('\n')
}
