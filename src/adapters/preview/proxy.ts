// Carries one request or WebSocket to a program behind a unix socket and back. The program is hostile: whatever it
// sends, or doesn't, ends in a response or a closed connection.
import { request as startRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { Duplex } from 'node:stream'
import { requestHeaders, responseHeaders } from './header-rules.ts'
import type { Forwarded, ResponseRules } from './header-rules.ts'

export type Target = { readonly socketPath: string; readonly path: string }

/** Until the app begins to answer; afterwards it may take its time (events, long downloads). */
const ANSWER_MS = 60_000
const MAX_HEADER_BYTES = 32_768

export const NO_PREVIEW = 'There is no preview at this address (any more).\n'
const NOT_REACHED = 'The app behind this preview does not answer on its port.\n'
const NONSENSE = 'The app behind this preview answered with something that is not HTTP.\n'
const TOO_SLOW = 'The app behind this preview took too long to answer.\n'

export function forwardRequest(
  target: Target,
  request: IncomingMessage,
  response: ServerResponse,
  from: Forwarded,
  rules: ResponseRules,
): void {
  // An app that is told to close does so while the rest of a body still comes in, and its answer is lost with it.
  const headers = { ...requestHeaders(request.headers, from), connection: 'keep-alive' }
  const upstream = begin(target, request, headers)
  let answered = false
  const fail = (status: number, text: string) => {
    upstream.destroy()
    // Once the answer has begun its own end tells how it went; a failure to send the rest of the body does not.
    if (!answered && !response.headersSent) sendPage(response, status, text)
  }
  const late = setTimeout(() => fail(504, TOO_SLOW), ANSWER_MS)
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    if (!answered) fail(502, reason(error))
  })
  upstream.on('close', () => clearTimeout(late))
  upstream.on('response', (answer) => {
    clearTimeout(late)
    answered = true
    try {
      response.writeHead(answer.statusCode ?? 502, responseHeaders(answer.headers, rules))
    } catch {
      answer.resume()
      upstream.destroy()
      return sendPage(response, 502, NONSENSE)
    }
    pipeline(answer, response, () => {
      upstream.destroy()
      // What the app did not want to read.
      request.unpipe(upstream)
      request.resume()
    })
  })
  // A switch of protocols that nobody asked for.
  upstream.on('upgrade', (_answer, socket) => {
    socket.destroy()
    fail(502, NONSENSE)
  })
  response.on('close', () => upstream.destroy())
  request.on('error', () => upstream.destroy())
  request.pipe(upstream)
}

export function forwardUpgrade(
  target: Target,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  from: Forwarded,
  rules: ResponseRules,
): void {
  const headers = { ...requestHeaders(request.headers, from), connection: 'Upgrade', upgrade: 'websocket' }
  const upstream = begin(target, request, headers)
  const refuse = (status: number, text: string) => {
    upstream.destroy()
    endRaw(socket, status, text)
  }
  const late = setTimeout(() => refuse(504, TOO_SLOW), ANSWER_MS)
  upstream.on('close', () => clearTimeout(late))
  upstream.on('error', (error: NodeJS.ErrnoException) => refuse(502, reason(error)))
  upstream.on('response', (answer) => {
    answer.resume()
    const { statusCode = 502 } = answer
    refuse(
      statusCode >= 200 && statusCode <= 599 ? statusCode : 502,
      'The app behind this preview takes no WebSocket here.\n',
    )
  })
  upstream.on('upgrade', (answer, inner, innerHead) => {
    clearTimeout(late)
    const passed = { ...responseHeaders(answer.headers, rules), connection: 'Upgrade', upgrade: 'websocket' }
    socket.write(headText(101, passed))
    if (innerHead.length > 0) socket.write(innerHead)
    if (head.length > 0) inner.write(head)
    inner.on('error', () => socket.destroy())
    inner.on('close', () => socket.destroy())
    socket.on('close', () => inner.destroy())
    socket.pipe(inner).pipe(socket)
  })
  socket.on('error', () => upstream.destroy())
  socket.on('close', () => upstream.destroy())
  upstream.end()
}

/** One sentence for whoever looks at it. */
export function sendPage(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...pageHeaders(text), connection: 'close' }).end(text)
}

export function endRaw(socket: Duplex, status: number, text: string): void {
  if (socket.writable) socket.end(headText(status, { ...pageHeaders(text), connection: 'close' }) + text)
  else socket.destroy()
}

function begin(target: Target, request: IncomingMessage, headers: OutgoingHttpHeaders) {
  return startRequest({
    socketPath: target.socketPath,
    path: target.path,
    method: request.method ?? 'GET',
    headers,
    agent: false,
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
  })
}

function reason(error: NodeJS.ErrnoException): string {
  return error.code?.startsWith('HPE_') === true ? NONSENSE : NOT_REACHED
}

function pageHeaders(text: string) {
  return {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
  }
}

function headText(status: number, headers: OutgoingHttpHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${one}`),
  )
  return [`HTTP/1.1 ${status} ${status === 101 ? 'Switching Protocols' : 'Preview'}`, ...lines, '', ''].join('\r\n')
}
