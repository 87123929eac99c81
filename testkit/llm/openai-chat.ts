// OpenAI's chat completions protocol, as a server speaks it.
import type { JsonObject } from '../../src/core/vocabulary/json.ts'
import type { Frame, ScriptedReply, Wire } from './turn.ts'
import { inputOf, isObject, listOf, pieces, textOf, usageOf } from './turn.ts'

export const openAiChatWire: Wire = {
  name: 'openai-chat',
  match: (path, body) =>
    path.endsWith('/chat/completions') ? { model: textOf(body['model']), stream: body['stream'] === true } : null,
  read: (body) => {
    const choice = isObject(body['tool_choice']) ? body['tool_choice'] : {}
    const format = isObject(body['response_format']) ? body['response_format'] : {}
    return {
      tools: listOf(body['tools']).map((tool) => (isObject(tool['function']) ? textOf(tool['function']['name']) : '')),
      forcedTool: isObject(choice['function']) ? textOf(choice['function']['name']) : null,
      wantsJson: format['type'] === 'json_object' || format['type'] === 'json_schema',
    }
  },
  frames: (reply, model) => {
    const chunk = (delta: JsonObject, finish_reason: string | null = null, content = false): Frame => ({
      data: JSON.stringify({ ...head('chat.completion.chunk', model), choices: [{ index: 0, delta, finish_reason }] }),
      content,
    })
    const calls = (reply.toolCalls ?? []).flatMap((call, index) => [
      chunk(
        {
          tool_calls: [
            {
              index,
              id: call.id ?? `call_${index + 1}`,
              type: 'function',
              function: { name: call.name, arguments: '' },
            },
          ],
        },
        null,
        true,
      ),
      ...pieces(inputOf(call)).map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }, null, true),
      ),
    ])
    return [
      chunk({ role: 'assistant', content: '' }),
      ...pieces(reply.text ?? '').map((piece) => chunk({ content: piece }, null, true)),
      ...calls,
      chunk({}, finishReason(reply)),
      {
        data: JSON.stringify({ ...head('chat.completion.chunk', model), choices: [], usage: usage(reply) }),
        content: false,
      },
      { data: '[DONE]', content: false },
    ]
  },
  whole: (reply, model) => {
    const tool_calls = (reply.toolCalls ?? []).map((call, index) => ({
      id: call.id ?? `call_${index + 1}`,
      type: 'function',
      function: { name: call.name, arguments: inputOf(call) },
    }))
    const message = {
      role: 'assistant',
      content: reply.text ?? null,
      ...(tool_calls.length === 0 ? {} : { tool_calls }),
    }
    return {
      ...head('chat.completion', model),
      choices: [{ index: 0, message, finish_reason: finishReason(reply) }],
      usage: usage(reply),
    }
  },
  error: (status, message) => ({ error: { message, type: errorType(status), param: null, code: errorCode(status) } }),
  errorFrame: {
    data: JSON.stringify({ error: { message: 'The server is overloaded', type: 'server_error', code: null } }),
    content: false,
  },
}

function head(object: string, model: string): JsonObject {
  return { id: 'chatcmpl-scripted', object, created: 1_700_000_000, model }
}

function usage(reply: ScriptedReply): JsonObject {
  const { input, output, cached } = usageOf(reply)
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached },
  }
}

function finishReason(reply: ScriptedReply): string {
  if (reply.cutByLength === true) return 'length'
  return (reply.toolCalls ?? []).length > 0 ? 'tool_calls' : 'stop'
}

export function errorType(status: number): string {
  return status >= 500 ? 'server_error' : status === 429 ? 'requests' : 'invalid_request_error'
}

export function errorCode(status: number): string | null {
  return status === 401 ? 'invalid_api_key' : status === 429 ? 'rate_limit_exceeded' : null
}
