// A gate of its own for each test, an internet that is made of loopback servers, and clients that say exactly what they are told.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import type { TestContext } from 'node:test'
import type { Limits } from '../../src/adapters/egress/admission.ts'
import { createAuthority } from '../../src/adapters/egress/authority.ts'
import { createEgressGate } from '../../src/adapters/egress/egress-gate.ts'
import type { EgressGate } from '../../src/core/ports/egress-gate.ts'
import type { SandboxEgress, SandboxSecret } from '../../src/core/ports/sandbox.ts'
import type { EgressReport, EgressTarget, EgressVerdict } from '../../src/core/vocabulary/egress.ts'

export const PUBLIC = '93.184.216.34'
export const ALLOWED: EgressVerdict = { type: 'allow', rule: 'test.allowed', private: false }

/** A server of the make-believe internet, by the port that the world knows it under. */
export type Internet = Readonly<Record<number, net.Server>>

type WorldOptions = {
  readonly internet?: Internet
  readonly decide?: (target: EgressTarget) => EgressVerdict
  readonly secrets?: readonly SandboxSecret[]
  /** Every name leads to one public address where nothing is given. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
  readonly limits?: Partial<Limits>
}

export type EgressWorld = {
  readonly socketPath: string
  readonly reports: EgressReport[]
  /** `address:port` of every connection that the gate began, in order. */
  readonly dialed: string[]
  readonly lookups: string[]
  readonly caCertificate: string | null
  readonly close: () => Promise<void>
  /** Resolves when so many connections are over. */
  readonly reported: (count: number) => Promise<readonly EgressReport[]>
}

/** The one authority that servers of the make-believe internet have their certificates from. */
const authority = createAuthority()

export async function listening<Server extends net.Server>(t: TestContext, server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const sockets = new Set<net.Socket>()
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return server
}

export function portOf(server: net.Server): number {
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}

/** A web server with a certificate for whatever name it is asked for. */
export async function secureServer(t: TestContext, answer: http.RequestListener): Promise<https.Server> {
  const { contextFor } = await authority
  const server = https.createServer({
    SNICallback: (name, done) => void contextFor(name).then((context) => done(null, context), done),
  })
  server.on('request', answer)
  return listening(t, server)
}

/** A gate that knows of nothing but `internet`. */
export async function worldGate(internet: Internet, dialed: string[], options: WorldOptions = {}): Promise<EgressGate> {
  return createEgressGate({
    log: () => undefined,
    resolve: options.resolve ?? (async () => [PUBLIC]),
    dial: (address, port) => {
      dialed.push(`${address}:${port}`)
      const server = internet[port]
      // Nobody listens on the port of a server that was closed.
      return net.connect({ host: '127.0.0.1', port: server === undefined ? 1 : portOf(server), allowHalfOpen: true })
    },
    upstreamCa: [(await authority).certificate],
    limits: options.limits ?? {},
  })
}

export async function egressWorld(t: TestContext, options: WorldOptions = {}): Promise<EgressWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'factotum-egress-'))
  const reports: EgressReport[] = []
  const dialed: string[] = []
  const lookups: string[] = []
  const resolve = options.resolve ?? (async () => [PUBLIC])
  const gate = await worldGate(options.internet ?? {}, dialed, {
    ...options,
    resolve: (host) => {
      lookups.push(host)
      return resolve(host)
    },
  })
  let told = Promise.withResolvers<void>()
  const egress: SandboxEgress = {
    decide: options.decide ?? (() => ALLOWED),
    report: (report) => {
      reports.push(report)
      told.resolve()
      told = Promise.withResolvers()
    },
    secrets: options.secrets ?? [],
  }
  const socketPath = join(folder, 'egress')
  const { caCertificate, close } = await gate.open(egress, socketPath)
  t.after(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  const reported = async (count: number): Promise<readonly EgressReport[]> => {
    while (reports.length < count) await told.promise
    return reports
  }
  return { socketPath, reports, dialed, lookups, caCertificate, close, reported }
}

/** Sends exactly these bytes and resolves with everything that comes back until the proxy hangs up. */
export function say(socketPath: string, bytes: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ path: socketPath, allowHalfOpen: true })
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (more: string) => (text += more))
    socket.on('error', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve(text))
    if (end) socket.end(bytes, 'latin1')
    else socket.write(bytes, 'latin1')
  })
}

/** What the proxy answers to a CONNECT, and the socket, which is a tunnel when that is 200. */
export function connectThrough(
  socketPath: string,
  target: string,
): Promise<{ readonly status: number; readonly body: string; readonly socket: net.Socket }> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method: 'CONNECT', path: target, agent: false })
    request.on('connect', (response, socket, head) => {
      if (!(socket instanceof net.Socket)) return reject(new Error('no socket'))
      socket.on('error', () => socket.destroy())
      if (head.length > 0) socket.unshift(head)
      if (response.statusCode === 200) return resolve({ status: 200, body: '', socket })
      let body = ''
      socket.on('data', (more: Buffer) => (body += more.toString()))
      socket.on('close', () => resolve({ status: response.statusCode ?? 0, body, socket }))
      socket.end()
      return undefined
    })
    request.on('error', reject)
    request.end()
  })
}

/** TLS inside of a tunnel. Rejects where the handshake fails. */
export function secureThrough(tunnel: net.Socket, servername: string, ca: string): Promise<tls.TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = tls.connect({ socket: tunnel, servername, ca, ALPNProtocols: ['http/1.1'] })
    secure.once('secureConnect', () => resolve(secure))
    secure.once('error', reject)
    secure.once('close', () => reject(new Error('closed')))
  })
}

export type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: string }

export type Asked = {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request over a connection that is there already. */
export function ask(socket: net.Socket, options: Asked, body: string | readonly string[] = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ ...options, createConnection: () => socket }, (response) => {
      let text = ''
      response.setEncoding('latin1')
      response.on('data', (more: string) => (text += more))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      response.on('error', reject)
    })
    request.on('upgrade', () => reject(new Error('upgraded')))
    request.on('error', reject)
    for (const piece of [body].flat()) request.write(piece)
    request.end()
  })
}

/** A request in clear, as a program with HTTP_PROXY makes it. */
export function askProxy(socketPath: string, url: string, options: Asked = {}, body = ''): Promise<Answer> {
  const { host } = new URL(url)
  const headers = { host, ...options.headers }
  return ask(net.connect({ path: socketPath }), { ...options, path: url, headers }, body)
}
