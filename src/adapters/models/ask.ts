// Asks one model once, streaming, and says whether a whole answer came. No retries and no fallback here.
import type * as AiSdk from 'ai'
import type { JSONSchema7, LanguageModelUsage, ModelMessage, Output, SystemModelMessage, Tool } from 'ai'
import type { z } from 'zod'
import type { ChatMessage, ChatTurn, ToolDescription } from '../../core/ports/models.ts'
import type { JsonValue } from '../../core/vocabulary/json.ts'
import type { Usage } from '../../core/vocabulary/usage.ts'
import { toModelMessages, toProviderData } from './conversation.ts'
import type { Failure } from './failure.ts'
import { cutOff, emptyAnswer, toFailure } from './failure.ts'
import type { Candidate } from './providers.ts'

export type Question = {
  readonly system: string
  readonly messages: readonly ChatMessage[]
  /** Goes along with the first message of the user. */
  readonly media?: QuestionMedia | undefined
  readonly tools: readonly ToolDescription[]
  /** Asks for JSON in this shape; null asks for plain text. */
  readonly shape: { readonly name: string; readonly schema: z.ZodType } | null
  readonly maxOutputTokens: number
}

/** What there is to be seen or heard. */
export type QuestionMedia = { readonly bytes: Uint8Array; readonly mediaType: string }

/** A tool call whose arguments are no JSON: `raw` is what the model wrote. */
export type BrokenCall = { readonly tool: string; readonly raw: string }

export type Answer = {
  readonly type: 'answer'
  readonly text: string
  readonly toolCalls: ChatTurn['toolCalls']
  readonly brokenCalls: readonly BrokenCall[]
  readonly finish: ChatTurn['finish']
  readonly usage: Usage
  readonly providerData: JsonValue
}

/** `contentSeen`: part of an answer had come before it failed, so no other model may be asked in its place. */
export type AskFailure = Failure & { readonly contentSeen: boolean }

/** Never throws, except when `signal` aborts: then it may do anything, and the caller no longer listens. */
export async function ask(candidate: Candidate, question: Question, signal: AbortSignal): Promise<Answer | AskFailure> {
  let contentSeen = false
  const failed = (failure: Failure): AskFailure => ({ ...failure, contentSeen })
  try {
    const [sdk, model] = await Promise.all([loadSdk(), candidate.load()])
    const { provider } = candidate
    const result = sdk.streamText({
      model,
      instructions: cachedSystem(question.system),
      messages: lastCached(
        withMedia(toModelMessages(question.messages, provider, sdk.modelMessageSchema), question.media),
      ),
      tools: Object.fromEntries(question.tools.map((tool) => [tool.name, toSdkTool(sdk, tool)])),
      ...(question.shape === null ? {} : { output: sdk.Output.object(question.shape) as Output.Output }),
      maxOutputTokens: question.maxOutputTokens,
      maxRetries: 0,
      abortSignal: signal,
      // Nothing is kept at the provider: the conversation goes along with each call.
      providerOptions: { openai: { store: false } },
      onError: () => {},
    })
    let text = ''
    let finish: ChatTurn['finish'] = 'other'
    let isWhole = false
    let usage: Usage = { input_tokens: 0, output_tokens: 0, cached_input_tokens: 0 }
    const toolCalls: ChatTurn['toolCalls'][number][] = []
    const brokenCalls: BrokenCall[] = []
    for await (const part of result.stream) {
      switch (part.type) {
        case 'text-delta':
          if (part.text !== '') contentSeen = true
          text += part.text
          break
        case 'reasoning-delta':
        case 'tool-input-start':
          contentSeen = true
          break
        case 'tool-call': {
          contentSeen = true
          const input: unknown = part.input
          if (part.invalid === true && !isJson(input))
            brokenCalls.push({ tool: part.toolName, raw: typeof input === 'string' ? input : JSON.stringify(input) })
          else toolCalls.push({ id: part.toolCallId, tool: part.toolName, input: isJson(input) ? input : {} })
          break
        }
        case 'error':
          return failed(contentSeen ? brokenOff(part.error, candidate) : toFailure(part.error, candidate, new Date()))
        case 'abort':
          return failed(cutOff(candidate, null))
        case 'finish-step':
          finish = toFinish(part.finishReason, toolCalls.length)
          isWhole = saysWhyItEnded(part.finishReason, part.rawFinishReason)
          usage = toUsage(part.usage)
          break
        default:
          break
      }
    }
    if (!isWhole) return failed(cutOff(candidate, null))
    if (text.trim() === '' && toolCalls.length + brokenCalls.length === 0 && finish !== 'length')
      return failed(emptyAnswer(candidate))
    const providerData = toProviderData(provider, await result.responseMessages)
    return { type: 'answer', text, toolCalls, brokenCalls, finish, usage, providerData }
  } catch (error) {
    return failed(contentSeen ? brokenOff(error, candidate) : toFailure(error, candidate, new Date()))
  }
}

/** After the first content a lost connection and an unreadable piece both mean that the rest is missing. */
function brokenOff(error: unknown, candidate: Candidate): Failure {
  const failure = toFailure(error, candidate, new Date())
  return failure.kind === 'unreachable' ? cutOff(candidate, error) : failure
}

let loading: Promise<typeof AiSdk> | null = null

export async function loadSdk(): Promise<typeof AiSdk> {
  loading ??= import('ai').then((sdk) => {
    // The library prints warnings to the console by itself otherwise.
    globalThis.AI_SDK_LOG_WARNINGS = false
    return sdk
  })
  return await loading
}

function toSdkTool(sdk: typeof AiSdk, { description, inputSchema }: ToolDescription): Tool {
  return sdk.tool({ description, inputSchema: sdk.jsonSchema(inputSchema as JSONSchema7) })
}

const CACHED = { anthropic: { cacheControl: { type: 'ephemeral' } } }

function cachedSystem(system: string): SystemModelMessage {
  return { role: 'system', content: system, providerOptions: CACHED }
}

/** Everything up to the last message stays the same in the next turn, so Anthropic is told to keep it. */
function lastCached(messages: ModelMessage[]): ModelMessage[] {
  const last = messages.at(-1)
  return last === undefined || last.role === 'assistant'
    ? messages
    : [...messages.slice(0, -1), { ...last, providerOptions: CACHED }]
}

function withMedia(messages: ModelMessage[], media: QuestionMedia | undefined): ModelMessage[] {
  const [first, ...rest] = messages
  if (media === undefined || first?.role !== 'user' || typeof first.content !== 'string') return messages
  const file = { type: 'file' as const, mediaType: media.mediaType, data: media.bytes }
  return [{ ...first, content: [file, { type: 'text', text: first.content }] }, ...rest]
}

/** A stream may end quietly in the middle: then nobody said why it ended. */
function saysWhyItEnded(reason: string, raw: string | undefined): boolean {
  if (reason === 'interrupted' || reason === 'error') return false
  return reason !== 'other' || raw !== undefined
}

function toFinish(reason: string, toolCalls: number): ChatTurn['finish'] {
  if (reason === 'length') return 'length'
  if (reason === 'tool-calls' || (reason === 'stop' && toolCalls > 0)) return 'tool_calls'
  return reason === 'stop' ? 'stop' : 'other'
}

function toUsage(usage: LanguageModelUsage): Usage {
  return {
    input_tokens: usage.inputTokens ?? 0,
    output_tokens: usage.outputTokens ?? 0,
    cached_input_tokens: usage.inputTokenDetails.cacheReadTokens ?? 0,
  }
}

function isJson(value: unknown): value is JsonValue {
  return typeof value === 'object' && value !== null
}
