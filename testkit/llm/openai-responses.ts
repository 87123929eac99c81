// OpenAI's Responses protocol, as a server speaks it.
import type { JsonObject } from '../../src/core/vocabulary/json.ts'
import { errorCode, errorType } from './openai-chat.ts'
import type { Frame, ScriptedReply, Wire } from './turn.ts'
import { inputOf, isObject, listOf, pieces, textOf, usageOf } from './turn.ts'

export const openAiResponsesWire: Wire = {
  name: 'openai-responses',
  match: (path, body) =>
    path.endsWith('/responses') ? { model: textOf(body['model']), stream: body['stream'] === true } : null,
  read: (body) => {
    const choice = isObject(body['tool_choice']) ? body['tool_choice'] : {}
    const text = isObject(body['text']) ? body['text'] : {}
    const format = isObject(text['format']) ? text['format'] : {}
    return {
      tools: listOf(body['tools']).map((tool) => textOf(tool['name'])),
      forcedTool: choice['type'] === 'function' ? textOf(choice['name']) : null,
      wantsJson: format['type'] === 'json_schema' || format['type'] === 'json_object',
    }
  },
  frames: (reply, model) => {
    const items = itemsOf(reply)
    const events: { type: string; data: JsonObject; content: boolean }[] = [
      { type: 'response.created', data: { response: response(reply, model, 'in_progress', []) }, content: false },
    ]
    for (const [output_index, item] of items.entries()) {
      const id = textOf(item['id'])
      events.push({
        type: 'response.output_item.added',
        data: { output_index, item: opened(item) },
        content: item['type'] === 'function_call',
      })
      for (const { type, data } of deltasOf(item))
        events.push({ type, data: { item_id: id, output_index, ...data }, content: true })
      events.push({ type: 'response.output_item.done', data: { output_index, item }, content: false })
    }
    const end = reply.cutByLength === true ? 'incomplete' : 'completed'
    events.push({ type: `response.${end}`, data: { response: response(reply, model, end, items) }, content: false })
    return events.map(({ type, data, content }, sequence_number) => ({
      event: type,
      data: JSON.stringify({ type, sequence_number, ...data }),
      content,
    }))
  },
  whole: (reply, model) =>
    response(reply, model, reply.cutByLength === true ? 'incomplete' : 'completed', itemsOf(reply)),
  error: (status, message) => ({ error: { message, type: errorType(status), param: null, code: errorCode(status) } }),
  errorFrame: {
    event: 'error',
    data: JSON.stringify({
      type: 'error',
      sequence_number: 1,
      code: 'server_error',
      message: 'The server is overloaded',
      param: null,
    }),
    content: false,
  } satisfies Frame,
}

function itemsOf(reply: ScriptedReply): readonly JsonObject[] {
  const items: JsonObject[] = []
  if (reply.thought !== undefined) {
    items.push({
      type: 'reasoning',
      id: 'rs_1',
      encrypted_content: reply.thought.signature,
      summary: [{ type: 'summary_text', text: reply.thought.text }],
    })
  }
  if (reply.text !== undefined) {
    const content = [{ type: 'output_text', text: reply.text, annotations: [], logprobs: [] }]
    items.push({ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content })
  }
  for (const [index, call] of (reply.toolCalls ?? []).entries()) {
    items.push({
      type: 'function_call',
      id: `fc_${index + 1}`,
      call_id: call.id ?? `call_${index + 1}`,
      name: call.name,
      arguments: inputOf(call),
      status: 'completed',
    })
  }
  return items
}

function opened(item: JsonObject): JsonObject {
  if (item['type'] === 'function_call') return { ...item, arguments: '', status: 'in_progress' }
  if (item['type'] === 'message') return { ...item, content: [], status: 'in_progress' }
  return { ...item, summary: [] }
}

function deltasOf(item: JsonObject): readonly { readonly type: string; readonly data: JsonObject }[] {
  if (item['type'] === 'function_call') {
    return pieces(textOf(item['arguments'])).map((delta) => ({
      type: 'response.function_call_arguments.delta',
      data: { delta },
    }))
  }
  if (item['type'] === 'message') {
    const text = textOf(listOf(item['content'])[0]?.['text'])
    return pieces(text).map((delta) => ({
      type: 'response.output_text.delta',
      data: { content_index: 0, delta, logprobs: [] },
    }))
  }
  const text = textOf(listOf(item['summary'])[0]?.['text'])
  return [
    {
      type: 'response.reasoning_summary_part.added',
      data: { summary_index: 0, part: { type: 'summary_text', text: '' } },
    },
    { type: 'response.reasoning_summary_text.delta', data: { summary_index: 0, delta: text } },
  ]
}

function response(reply: ScriptedReply, model: string, status: string, output: readonly JsonObject[]): JsonObject {
  const { input, output: written, cached } = usageOf(reply)
  return {
    id: 'resp_scripted',
    object: 'response',
    created_at: 1_700_000_000,
    model,
    status,
    output,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: written,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: input + written,
    },
  }
}
