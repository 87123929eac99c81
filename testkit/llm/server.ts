// A scripted model server on loopback that speaks the wire protocols of providers, with streaming: a provider without the provider.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { JsonObject, JsonValue } from '../../src/core/vocabulary/json.ts'
import { anthropicWire } from './anthropic.ts'
import { geminiEmbeddingsWire, openAiEmbeddingsWire } from './embeddings.ts'
import { geminiWire } from './gemini.ts'
import { inputsIn, mediaIn, multipartBody } from './media.ts'
import { openAiChatWire } from './openai-chat.ts'
import { openAiResponsesWire } from './openai-responses.ts'
import { standingAnswer } from './standing-answers.ts'
import { openAiTranscriptionWire } from './transcription.ts'
import type { Frame, LlmRequest, ScriptedFault, ScriptedReply, ScriptedTurn, Wire } from './turn.ts'
import { allText, isObject, shaped } from './turn.ts'

export type ScriptedLlm = {
  /** `http://127.0.0.1:port`, without a version: add `/v1` or `/v1beta` as the client wants it. */
  readonly url: string
  /** Every request, in the order of arrival, the refused ones too; without those that have a standing answer. */
  readonly requests: readonly LlmRequest[]
  readonly close: () => Promise<void>
}

export type ScriptedLlmOptions = {
  /** One turn per request; when they are used up, requests get 500 with a message that says so. */
  readonly script?: readonly ScriptedTurn[]
  /** Decides on each request instead of `script`. */
  readonly respond?: (request: LlmRequest, number: number) => ScriptedTurn | Promise<ScriptedTurn>
  /** Asked first, and uses up no turn: null leaves the request to `script` or `respond`. As in standing-answers.ts where it is missing. */
  readonly standing?: (request: LlmRequest) => ScriptedTurn | null
  readonly port?: number
}

const WIRES: readonly Wire[] = [
  anthropicWire,
  openAiChatWire,
  openAiResponsesWire,
  geminiWire,
  openAiTranscriptionWire,
  openAiEmbeddingsWire,
  geminiEmbeddingsWire,
]

export async function createScriptedLlm(options: ScriptedLlmOptions = {}): Promise<ScriptedLlm> {
  const requests: LlmRequest[] = []
  const stopping = new AbortController()
  const nextTurn = async (request: LlmRequest): Promise<ScriptedTurn> => {
    const standing = (options.standing ?? standingAnswer)(request)
    if (standing !== null) return standing
    const number = requests.push(request)
    if (options.respond !== undefined) return await options.respond(request, number)
    const message = `The script has ${options.script?.length ?? 0} turns, and this is request ${number}.`
    return options.script?.[number - 1] ?? { fault: 'status', status: 500, message }
  }
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, nextTurn, stopping.signal).catch(() => outgoing.destroy())
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: async () => {
      stopping.abort()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  nextTurn: (request: LlmRequest) => Promise<ScriptedTurn>,
  signal: AbortSignal,
): Promise<void> {
  const path = (incoming.url ?? '/').split('?')[0] ?? '/'
  const body = await readBody(incoming)
  if (body === null) return sendJson(outgoing, 400, { error: { message: 'The body is not an object.' } })
  for (const wire of WIRES) {
    const match = wire.match(path, body)
    if (match === null) continue
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
    const request: LlmRequest = {
      wire: wire.name,
      path,
      headers,
      ...match,
      ...wire.read(body),
      text: allText(body),
      media: mediaIn(body),
      inputs: inputsIn(body),
      body,
    }
    const turn = await nextTurn(request)
    return 'fault' in turn
      ? await sendFault(outgoing, wire, request, turn, signal)
      : await sendReply(outgoing, wire, request, turn, signal)
  }
  sendJson(outgoing, 404, { error: { message: `No protocol of this server has the path ${path}.` } })
}

async function sendReply(
  outgoing: ServerResponse,
  wire: Wire,
  request: LlmRequest,
  reply: ScriptedReply,
  signal: AbortSignal,
  everyMs = 0,
): Promise<void> {
  if (reply.delayMs !== undefined) await sleep(reply.delayMs, undefined, { signal })
  const shapedReply = shaped(reply, request)
  if (!request.stream) return sendJson(outgoing, 200, wire.whole(shapedReply, request.model, request))
  openStream(outgoing)
  for (const frame of wire.frames(shapedReply, request.model)) {
    if (everyMs > 0) await sleep(everyMs, undefined, { signal })
    outgoing.write(encoded(frame))
  }
  outgoing.end()
}

async function sendFault(
  outgoing: ServerResponse,
  wire: Wire,
  request: LlmRequest,
  fault: ScriptedFault,
  signal: AbortSignal,
): Promise<void> {
  switch (fault.fault) {
    case 'status': {
      const retryAfter = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }
      return sendJson(
        outgoing,
        fault.status,
        wire.error(fault.status, fault.message ?? `scripted ${fault.status}`),
        retryAfter,
      )
    }
    case 'cut': {
      await sendPart(outgoing, wire, request, fault)
      if (fault.how === 'end') outgoing.end()
      // The part must have left before the connection is reset, or the client never sees it.
      else await sleep(20, undefined, { signal }).finally(() => outgoing.socket?.resetAndDestroy())
      return
    }
    case 'malformed':
      await sendPart(outgoing, wire, request, fault)
      outgoing.end('data: {"this is": not json\n\n')
      return
    case 'error_frame':
      await sendPart(outgoing, wire, request, fault)
      outgoing.end(encoded(wire.errorFrame))
      return
    case 'hang':
      if (fault.headers) openStream(outgoing)
      return
    case 'drip':
      return await sendReply(outgoing, wire, request, fault.reply, signal, fault.everyMs)
    case 'empty':
      return await sendReply(outgoing, wire, request, {}, signal)
    case 'wrong_content_type':
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      outgoing.end('<!doctype html><title>Sign in to the network</title>')
      return
  }
}

/** The frames up to the first content, or with it. */
async function sendPart(
  outgoing: ServerResponse,
  wire: Wire,
  request: LlmRequest,
  { when, reply }: { readonly when: 'before_content' | 'after_content'; readonly reply: ScriptedReply },
): Promise<void> {
  openStream(outgoing)
  const frames = wire.frames(shaped(reply, request), request.model)
  const first = frames.findIndex(({ content }) => content)
  const part = frames.slice(0, when === 'before_content' ? Math.max(first, 0) : first + 1)
  for (const frame of part) outgoing.write(encoded(frame))
}

function openStream(outgoing: ServerResponse): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  outgoing.flushHeaders()
}

function encoded(frame: Frame): string {
  return `${frame.event === undefined ? '' : `event: ${frame.event}\n`}data: ${frame.data}\n\n`
}

function sendJson(
  outgoing: ServerResponse,
  status: number,
  body: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers })
  outgoing.end(JSON.stringify(body))
}

async function readBody(incoming: IncomingMessage): Promise<JsonObject | null> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk))
  const type = incoming.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return await multipartBody(Buffer.concat(chunks), type)
  try {
    const body: JsonValue = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}')
    return isObject(body) ? body : null
  } catch {
    return null
  }
}

const HELP = `node testkit/llm/server.ts [--port 8011] [--script turns.json]

Serves scripted model turns on 127.0.0.1 in the protocols of providers:
  POST /v1/messages                                 Anthropic
  POST /v1/chat/completions                         OpenAI chat completions
  POST /v1/responses                                OpenAI Responses
  POST /v1beta/models/MODEL:streamGenerateContent   Gemini (and :generateContent)
  POST /v1/audio/transcriptions                     OpenAI transcription
  POST /v1/embeddings                               OpenAI embeddings
  POST /v1beta/models/MODEL:batchEmbedContents      Gemini embeddings (and :embedContent)

--script  a JSON file with a list of turns (see README.md), one per request.
          Without it every request is answered with what it asked last.`

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8011' },
      script: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) console.log(HELP)
  else {
    const script =
      values.script === undefined
        ? null
        : (JSON.parse(await readFile(values.script, 'utf8')) as readonly ScriptedTurn[])
    const echo = (request: LlmRequest): ScriptedTurn => ({ text: `You said: ${request.text.split('\n').at(-1) ?? ''}` })
    const llm = await createScriptedLlm({
      port: Number(values.port),
      ...(script === null ? { respond: echo } : { script }),
    })
    console.log(`Scripted models on ${llm.url}`)
  }
}
