// How the proxy says no: one plain sentence that a person reads in the output of whatever program was refused.
import type http from 'node:http'
import type { Duplex } from 'node:stream'

export type Refusal = { readonly status: 400 | 403 | 501 | 502 | 503; readonly sentence: string }

const REASONS = {
  400: 'Bad Request',
  403: 'Forbidden',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const
const LONGEST_REASON = 300
const LINGER_MS = 2_000

/** As the answer to a CONNECT, or on a connection that speaks HTTP but has no response object. Ends it. */
export function refuseRaw(socket: Duplex, refusal: Refusal): void {
  const body = `${refusal.sentence}\n`
  const lines = [
    `HTTP/1.1 ${refusal.status} ${reasonOf(refusal)}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
  // What the other side still says is read, or the answer might be lost with it; but not for ever.
  socket.resume()
  const late = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(late))
}

/** Nothing happens when the answer has begun already: then the connection is cut, so that nobody takes it for whole. */
export function refuse(request: http.IncomingMessage, response: http.ServerResponse, refusal: Refusal): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = `${refusal.sentence}\n`
  response.writeHead(refusal.status, reasonOf(refusal), {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  response.end(body)
  request.resume()
}

/** Many programs show this line alone of a proxy's refusal. */
function reasonOf({ status, sentence }: Refusal): string {
  return `${REASONS[status]}: ${sentence}`.replace(/[^\x20-\x7e]/g, '?').slice(0, LONGEST_REASON)
}
