// Embeddings as OpenAI and as Gemini serve them: the vectors of the script, or some by the letters in the texts.
import type { JsonObject } from '../../src/core/vocabulary/json.ts'
import { geminiWire } from './gemini.ts'
import { openAiChatWire } from './openai-chat.ts'
import type { LlmRequest, ScriptedReply, Wire } from './turn.ts'
import { textOf, usageOf } from './turn.ts'

const NOTHING_FORCED = { tools: [], forcedTool: null, wantsJson: false }
const DIMENSIONS = 64
const GEMINI_PATH = /\/models\/([^/:]+):(?:embedContent|batchEmbedContents)$/

export const openAiEmbeddingsWire: Wire = {
  name: 'openai-embeddings',
  match: (path, body) => (path.endsWith('/embeddings') ? { model: textOf(body['model']), stream: false } : null),
  read: () => NOTHING_FORCED,
  frames: () => [],
  whole: (reply, model, request) => {
    const { input } = usageOf(reply)
    const data: readonly JsonObject[] = vectorsOf(reply, request).map((embedding, index) => ({
      object: 'embedding',
      index,
      embedding,
    }))
    return { object: 'list', model, data, usage: { prompt_tokens: input, total_tokens: input } }
  },
  error: openAiChatWire.error,
  errorFrame: openAiChatWire.errorFrame,
}

export const geminiEmbeddingsWire: Wire = {
  name: 'gemini-embeddings',
  match: (path) => {
    const model = GEMINI_PATH.exec(path)?.[1]
    return model === undefined ? null : { model, stream: false }
  },
  read: () => NOTHING_FORCED,
  frames: () => [],
  whole: (reply, _, request) => {
    const embeddings: readonly JsonObject[] = vectorsOf(reply, request).map((values) => ({ values }))
    return request.path.endsWith(':embedContent') ? { embedding: embeddings[0] ?? {} } : { embeddings }
  },
  error: geminiWire.error,
  errorFrame: geminiWire.errorFrame,
}

function vectorsOf(reply: ScriptedReply, request: LlmRequest): readonly (readonly number[])[] {
  return reply.vectors ?? request.inputs.map(vectorOf)
}

/** Of length one, by the threes of letters in the text: texts that share words lie near to each other. */
function vectorOf(text: string): readonly number[] {
  const vector = Array.from({ length: DIMENSIONS }, () => 0)
  const letters = ` ${text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, ' ')} `
  for (let at = 0; at + 3 <= letters.length; at += 1) {
    let hash = 7
    for (const letter of letters.slice(at, at + 3)) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003
    vector[hash % DIMENSIONS] = (vector[hash % DIMENSIONS] ?? 0) + 1
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector.map((_, index) => (index === 0 ? 1 : 0)) : vector.map((value) => value / length)
}
