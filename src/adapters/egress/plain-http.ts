// Requests in clear (http://): read whole, so that nothing in them goes where it should not, and passed on.
import http from 'node:http'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'
import { accountFor, admit, forbid, unreachable } from './admission.ts'
import type { Gate } from './admission.ts'
import { passedOn, requestProblem } from './http-rules.ts'
import { secretsOf } from './placeholders.ts'
import { refuse } from './refusal.ts'
import { rewriteStream } from './rewrite-stream.ts'
import { parseTarget } from './target.ts'

const PORT = 80
const ABSOLUTE = /^http:\/\/([^/?#]*)([/?][^#\s]*)?$/i

/** Never rejects; answers every request. */
export async function forward(gate: Gate, request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  const place = placeOf(request.url ?? '')
  if (place === null) {
    return refuse(request, response, {
      status: 400,
      sentence: 'This is a proxy: it takes http://host/path, or CONNECT host:port.',
    })
  }
  const { target, path } = place
  const account = accountFor(gate, target)
  response.once('close', account.close)
  const problem = requestProblem(request, target, PORT)
  if (problem !== null) {
    account.refused('deny', 'hard.request', problem)
    return refuse(request, response, { status: 400, sentence: problem })
  }
  const headers = passedOn(request.rawHeaders)
  const carried = secretsOf({ path, headers: request.rawHeaders }, gate.egress.secrets)
  if (carried.length > 0) {
    const names = carried.map(({ name }) => name).join(', ')
    return refuse(request, response, forbid(account, target, 'hard.secret', inClear(names)).refusal)
  }
  const admission = await admit(gate, target, account)
  if (admission.type === 'refused') return refuse(request, response, admission.refusal)
  const reached = await gate.reach.connect(admission.addresses, target.port)
  if (reached.type === 'unreachable') {
    return refuse(request, response, unreachable(account, target, reached.why))
  }
  const { socket, address } = reached
  gate.keep(socket)
  account.over(socket, address)
  if (response.destroyed) return void socket.destroy()
  socket.setTimeout(gate.limits.idleMs, () => socket.destroy())

  const outgoing = http.request({
    createConnection: () => socket,
    method: request.method,
    path,
    headers: [...headers],
    setHost: false,
    maxHeaderSize: gate.limits.headerBytes,
  })
  const fail = (why: string): void => {
    refuse(request, response, unreachable(account, target, why))
    outgoing.destroy()
  }
  outgoing.on('error', (error) => fail(`it broke off (${'code' in error ? String(error.code) : 'no answer'})`))
  outgoing.on('upgrade', () => fail('it changed the protocol unasked'))
  outgoing.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, incoming.statusMessage, [...passedOn(incoming.rawHeaders)])
    incoming.on('error', () => response.destroy())
    incoming.pipe(response)
  })
  response.once('close', () => socket.destroy())
  const scan = rewriteStream(
    gate.egress.secrets.map(({ placeholder }) => placeholder),
    () => {
      throw new Error('a placeholder')
    },
  )
  scan.on('error', () => {
    outgoing.destroy()
    refuse(request, response, forbid(account, target, 'hard.secret', inClear('a secret')).refusal)
  })
  request.on('error', () => outgoing.destroy())
  request.pipe(scan).pipe(outgoing)
}

function inClear(names: string): string {
  return `the placeholder of ${names} was on its way there, and secrets are never sent without TLS`
}

function placeOf(url: string): { readonly target: EgressTarget; readonly path: string } | null {
  const [, authority = '', rest = '/'] = ABSOLUTE.exec(url) ?? []
  const target = parseTarget(authority, PORT)
  return target === null ? null : { target, path: rest.startsWith('/') ? rest : `/${rest}` }
}
