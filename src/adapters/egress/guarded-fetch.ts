// The platform's own requests to hosts that people name: to checked addresses alone, without redirects, and never more than is read.
import http from 'node:http'
import net from 'node:net'
import { connect as connectTls, getCACertificates } from 'node:tls'
import type { GuardedFetch, HostAnswer } from '../../core/ports/code-host.ts'
import { createReach, dialDirectly, resolveBySystem } from './reach.ts'
import type { Dial, Resolve } from './reach.ts'

type Options = {
  readonly resolve?: Resolve
  readonly dial?: Dial
  /** PEM; what node and the system trust where nothing is given. */
  readonly upstreamCa?: readonly string[]
  /** Until there is an answer, all of it. */
  readonly timeoutMs?: number
  readonly bodyBytes?: number
}

const TIMEOUT_MS = 20_000
const CONNECT_MS = 10_000
const BODY_BYTES = 2_000_000

export function createGuardedFetch(options: Options = {}): GuardedFetch {
  const { timeoutMs = TIMEOUT_MS, bodyBytes = BODY_BYTES } = options
  const reach = createReach(
    options.resolve ?? resolveBySystem,
    options.dial ?? dialDirectly,
    Math.min(CONNECT_MS, timeoutMs),
  )
  const trusted = () => [
    ...(options.upstreamCa ?? new Set([...getCACertificates('default'), ...getCACertificates('system')])),
  ]

  return async ({ url, method, headers, body, allowPrivate }, signal) => {
    const { hostname, port, protocol, pathname, search, host: authority } = new URL(url)
    const isSecure = protocol === 'https:'
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
    const target = { host, port: port === '' ? (isSecure ? 443 : 80) : Number(port) }
    const late = AbortSignal.timeout(timeoutMs)
    const ends = AbortSignal.any([signal, late])
    const checked = await reach.check(target, allowPrivate)
    signal.throwIfAborted()
    if (checked.type !== 'checked') return { type: 'unreachable', why: checked.why }
    const reached = await reach.connect(checked.addresses, target.port)
    if (reached.type === 'unreachable') return { type: 'unreachable', why: reached.why }
    const { socket } = reached
    const stop = (): void => void socket.destroy()
    ends.addEventListener('abort', stop, { once: true })
    try {
      ends.throwIfAborted()
      const over = isSecure ? await secured(socket, host, trusted()) : socket
      return await exchange(
        over,
        { method, path: pathname + search, headers: { ...headers, host: authority }, body },
        bodyBytes,
      )
    } catch (error) {
      signal.throwIfAborted()
      return { type: 'unreachable', why: late.aborted ? 'it did not answer in time' : whyOf(error) }
    } finally {
      ends.removeEventListener('abort', stop)
      socket.destroy()
    }
  }
}

function secured(socket: net.Socket, host: string, ca: readonly string[]): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      ...(net.isIP(host) === 0 ? { servername: host } : { host }),
      ca: [...ca],
      ALPNProtocols: ['http/1.1'],
      minVersion: 'TLSv1.2',
    })
    secure.once('error', reject)
    secure.once('close', () => reject(new Error('it hung up')))
    secure.once('secureConnect', () => {
      secure.on('error', () => secure.destroy())
      resolve(secure)
    })
  })
}

type Exchange = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

function exchange(socket: net.Socket, sent: Exchange, most: number): Promise<HostAnswer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = sent
    const bytes = body === null ? null : Buffer.from(body)
    const length = bytes === null ? {} : { 'content-length': String(bytes.length) }
    const request = http.request({
      createConnection: () => socket,
      method,
      path,
      headers: { ...headers, ...length, 'accept-encoding': 'identity', connection: 'close' },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const pieces: Buffer[] = []
      let size = 0
      response.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > most) reject(new Error('its answer is too long'))
        else pieces.push(piece)
      })
      response.on('error', reject)
      response.on('aborted', () => reject(new Error('it hung up')))
      response.on('end', () =>
        resolve({ type: 'answered', status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString('utf8') }),
      )
    })
    request.end(bytes ?? undefined)
  })
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it broke off'
  return 'code' in error ? `it broke off (${String(error.code)})` : error.message
}
