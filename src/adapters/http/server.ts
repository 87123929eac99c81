// The server itself: sockets, time limits, and a stop that does not wait for anybody for long.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createApp } from './app.ts'
import { createCredentialCheck } from './credential-check.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { problem, problemHeaders, problemToJson, problemToResponse } from './problem.ts'
import type { Problem } from './problem.ts'
import { createSockets } from './sockets.ts'
import { secretProblem } from './tokens.ts'
import { createWebhookRoute } from './webhooks.ts'

export type HttpServer = {
  /** Resolves once it listens. Rejects with one clear sentence when the address is taken or not this machine's, or the secret is unsafe. */
  readonly listen: () => Promise<void>
  /** Where it listens; the public URL where there is one. Throws before `listen`. */
  readonly url: () => string
  /** The port that it got. Throws before `listen`. */
  readonly port: () => number
  /** Finishes what runs for at most half a second, then cuts. Idempotent. */
  readonly close: () => Promise<void>
}

const HEADERS_MS = 10_000
const REQUEST_MS = 120_000
const IDLE_MS = 10_000
const GRACE_MS = 500
/** Methods that no route takes and that the Request class cannot hold. */
const FOREIGN = new Set(['TRACE', 'TRACK', 'CONNECT'])

export function createHttpServer(deps: HttpDeps, config: HttpConfig): HttpServer {
  const check = createCredentialCheck(deps, config.owners)
  const app = createApp(deps, config, check)
  const sockets = createSockets(deps, config, check)
  const webhooks = createWebhookRoute(deps, config)
  const answer = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      deps.telemetry.log('debug', 'A request could not be read', { error: String(error) })
      return problemToResponse(problem(400, 'bad_request', 'The request could not be read.'))
    },
  })
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16_384,
      // Other upgrades (h2c) are ignored, as RFC 9110 section 7.8 allows: the request is answered as it is.
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    onRequest,
  )
  server.maxHeadersCount = 100
  server.on('upgrade', (request, socket, head) => {
    if (deps.previewHosts?.handleHostUpgrade(request, socket, head) !== true) {
      sockets.handleUpgrade(request, socket, head)
    }
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    const large = error.code === 'HPE_HEADER_OVERFLOW'
    const it = late
      ? problem(408, 'request_timeout', 'The request took too long to arrive.')
      : large
        ? problem(431, 'headers_too_large', 'The headers are too large.')
        : problem(400, 'bad_request', 'This is not a valid HTTP request.')
    socket.end(rawResponse(it))
  })

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (deps.previewHosts?.handleHost(request, response) === true) return
    if (webhooks.handle(request, response)) return
    if (FOREIGN.has(request.method ?? '')) {
      const it = problem(405, 'method_not_allowed', `${request.method} is not for this server.`)
      response
        .writeHead(it.status, { ...problemHeaders(it), allow: 'GET, HEAD, POST, PUT, DELETE' })
        .end(problemToJson(it))
      return
    }
    answer(request, response).catch((error: unknown) => {
      deps.telemetry.log('error', 'A response failed', { error: String(error) })
      response.destroy()
    })
  }

  function port(): number {
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('The server does not listen yet')
    return address.port
  }

  let closing: Promise<void> | null = null
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })

  return {
    listen: async () => {
      const unsafe = secretProblem((await config.keyring()).current.secret)
      if (unsafe !== null) throw new Error(unsafe)
      await new Promise<void>((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(config, error)))
        server.listen({ host: config.host, port: config.port }, () => resolve())
      })
    },
    port,
    url: () => config.publicUrl?.replace(/\/$/, '') ?? `http://${browsable(config.host)}:${port()}`,
    close: () => {
      closing ??= new Promise((resolve) => {
        sockets.close()
        check.close()
        const cut = setTimeout(() => {
          // Upgraded connections are no longer the HTTP server's own.
          for (const socket of connections) socket.destroy()
        }, GRACE_MS)
        server.close(() => {
          clearTimeout(cut)
          resolve()
        })
        server.closeIdleConnections()
      })
      return closing
    },
  }
}

function rawResponse(it: Problem): string {
  const body = problemToJson(it)
  const headers = { ...problemHeaders(it), 'content-length': Buffer.byteLength(body), connection: 'close' }
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`)
  return [`HTTP/1.1 ${it.status} Bad`, ...lines, '', body].join('\r\n')
}

/** An address to type into a browser for an address to bind. */
function browsable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function listenError(config: HttpConfig, error: NodeJS.ErrnoException): Error {
  const where = `${config.host}:${config.port}`
  if (error.code === 'EADDRINUSE') {
    return new Error(`${where} is taken by another program; set HTTP_PORT to a free port.`, { cause: error })
  }
  if (error.code === 'EACCES') {
    return new Error(`${where} needs more rights; set HTTP_PORT to a port above 1023.`, { cause: error })
  }
  return new Error(`The server cannot listen on ${where}: ${error.message}`, { cause: error })
}
