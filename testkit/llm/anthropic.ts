// The Anthropic messages protocol, as a server speaks it.
import type { JsonObject } from '../../src/core/vocabulary/json.ts'
import type { Frame, ScriptedReply, Wire } from './turn.ts'
import { inputOf, isObject, listOf, pieces, textOf, usageOf } from './turn.ts'

export const anthropicWire: Wire = {
  name: 'anthropic',
  match: (path, body) =>
    path.endsWith('/messages') ? { model: textOf(body['model']), stream: body['stream'] === true } : null,
  read: (body) => {
    const choice = isObject(body['tool_choice']) ? body['tool_choice'] : {}
    const tools = listOf(body['tools']).map((tool) => textOf(tool['name']))
    const config = isObject(body['output_config']) ? body['output_config'] : {}
    return {
      tools,
      forcedTool:
        choice['type'] === 'tool'
          ? textOf(choice['name'])
          : choice['type'] === 'any' && tools.length === 1
            ? (tools[0] ?? null)
            : null,
      wantsJson: isObject(config['format']) || isObject(body['output_format']),
    }
  },
  frames: (reply, model) => {
    const { input, output, cached } = usageOf(reply)
    const usage = {
      input_tokens: input - cached,
      cache_read_input_tokens: cached,
      cache_creation_input_tokens: 0,
      output_tokens: 1,
    }
    const message = {
      id: 'msg_scripted',
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage,
    }
    return [
      frame('message_start', { message }),
      frame('ping', {}),
      ...blocksOf(reply).flatMap((block, index) => blockFrames(block, index)),
      frame('message_delta', {
        delta: { stop_reason: stopReason(reply), stop_sequence: null },
        usage: { output_tokens: output },
      }),
      frame('message_stop', {}),
    ]
  },
  whole: (reply, model) => {
    const { input, output, cached } = usageOf(reply)
    return {
      id: 'msg_scripted',
      type: 'message',
      role: 'assistant',
      model,
      content: blocksOf(reply).map(({ block }) => block),
      stop_reason: stopReason(reply),
      stop_sequence: null,
      usage: {
        input_tokens: input - cached,
        cache_read_input_tokens: cached,
        cache_creation_input_tokens: 0,
        output_tokens: output,
      },
    }
  },
  error: (status, message) => ({ type: 'error', error: { type: errorType(status), message } }),
  errorFrame: frame('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }),
}

type Block = { readonly block: JsonObject; readonly opening: JsonObject; readonly deltas: readonly JsonObject[] }

function blocksOf(reply: ScriptedReply): readonly Block[] {
  const blocks: Block[] = []
  if (reply.thought !== undefined) {
    const { text, signature } = reply.thought
    blocks.push({
      block: { type: 'thinking', thinking: text, signature },
      opening: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        { type: 'thinking_delta', thinking: text },
        { type: 'signature_delta', signature },
      ],
    })
  }
  if (reply.text !== undefined) {
    const deltas = pieces(reply.text).map((text) => ({ type: 'text_delta', text }))
    blocks.push({ block: { type: 'text', text: reply.text }, opening: { type: 'text', text: '' }, deltas })
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    const head = { type: 'tool_use', id: call.id ?? `toolu_${index + 1}`, name: call.name }
    const deltas = pieces(inputOf(call)).map((partial_json) => ({ type: 'input_json_delta', partial_json }))
    blocks.push({ block: { ...head, input: call.input }, opening: { ...head, input: {} }, deltas })
  }
  return blocks
}

function blockFrames({ opening, deltas }: Block, index: number): readonly Frame[] {
  return [
    frame('content_block_start', { index, content_block: opening }),
    ...deltas.map((delta) => frame('content_block_delta', { index, delta }, true)),
    frame('content_block_stop', { index }),
  ]
}

function stopReason(reply: ScriptedReply): string {
  if (reply.cutByLength === true) return 'max_tokens'
  return (reply.toolCalls ?? []).length > 0 ? 'tool_use' : 'end_turn'
}

function frame(type: string, data: JsonObject, content = false): Frame {
  return { event: type, data: JSON.stringify({ type, ...data }), content }
}

function errorType(status: number): string {
  const types: Readonly<Record<number, string>> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    404: 'not_found_error',
    429: 'rate_limit_error',
    529: 'overloaded_error',
  }
  return types[status] ?? 'api_error'
}
