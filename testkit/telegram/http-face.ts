// The Bot API's HTTP: paths, tokens, answers as JSON, and every way in which a connection can go wrong on purpose.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer } from './api/run-call.ts'
import { errorAnswer, tooMany } from './api/run-call.ts'
import { textParam } from './api/call.ts'
import type { Params } from './api/call.ts'
import { readBody, readParams } from './api/read-request.ts'
import { badRequest, BotApiError, forbidden } from './world/api-error.ts'
import type { FaultSpec, Faults } from './world/faults.ts'
import type { BotAccount } from './world/model.ts'
import type { World } from './world/world.ts'

type Run = (bot: BotAccount, name: string, params: Params, signal: AbortSignal) => Promise<Answer>

export type HttpFaceDeps = {
  readonly world: World
  readonly faults: Faults
  readonly run: Run
  readonly other?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean
}

export type HttpFace = {
  readonly handle: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>
  /** A call without a connection, recorded like every other. */
  readonly call: Run
}

const MAX_DOWNLOAD = 20 * 1024 * 1024
const NOT_MODIFIED =
  'message is not modified: specified new message content and reply markup are exactly the same as a current content ' +
  'and reply markup of the message'

export function createHttpFace({ world, faults, run, other }: HttpFaceDeps): HttpFace {
  const call: Run = async (bot, name, params, signal) => {
    const at = world.clock.now()
    const answer = await run(bot, name, params, signal)
    record(at, bot, name, params, answer)
    return answer
  }
  const record = (at: number, bot: BotAccount, method: string, params: Params, answer: Answer | string): void => {
    const outcome =
      typeof answer === 'string'
        ? { ok: false as const, error: answer }
        : answer.ok
          ? { ok: true as const, result: answer.result }
          : { ok: false as const, error: answer.description }
    world.emit({ type: 'call', call: { at, botId: bot.id, method, params: params.values, outcome } })
  }

  const answerMethod = async (
    token: string,
    name: string,
    query: URLSearchParams,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> => {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    let params: Params
    try {
      params = await readParams(query, incoming.headers['content-type'] ?? '', await readBody(incoming))
    } catch (error) {
      if (!incoming.complete) return
      return sendAnswer(outgoing, errorAnswer(error))
    }
    const bot = world.botByToken(token)
    if (bot === undefined) return sendAnswer(outgoing, unknownToken(token))
    const chat = textParam(params, 'chat_id')
    const fault = faults.strike({ bot: bot.id, method: name, ...(chat === undefined ? {} : { chat }) })
    if (fault === undefined) return sendAnswer(outgoing, await call(bot, name, params, gone.signal))

    if (fault.kind === 'slow') {
      await new Promise<void>((resolve) => void world.clock.after(fault.ms ?? 1000, resolve))
      return sendAnswer(outgoing, await call(bot, name, params, gone.signal))
    }
    const isDone = fault.kind === 'accept_then_reset' || fault.accepted === true
    if (isDone) await call(bot, name, params, gone.signal)
    const refusal = faultAnswer(fault)
    record(
      world.clock.now(),
      bot,
      name,
      params,
      refusal ?? `fault: ${fault.kind}${isDone ? ', done nevertheless' : ''}`,
    )
    if (refusal !== undefined) return sendAnswer(outgoing, refusal)
    breakConnection(fault, outgoing)
  }

  const handle: HttpFace['handle'] = async (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost')
    const method = /^\/bot([^/]+)\/(\w+)\/?$/u.exec(decodeURI(url.pathname))
    if (method !== null) {
      return await answerMethod(method[1] ?? '', method[2] ?? '', url.searchParams, incoming, outgoing)
    }
    const file = /^\/file\/bot([^/]+)\/(.+)$/u.exec(decodeURI(url.pathname))
    if (file !== null) return sendFile(world, file[1] ?? '', file[2] ?? '', outgoing)
    if (other?.(incoming, outgoing) === true) return
    sendAnswer(outgoing, { ok: false, error_code: 404, description: 'Not Found' })
  }
  return {
    call,
    handle: async (incoming, outgoing) => {
      try {
        await handle(incoming, outgoing)
      } catch (error) {
        // A caller that is gone gets nothing; one that waits learns what the world could not do.
        if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy()
        else sendAnswer(outgoing, errorAnswer(error))
      }
    },
  }
}

function sendAnswer(outgoing: ServerResponse, answer: Answer): void {
  if (outgoing.destroyed) return
  const status = answer.ok ? 200 : answer.error_code
  const retryAfter = answer.ok ? undefined : answer.parameters?.retry_after
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  })
  outgoing.end(JSON.stringify(answer))
}

function sendFile(world: World, token: string, path: string, outgoing: ServerResponse): void {
  if (world.botByToken(token) === undefined) return sendAnswer(outgoing, unknownToken(token))
  const file = world.files.byPath(path)
  if (file === undefined || file.bytes.length > MAX_DOWNLOAD) {
    return sendAnswer(outgoing, { ok: false, error_code: 404, description: 'Not Found' })
  }
  outgoing.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.length })
  outgoing.end(file.bytes)
}

function unknownToken(token: string): Answer {
  const isToken = /^\d+:[\w-]{30,}$/u.test(token)
  return isToken
    ? { ok: false, error_code: 401, description: 'Unauthorized' }
    : { ok: false, error_code: 404, description: 'Not Found' }
}

/** Undefined for the kinds that are no JSON answer. */
function faultAnswer(fault: FaultSpec): Answer | undefined {
  switch (fault.kind) {
    case 'rate_limit':
      return errorAnswer(tooMany(fault.retryAfter ?? 5))
    case 'server_error': {
      const code = fault.code ?? 500
      const names: Readonly<Record<number, string>> = {
        502: 'Bad Gateway',
        503: 'Service Unavailable',
        504: 'Gateway Timeout',
      }
      return errorAnswer(new BotApiError(code, names[code] ?? 'Internal Server Error'))
    }
    case 'unauthorized':
      return errorAnswer(new BotApiError(401, 'Unauthorized'))
    case 'blocked':
      return errorAnswer(forbidden('bot was blocked by the user'))
    case 'not_modified':
      return errorAnswer(badRequest(NOT_MODIFIED))
    case 'thread_not_found':
      return errorAnswer(badRequest('message thread not found'))
    case 'chat_not_found':
      return errorAnswer(badRequest('chat not found'))
    default:
      return undefined
  }
}

function breakConnection(fault: FaultSpec, outgoing: ServerResponse): void {
  switch (fault.kind) {
    case 'bad_gateway_html':
      outgoing.writeHead(502, { 'content-type': 'text/html' })
      outgoing.end('<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>')
      return
    case 'invalid_json':
      outgoing.writeHead(200, { 'content-type': 'application/json' })
      outgoing.end('{"ok":true,"result":{"message_id":')
      return
    case 'hang':
      return
    default:
      outgoing.socket?.resetAndDestroy()
  }
}
