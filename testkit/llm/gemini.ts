// Gemini's generateContent protocol, as a server speaks it.
import type { JsonObject } from '../../src/core/vocabulary/json.ts'
import type { Frame, ScriptedReply, Wire } from './turn.ts'
import { isObject, listOf, pieces, usageOf } from './turn.ts'

const PATH = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/

export const geminiWire: Wire = {
  name: 'gemini',
  match: (path) => {
    const match = PATH.exec(path)
    return match === null ? null : { model: match[1] ?? '', stream: match[2] === 'streamGenerateContent' }
  },
  read: (body) => {
    const tools = listOf(body['tools']).flatMap((tool) =>
      listOf(tool['functionDeclarations']).map(({ name }) => String(name)),
    )
    const config = isObject(body['toolConfig']) ? body['toolConfig'] : {}
    const calling = isObject(config['functionCallingConfig']) ? config['functionCallingConfig'] : {}
    const allowed = Array.isArray(calling['allowedFunctionNames']) ? calling['allowedFunctionNames'].map(String) : tools
    const generation = isObject(body['generationConfig']) ? body['generationConfig'] : {}
    return {
      tools,
      forcedTool: calling['mode'] === 'ANY' && allowed.length === 1 ? (allowed[0] ?? null) : null,
      wantsJson: generation['responseMimeType'] === 'application/json',
    }
  },
  frames: (reply, model) => {
    const parts = partsOf(reply, true)
    const last: JsonObject = { ...candidate([], model, reply), usageMetadata: usage(reply) }
    return [...parts.map((part) => frame(candidate([part], model, null), true)), frame(last, false)]
  },
  whole: (reply, model) => ({ ...candidate(partsOf(reply, false), model, reply), usageMetadata: usage(reply) }),
  error: (status, message) => ({ error: { code: status, message, status: STATUSES[status] ?? 'INTERNAL' } }),
  errorFrame: frame({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }, false),
}

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
}

function partsOf(reply: ScriptedReply, inPieces: boolean): readonly JsonObject[] {
  const signature = reply.thought === undefined ? {} : { thoughtSignature: reply.thought.signature }
  const parts: JsonObject[] = []
  if (reply.thought !== undefined) parts.push({ text: reply.thought.text, thought: true })
  const text = reply.text ?? ''
  for (const piece of inPieces ? pieces(text) : [text]) if (piece !== '') parts.push({ text: piece })
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    // The protocol carries arguments as an object, so broken ones can't be sent: a broken call has none that fit.
    const functionCall = { name: call.name, args: call.input, ...(call.id === undefined ? {} : { id: call.id }) }
    parts.push(index === 0 ? { functionCall, ...signature } : { functionCall })
  }
  return parts
}

function candidate(parts: readonly JsonObject[], modelVersion: string, ended: ScriptedReply | null): JsonObject {
  const finish = ended === null ? {} : { finishReason: ended.cutByLength === true ? 'MAX_TOKENS' : 'STOP' }
  return { candidates: [{ content: { role: 'model', parts }, index: 0, ...finish }], modelVersion }
}

function usage(reply: ScriptedReply): JsonObject {
  const { input, output, cached } = usageOf(reply)
  return {
    promptTokenCount: input,
    candidatesTokenCount: output,
    totalTokenCount: input + output,
    cachedContentTokenCount: cached,
  }
}

function frame(data: JsonObject, content: boolean): Frame {
  return { data: JSON.stringify(data), content }
}
