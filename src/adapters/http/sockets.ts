// WebSockets: the same checks as for requests before the upgrade, and a connection that cannot hurt the process after it.
import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { authenticate, isStillGood, maySee } from './authenticate.ts'
import type { Caller, Claimed } from './authenticate.ts'
import type { CredentialCheck } from './credential-check.ts'
import type { HttpConfig, HttpDeps } from './deps.ts'
import { sendHints } from './list-stream.ts'
import { findTask, scopeProblem } from './operation.ts'
import { hostProblem } from './origins.ts'
import { invalidField, isProblem, NO_SUCH_TASK, NOT_FOUND, problem, problemHeaders, problemToJson } from './problem.ts'
import type { Problem } from './problem.ts'
import { sendEvents } from './task-stream.ts'

/** Nothing is expected from the other side but pings and a close. */
const MAX_FRAME = 4_096
const MAX_IDLE_FRAMES = 100
const MAX_TIMER_MS = 2 ** 31 - 1
const TASK_STREAM = /^\/(?:v1\/tasks|tasks|v1\/jobs)\/([^/]+)\/stream\/?$/

export type Sockets = {
  readonly handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Says goodbye to everybody; those who don't answer are cut when the server closes. */
  readonly close: () => void
}

type Stream = (socket: WebSocket, signal: AbortSignal) => Promise<void>
type Opened = { readonly caller: Caller; readonly stream: Stream }

/** How long a lost signal of a revocation may keep a connection open. */
const RECHECK_MS = 1_000

export function createSockets(deps: HttpDeps, config: HttpConfig, check: CredentialCheck): Sockets {
  const auth = { clock: deps.clock, check }
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
    // One that is not a secret goes back, where the client offers one.
    handleProtocols: (offered) => [...offered].find((it) => !it.startsWith('bearer.')) ?? [...offered][0] ?? false,
  })
  // What is no proper handshake is refused by ws itself, with a plain 400.
  server.on('wsClientError', (_error, socket) => socket.destroy())

  async function open(request: IncomingMessage): Promise<Opened | Problem> {
    const claimed = claimedBy(request)
    const misdirected = hostProblem(config, claimed.host)
    if (misdirected !== null) return misdirected
    const url = URL.parse(request.url ?? '', 'http://localhost')
    if (url === null) return problem(400, 'bad_address', 'The address is not valid.')
    const taskId = TASK_STREAM.exec(url.pathname)?.[1]
    const hints = /^\/v1\/stream\/?$/.test(url.pathname)
    if (taskId === undefined && !hints) return NOT_FOUND
    if (request.method !== 'GET') return problem(405, 'method_not_allowed', 'A WebSocket is opened with GET.')
    const caller = await authenticate(auth, config, claimed)
    if (isProblem(caller)) return caller
    if (!caller.principal.scopes.includes('tasks:read')) return scopeProblem('tasks:read')
    if (server.clients.size >= config.limits.sockets) {
      return problem(503, 'too_many_sockets', 'Too many WebSockets are open; try again later.')
    }
    if (taskId === undefined) {
      return { caller, stream: (socket, signal) => sendHints(deps, config, caller.principal, socket, signal) }
    }
    const task = await findTask(deps, taskId)
    if (task === null || !maySee(caller.principal, task)) return NO_SUCH_TASK
    const after = Number(url.searchParams.get('after') ?? 0)
    if (!Number.isSafeInteger(after) || after < 0) return invalidField('after', 'give the number of an event, or 0')
    return { caller, stream: (socket, signal) => sendEvents(deps, task.id, after, socket, signal) }
  }

  function serve(socket: WebSocket, opened: Opened): void {
    const gone = new AbortController()
    let heard = true
    let frames = 0
    const alive = setInterval(() => {
      if (!heard) return socket.terminate()
      heard = false
      socket.ping()
    }, config.limits.pingMs)
    const lifetime = opened.caller.expiresAt.getTime() - deps.clock.now().getTime()
    const expiry = setTimeout(
      () => socket.close(1008, 'the credential has expired'),
      Math.max(0, Math.min(lifetime, MAX_TIMER_MS)),
    )
    const cutOff = () => socket.close(1008, 'the credential is not good any more')
    const stopHearing = check.onRevoked(opened.caller.credentialId, cutOff)
    let looking = false
    const recheck = setInterval(() => {
      if (looking) return
      looking = true
      isStillGood(auth, opened.caller)
        .then(
          (good) => good || cutOff(),
          // Where nobody can say that it is good, it counts for nothing.
          () => socket.close(1011, 'the credential could not be looked at'),
        )
        .finally(() => {
          looking = false
        })
    }, RECHECK_MS)
    socket.on('pong', () => {
      heard = true
    })
    socket.on('message', () => {
      frames += 1
      if (frames > MAX_IDLE_FRAMES) socket.close(1008, 'nothing is expected here')
    })
    // A malformed or oversized frame: ws closes the connection by itself with the right code.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(alive)
      clearTimeout(expiry)
      clearInterval(recheck)
      stopHearing()
      gone.abort()
    })
    opened.stream(socket, gone.signal).then(
      () => socket.close(1000),
      (error: unknown) => {
        deps.telemetry.log('error', 'A stream failed', { error: String(error) })
        socket.close(1011, 'something broke here')
      },
    )
  }

  async function answer(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const opened = await open(request)
    if (isProblem(opened)) return refuse(socket, opened)
    if (socket.destroyed) return
    server.handleUpgrade(request, socket, head, (websocket) => serve(websocket, opened))
  }

  return {
    handleUpgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy())
      answer(request, socket, head).catch((error: unknown) => {
        deps.telemetry.log('error', 'An upgrade failed', { error: String(error) })
        refuse(socket, problem(500, 'internal', 'Something broke here; the log of the platform says what.'))
      })
    },
    close: () => {
      for (const socket of server.clients) socket.close(1001, 'the platform is stopping')
    },
  }
}

function claimedBy(request: IncomingMessage): Claimed {
  const one = (header: string | string[] | undefined) => (typeof header === 'string' ? header : null)
  const { headers } = request
  return {
    method: request.method ?? 'GET',
    host: one(headers.host),
    origin: one(headers.origin),
    site: one(headers['sec-fetch-site']),
    websocket: true,
    authorization: one(headers.authorization),
    cookie: one(headers.cookie),
    protocols: one(headers['sec-websocket-protocol']),
  }
}

function refuse(socket: Duplex, it: Problem): void {
  const body = problemToJson(it)
  const headers = { ...problemHeaders(it), 'content-length': Buffer.byteLength(body), connection: 'close' }
  const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`)
  socket.end([`HTTP/1.1 ${it.status} ${STATUS_CODES[it.status] ?? ''}`, ...lines, '', body].join('\r\n'))
}
