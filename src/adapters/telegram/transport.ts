// How requests travel to a Bot API server: unlike fetch it can say whether a failed request had left this machine.
import { request as httpRequest, Agent as HttpAgent } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import { METHOD_NOT_FOUND, namesUnknownMethod } from './unknown-method.ts'

/** What grammY passes to a fetch function, as far as it is used. */
export type TransportRequest = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Readable
  readonly signal: {
    readonly aborted: boolean
    addEventListener(type: 'abort', listener: () => void): void
    removeEventListener(type: 'abort', listener: () => void): void
  }
}
/** Resolves once the whole answer is here, and only if a Bot API server gave it. Rejects with a TransportError alone. */
export type Transport = (
  url: string | URL,
  request: TransportRequest,
) => Promise<{ readonly json: () => Promise<unknown> }>

/** No Bot API server answered. Its message never holds the address, which holds the token. */
export class TransportError extends Error {
  /** False: the connection was never made, so nobody can have acted on the request. */
  readonly left: boolean
  /** The HTTP status of an answer that no Bot API server gives, e.g. a gateway's page. */
  readonly status: number | null
  constructor(reason: string, left: boolean, status: number | null) {
    super(reason)
    this.name = 'TransportError'
    this.left = left
    this.status = status
  }
}

const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024
/** Shorter than any server's, so that a request seldom meets a connection that is being closed. */
const IDLE_CONNECTION_MS = 15_000
const agentOptions = { keepAlive: true, timeout: IDLE_CONNECTION_MS, scheduling: 'lifo' } as const
const plain = new HttpAgent(agentOptions)
const secure = new HttpsAgent(agentOptions)

/** Over HTTP/1.1 with connections that all transports of the process share. Follows no redirects: one would get the token. */
export function createTransport(): Transport {
  return async (url, request) => {
    const answer = await exchange(url, request)
    return { json: async () => answer }
  }
}

function exchange(url: string | URL, { method, headers, body, signal }: TransportRequest): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let left = false
    const fail = (reason: string, status: number | null = null) => {
      signal.removeEventListener('abort', stop)
      reject(new TransportError(reason, left, status))
      outgoing?.destroy()
    }
    const stop = () => fail('no answer in time')
    const outgoing = open(url, method, headers, typeof body === 'string' ? Buffer.byteLength(body) : null)
    if (outgoing === null) return fail('the address of the server is not valid')
    if (signal.aborted) return fail('stopped before it began')
    signal.addEventListener('abort', stop)
    outgoing.on('socket', (socket) => {
      // A socket that is not connecting was used before, and the request is written to it at once.
      if (!socket.connecting) left = true
      else socket.once(outgoing.protocol === 'https:' ? 'secureConnect' : 'connect', () => (left = true))
    })
    outgoing.on('error', (error) => fail(reasonOf(error)))
    outgoing.on('response', (response) => {
      readAnswer(response, methodOf(url)).then((answer) => {
        signal.removeEventListener('abort', stop)
        if (typeof answer === 'string') fail(answer, response.statusCode ?? null)
        else resolve(answer)
      }, reject)
    })
    if (typeof body === 'string') outgoing.end(body)
    else body.on('error', (error) => fail(reasonOf(error))).pipe(outgoing)
  })
}

function open(url: string | URL, method: string, headers: Readonly<Record<string, string>>, bytes: number | null) {
  try {
    const target = new URL(url)
    const isSecure = target.protocol === 'https:'
    return (isSecure ? httpsRequest : httpRequest)(target, {
      method,
      headers: bytes === null ? headers : { ...headers, 'content-length': bytes },
      agent: isSecure ? secure : plain,
    })
  } catch {
    // Node's errors about bad addresses quote them.
    return null
  }
}

/** The parsed answer, or why it is none. */
async function readAnswer(response: IncomingMessage, method: string): Promise<object | string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > LARGEST_ANSWER_BYTES) return 'the answer is too long'
      chunks.push(chunk)
    }
  } catch (error) {
    return `the answer broke off: ${reasonOf(error)}`
  }
  const status = response.statusCode ?? 0
  try {
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    if (typeof answer === 'object' && answer !== null && 'ok' in answer && typeof answer.ok === 'boolean')
      return answer.ok || 'error_code' in answer ? answer : { ...answer, error_code: status, description: '' }
    if (status >= 400 && namesUnknownMethod(method, answer)) return METHOD_NOT_FOUND
  } catch {
    // Not JSON is told below, together with JSON of somebody else.
  }
  return `HTTP ${status}, and no answer of a Bot API server`
}

/** The last part of the address. */
function methodOf(url: string | URL): string {
  return String(url).split(/[?#]/, 1)[0]?.split('/').at(-1) ?? ''
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
