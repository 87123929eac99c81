// A loopback port of its own for one preview: an origin that the browser keeps apart from every other.
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { admit } from './admission.ts'
import type { Forwarded } from './header-rules.ts'
import { endRaw, forwardRequest, forwardUpgrade, NO_PREVIEW, sendPage } from './proxy.ts'

export type PortRange = { readonly from: number; readonly to: number }

export type Listener = {
  readonly port: number
  /** Cuts every connection at once. Idempotent. */
  readonly close: () => void
}

export type ListenerRequest = {
  readonly id: string
  /** The port inside the sandbox. */
  readonly port: number
  readonly socketPath: string
  /** Null takes any free port. */
  readonly ports: PortRange | null
}

const HOST = '127.0.0.1'
const MAX_CONNECTIONS = 256

/** Throws an Error with one clear sentence when every port of the range is taken. */
export async function openListener(wanted: ListenerRequest): Promise<Listener> {
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 300_000,
    connectionsCheckingInterval: 5_000,
    maxHeaderSize: 32_768,
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  })
  server.maxConnections = MAX_CONNECTIONS
  const port = await bind(server, wanted.ports)
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
  })

  function forwarded(request: IncomingMessage): Forwarded {
    const address = request.socket.remoteAddress ?? HOST
    return { host: request.headers.host ?? `${HOST}:${port}`, proto: 'http', address }
  }

  server.on('request', (request, response) => {
    const admission = admit(request, wanted.id, port)
    if (admission === null) return sendPage(response, 404, NO_PREVIEW)
    const target = { socketPath: wanted.socketPath, path: admission.path }
    const rules = { prefix: admission.prefix, port: wanted.port, setCookie: admission.setCookie }
    forwardRequest(target, request, response, forwarded(request), rules)
  })
  server.on('upgrade', (request, socket, head) => {
    const admission = admit(request, wanted.id, port)
    if (admission === null) return endRaw(socket, 404, NO_PREVIEW)
    const target = { socketPath: wanted.socketPath, path: admission.path }
    const rules = { prefix: admission.prefix, port: wanted.port, setCookie: admission.setCookie }
    forwardUpgrade(target, request, socket, head, forwarded(request), rules)
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) endRaw(socket, 400, 'This is not a valid HTTP request.\n')
    else socket.destroy()
  })

  return {
    port,
    close: () => {
      server.close()
      for (const socket of connections) socket.destroy()
    },
  }
}

async function bind(server: Server, range: PortRange | null): Promise<number> {
  if (range === null) return listenOn(server, 0)
  for (let port = range.from; port <= range.to; port += 1) {
    try {
      return await listenOn(server, port)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    }
  }
  throw new Error(`No port between ${range.from} and ${range.to} is free for another preview.`)
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, HOST, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new Error('The listener has no port'))
      resolve(address.port)
    })
  })
}
