// The proxy between a sandbox and everything else: what goes out goes through here, or not at all.
import http from 'node:http'
import net from 'node:net'
import { getCACertificates } from 'node:tls'
import type { EgressGate, OpenGate } from '../../core/ports/egress-gate.ts'
import type { SandboxEgress } from '../../core/ports/sandbox.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import type { EgressVerdict } from '../../core/vocabulary/egress.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import { accountFor, admit } from './admission.ts'
import type { Gate, Limits } from './admission.ts'
import { createAuthority } from './authority.ts'
import { isFor } from './placeholders.ts'
import { forward } from './plain-http.ts'
import { createReach, dialDirectly, resolveBySystem } from './reach.ts'
import type { Dial, Resolve } from './reach.ts'
import { refuseRaw } from './refusal.ts'
import { parseTarget } from './target.ts'
import { terminate } from './terminate.ts'
import { tunnel } from './tunnel.ts'

export type EgressGateOptions = {
  readonly log: Telemetry['log']
  /** The system's resolver where none is given. */
  readonly resolve?: Resolve
  readonly dial?: Dial
  /** PEM. What servers are checked against where a secret is sent; what node and the system trust where nothing is given. */
  readonly upstreamCa?: readonly string[]
  readonly limits?: Partial<Limits>
}

const LIMITS: Limits = {
  connections: 64,
  headerBytes: 32 * 1024,
  headMs: 15_000,
  connectMs: 10_000,
  idleMs: 5 * 60_000,
}
/** Of sockets, also those that nothing was said on yet. Whoever goes beyond is not answered. */
const MOST_SOCKETS = 512
const CHECK_EVERY_MS = 5_000
const LONGEST_HOST = 253

export function createEgressGate(options: EgressGateOptions): EgressGate {
  const limits = { ...LIMITS, ...options.limits }
  const reach = createReach(options.resolve ?? resolveBySystem, options.dial ?? dialDirectly, limits.connectMs)
  let trusted = options.upstreamCa ?? null
  const upstreamCa = (): readonly string[] => {
    trusted ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    return trusted
  }

  return {
    open: async (egress, socketPath) => {
      const authority = egress.secrets.length === 0 ? null : await createAuthority()
      const sockets = new Set<net.Socket>()
      const gate: Gate = {
        egress: careful(egress, options.log),
        reach,
        limits,
        authority,
        values: new Map(),
        upstreamCa,
        keep: (socket) => {
          sockets.add(socket)
          socket.once('close', () => sockets.delete(socket))
        },
        accounts: new Set(),
      }
      const server = createServer(gate)
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve))
      server.on('error', (error) => options.log('warn', 'A proxy of a sandbox failed', { problem: error.message }))
      return { caCertificate: authority?.certificate ?? null, close: closing(server, gate, sockets) }
    },
  }
}

function createServer(gate: Gate): http.Server {
  const server = http.createServer({
    maxHeaderSize: gate.limits.headerBytes,
    headersTimeout: gate.limits.headMs,
    // A large file may take as long to send as it likes, as long as it moves.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, gate.limits.headMs),
    // A request without one is answered with a sentence.
    requireHostHeader: false,
    noDelay: true,
  })
  server.maxConnections = MOST_SOCKETS
  server.timeout = gate.limits.idleMs
  server.on('connection', gate.keep)
  server.on('request', (request, response) => {
    void forward(gate, request, response).catch(() => response.destroy())
  })
  server.on('upgrade', (_, socket) => {
    refuseRaw(socket, { status: 501, sentence: 'WebSockets in clear (ws://) don’t pass this proxy; wss:// does.' })
  })
  server.on('connect', (request, socket, head) => {
    if (!(socket instanceof net.Socket)) return void socket.destroy()
    socket.on('error', () => socket.destroy())
    if (head.length > 0) socket.unshift(head)
    void connect(gate, request.url ?? '', socket).catch(() => socket.destroy())
  })
  return server
}

async function connect(gate: Gate, authority: string, client: net.Socket): Promise<void> {
  // What is not read from it meanwhile is not lost, and the proxy's own timer no longer holds.
  client.setTimeout(0)
  const target = parseTarget(authority, null)
  if (target === null) {
    const why = 'a target is a name or an address and a port'
    const account = accountFor(gate, { host: authority.replace(/[^\x21-\x7e]/g, '?').slice(0, LONGEST_HOST), port: 0 })
    account.refused('deny', 'hard.request', why)
    account.close()
    return refuseRaw(client, { status: 400, sentence: `This is no target: ${why}.` })
  }
  const account = accountFor(gate, target)
  try {
    const admission = await admit(gate, target, account)
    if (admission.type === 'refused') {
      account.close()
      return refuseRaw(client, admission.refusal)
    }
    const { addresses } = admission
    const isSecrets = gate.egress.secrets.some((secret) => isFor(secret, target))
    if (gate.authority !== null && isSecrets) {
      return await terminate({ gate, authority: gate.authority, target, addresses, account }, client)
    }
    return await tunnel(gate, target, client, { addresses, account })
  } catch (error) {
    account.failed('the proxy itself failed')
    account.close()
    throw error
  }
}

function closing(server: http.Server, gate: Gate, sockets: ReadonlySet<net.Socket>): OpenGate['close'] {
  let closed: Promise<void> | null = null
  return () => {
    closed ??= new Promise((resolve) => {
      server.close(() => {
        for (const account of gate.accounts) account.close()
        resolve()
      })
      for (const socket of sockets) socket.destroy()
    })
    return closed
  }
}

/** What others plugged in must not throw; should it do so all the same, nothing is let through for it. */
function careful(egress: SandboxEgress, log: Telemetry['log']): SandboxEgress {
  return {
    secrets: egress.secrets,
    decide: (target): EgressVerdict => {
      try {
        return egress.decide(target)
      } catch (error) {
        log('error', 'Egress could not be decided on', { problem: messageOf(error) })
        return { type: 'deny', rule: 'hard.undecided', why: 'it could not be decided on' }
      }
    },
    report: (report) => {
      try {
        egress.report(report)
      } catch (error) {
        log('error', 'A report of egress was lost', { problem: messageOf(error) })
      }
    },
  }
}
