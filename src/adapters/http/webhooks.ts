// Takes what chat interfaces bring to us, answering only once it is durable. Beside the operations, not among them: each message
// of everybody passes here, and Telegram is no caller of the API.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '../../core/vocabulary/json.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { hostProblem } from './origins.ts'
import { NOT_FOUND, problem, problemHeaders, problemToJson } from './problem.ts'
import type { Problem } from './problem.ts'

const ADDRESS = /^\/telegram\/([^/?#]+)(?:[?#]|$)/
const SECRET_HEADER = 'x-telegram-bot-api-secret-token'
const RETRY_SECONDS = '5'

export type WebhookRoute = {
  /** False: not a webhook's address, handle it yourself. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => boolean
}

export function createWebhookRoute(deps: HttpDeps, config: HttpConfig): WebhookRoute {
  async function answer(request: IncomingMessage, opaque: string): Promise<Problem | null> {
    const misdirected = hostProblem(config, request.headers.host ?? null)
    if (misdirected !== null) return misdirected
    if (request.method !== 'POST') {
      return problem(405, 'method_not_allowed', 'A webhook takes POST.', { headers: { allow: 'POST' } })
    }
    const { webhooks } = deps
    const secret = request.headers[SECRET_HEADER]
    if (webhooks === null || !webhooks.knows(opaque)) return NOT_FOUND
    const update = await readUpdate(request, config.limits.jsonBytes)
    if (update === 'too_large') return problem(413, 'too_large', 'An update has at most a megabyte.')
    if (update === null) return problem(400, 'invalid_request', 'The body is no update: JSON with an update_id.')
    const outcome = await webhooks.receive(opaque, typeof secret === 'string' ? secret : null, update)
    if (outcome === 'accepted') return null
    return outcome === 'unknown' ? NOT_FOUND : problem(401, 'wrong_secret', "The secret is not this bot's.")
  }

  return {
    handle: (request, response) => {
      const opaque = ADDRESS.exec(request.url ?? '')?.[1]
      if (opaque === undefined) return false
      const began = performance.now()
      answer(request, opaque)
        .catch((error: unknown) => {
          deps.telemetry.log('error', 'An update could not be recorded', { error: String(error) })
          return problem(503, 'store_unavailable', 'The update could not be recorded; bring it again.', {
            headers: { 'retry-after': RETRY_SECONDS },
          })
        })
        .then((refused) => {
          if (refused === null) response.writeHead(200, { 'content-length': 0 }).end()
          else response.writeHead(refused.status, { ...problemHeaders(refused) }).end(problemToJson(refused))
          // What is left of a body that nobody wants must not stand before the next request on this connection.
          if (refused !== null && !request.complete) request.destroy()
          deps.telemetry.time('http_request_seconds', (performance.now() - began) / 1_000, {
            method: 'POST',
            route: '/telegram/{opaque}',
            status: refused === null ? '2xx' : `${Math.floor(refused.status / 100)}xx`,
          })
        })
        .catch(() => response.destroy())
      return true
    },
  }
}

/**
 * Null also where it broke off, or took longer than the server waits: nobody hears the answer then. By events, because each
 * message of everybody passes here, and iterating over the request costs as much as all the rest of the taking.
 */
function readUpdate(request: IncomingMessage, limit: number): Promise<JsonObject | 'too_large' | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (bytes: Buffer) => {
      size += bytes.length
      if (size <= limit) return void chunks.push(bytes)
      chunks.length = 0
      request.pause()
      resolve('too_large')
    })
    request.once('end', () => resolve(bytesToUpdate(chunks)))
    request.once('error', () => resolve(null))
    request.once('close', () => resolve(null))
  })
}

function bytesToUpdate(chunks: readonly Buffer[]): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    return isUpdate(parsed) ? parsed : null
  } catch {
    return null
  }
}

function isUpdate(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || !('update_id' in value)) return false
  return Number.isSafeInteger(value.update_id) && Number(value.update_id) >= 0
}
