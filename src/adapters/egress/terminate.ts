// CONNECT to a host that a secret is for: TLS ends here and begins anew towards the host, so that placeholders can become
// values on the way out and values placeholders on the way back.
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { TLSSocket, connect as connectTls } from 'node:tls'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'
import type { Account } from './account.ts'
import { forbid, unreachable } from './admission.ts'
import type { Gate } from './admission.ts'
import type { Authority } from './authority.ts'
import { decoderFor } from './decoding.ts'
import { passedOn, requestProblem, valuesOf } from './http-rules.ts'
import { fill, formsOf, isFor, secretsOf } from './placeholders.ts'
import type { Outgoing } from './placeholders.ts'
import { refuse, refuseRaw } from './refusal.ts'
import { createRewriter, rewriteStream } from './rewrite-stream.ts'
import { parseTarget } from './target.ts'
import { ESTABLISHED } from './tunnel.ts'

const PORT = 443
const KEEP_ALIVE_MS = 30_000
/** Requests on one connection that are not answered yet; hardly a program sends a second one ahead. */
const MOST_AHEAD = 32
/** What a server answered with these is not read by us: the first would come packed, the others in pieces of what was packed. */
const REPLACED = ['accept-encoding', 'if-range', 'range']

type Terminated = {
  readonly gate: Gate
  readonly authority: Authority
  readonly target: EgressTarget
  readonly addresses: readonly string[]
  readonly account: Account
}

/** Takes over `client`, on which nothing was answered yet, and closes the account when it is gone. */
export async function terminate(terminated: Terminated, client: net.Socket): Promise<void> {
  const { gate, authority, target, account } = terminated
  client.once('close', account.close)
  if (client.destroyed) return account.close()
  const context = await authority.contextFor(target.host)
  client.write(ESTABLISHED)
  const inside = new TLSSocket(client, {
    isServer: true,
    secureContext: context,
    ALPNProtocols: ['http/1.1'],
    SNICallback: (name, done) => {
      if (parseTarget(name, target.port)?.host === target.host) return done(null, context)
      forbid(account, target, 'hard.server-name', 'the connection asked for another name')
      done(new Error('another name'))
    },
  })
  let secured = false
  inside.on('error', () => {
    if (!secured)
      account.failed('the program did not complete TLS with the proxy: it may not trust the sandbox’s certificate')
    client.destroy()
  })
  inside.once('close', () => client.destroy())
  client.on('error', () => inside.destroy())
  const late = setTimeout(() => client.destroy(), gate.limits.headMs)
  client.once('close', () => clearTimeout(late))
  const agent = upstreamAgent(terminated)
  client.once('close', () => agent.destroy())
  let ahead = 0
  const server = http.createServer(
    { maxHeaderSize: gate.limits.headerBytes, keepAliveTimeout: KEEP_ALIVE_MS, requireHostHeader: false },
    (request, response) => {
      clearTimeout(late)
      ahead += 1
      response.once('close', () => (ahead -= 1))
      if (ahead > MOST_AHEAD) return void client.destroy()
      void answer(terminated, agent, request, response).catch(() => inside.destroy())
    },
  )
  server.timeout = gate.limits.idleMs
  const sentence = 'WebSockets and other protocols can’t be used with a host that a secret is for, only plain requests.'
  server.on('upgrade', (_, socket) => refuseRaw(socket, { status: 501, sentence }))
  server.on('connect', (_, socket) =>
    refuseRaw(socket, { status: 400, sentence: 'There is no proxy behind this one.' }),
  )
  inside.once('secure', () => {
    secured = true
    server.emit('connection', inside)
  })
}

/** Connections to the checked addresses of the target and to nothing else, one at a time, verified against its name. */
function upstreamAgent({ gate, target, addresses, account }: Terminated): https.Agent {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = (_, done) => {
    void gate.reach.connect(addresses, target.port).then((reached) => {
      const fail = (why: string): void => done?.(new Unreachable(why), new net.Socket())
      if (reached.type === 'unreachable') return fail(reached.why)
      const { socket, address } = reached
      gate.keep(socket)
      account.over(socket, address)
      socket.setTimeout(gate.limits.idleMs, () => socket.destroy())
      const secure = connectTls({
        socket,
        // An address is no name to ask for, but the certificate has to be for it.
        ...(net.isIP(target.host) === 0 ? { servername: target.host } : { host: target.host }),
        ca: [...gate.upstreamCa()],
        ALPNProtocols: ['http/1.1'],
        minVersion: 'TLSv1.2',
      })
      const late = setTimeout(() => secure.destroy(new Error('no answer in time')), gate.limits.connectMs)
      const unverified = (error: Error): void => {
        clearTimeout(late)
        socket.destroy()
        fail(`TLS with it failed (${'code' in error ? String(error.code) : error.message})`)
      }
      secure.once('error', unverified)
      secure.once('secureConnect', () => {
        clearTimeout(late)
        secure.off('error', unverified)
        done?.(null, secure)
      })
      return undefined
    })
    return undefined
  }
  return agent
}

class Unreachable extends Error {}

async function answer(
  { gate, target, account }: Terminated,
  agent: https.Agent,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const { secrets } = gate.egress
  const path = request.url ?? ''
  const problem = path.startsWith('/') ? requestProblem(request, target, PORT) : 'A request inside of TLS names a path.'
  if (problem !== null) {
    account.refused('deny', 'hard.request', problem)
    return refuse(request, response, { status: 400, sentence: problem })
  }
  const forbidden = (why: string): void =>
    refuse(request, response, forbid(account, target, 'hard.secret', why).refusal)
  const foreign = secrets.filter((secret) => !isFor(secret, target))
  const elsewhere = secretsOf({ path, headers: request.rawHeaders }, foreign)[0]
  if (elsewhere !== undefined) return forbidden(`the secret ${elsewhere.name} is not for this host`)

  const outgoing: Outgoing = {
    path,
    headers: [...passedOn(request.rawHeaders, REPLACED), 'Accept-Encoding', 'identity'],
  }
  const named = secretsOf(
    outgoing,
    secrets.filter((secret) => isFor(secret, target)),
  )
  const values = new Map<string, string>()
  for (const { name, placeholder, valueFor } of named) {
    const value = await valueFor(target).catch(() => null)
    if (value === null || value === '') return forbidden(`the secret ${name} may not be used for it now`)
    if (/[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/.test(value)) {
      return forbidden(`the value of the secret ${name} does not fit into a header`)
    }
    values.set(placeholder, value)
    gate.values.set(value, placeholder)
    account.used(name)
  }
  const filled = fill(outgoing, values)
  const upstream = https.request({
    agent,
    method: request.method,
    path: filled.path,
    headers: [...filled.headers],
    setHost: false,
    maxHeaderSize: gate.limits.headerBytes,
  })
  upstream.on('error', (error) => {
    // What a program makes of a connection that was closed while it was unused is to try again.
    if (upstream.reusedSocket && !response.headersSent) return void response.destroy()
    const why = error instanceof Unreachable ? error.message : 'it broke off'
    refuse(request, response, unreachable(account, target, why))
  })
  upstream.on('upgrade', (_, socket) => socket.destroy())
  upstream.on('response', (incoming) => giveBack(gate, incoming, request, response))
  response.once('close', () => {
    if (!response.writableFinished) upstream.destroy()
  })
  const scan = rewriteStream(
    foreign.map(({ placeholder }) => placeholder),
    () => {
      throw new Error('a placeholder')
    },
  )
  scan.on('error', () => {
    upstream.destroy()
    forbidden('the body holds the placeholder of a secret that is not for this host')
  })
  request.on('error', () => upstream.destroy())
  request.pipe(scan).pipe(upstream)
}

/** Every value that ever went out of this sandbox becomes its placeholder again, in headers and in the body. */
function giveBack(
  { values }: Gate,
  incoming: http.IncomingMessage,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): void {
  const forms = formsOf(values)
  const replace = (found: string): string => forms.get(found) ?? ''
  const inHeaders = createRewriter([...forms.keys()], replace)
  const decoders = decoderFor(valuesOf(incoming.rawHeaders, 'content-encoding').join(','))
  if (decoders === null) {
    incoming.destroy()
    return refuse(request, response, {
      status: 502,
      sentence: 'The host answered in a packed form that is not known here.',
    })
  }
  const headers = passedOn(incoming.rawHeaders, ['content-length', 'content-encoding', 'content-md5', 'digest'])
  response.writeHead(
    incoming.statusCode ?? 502,
    inHeaders.whole(incoming.statusMessage ?? ''),
    headers.map((text) => inHeaders.whole(text)),
  )
  const body = rewriteStream([...forms.keys()], replace)
  const cut = (): void => void response.destroy()
  let last: NodeJS.ReadableStream = incoming.on('error', cut)
  for (const stream of [...decoders, body]) last = last.pipe(stream.on('error', cut))
  last.pipe(response)
}
