// CONNECT to a host that no secret is for: bytes in both directions, looked at only as far as they can be read from outside.
import type net from 'node:net'
import { Transform } from 'node:stream'
import type { EgressTarget } from '../../core/vocabulary/egress.ts'
import { forbid, unreachable } from './admission.ts'
import type { Gate } from './admission.ts'
import type { Account } from './account.ts'
import { LONGEST_HELLO, readClientHello } from './client-hello.ts'
import { parseTarget } from './target.ts'
import { refuseRaw } from './refusal.ts'
import { rewriteStream } from './rewrite-stream.ts'

export const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'
/** Fatal, unrecognized_name (RFC 8446, 6). */
const UNRECOGNIZED_NAME = Buffer.from([21, 3, 3, 0, 2, 2, 112])
const TLS_PORT = 443

class Forbidden extends Error {
  readonly rule: string
  constructor(rule: string, why: string) {
    super(why)
    this.rule = rule
  }
}

/** Takes over `client`, on which nothing was answered yet, and closes the account when both sides are gone. */
export async function tunnel(
  gate: Gate,
  target: EgressTarget,
  client: net.Socket,
  { addresses, account }: { readonly addresses: readonly string[]; readonly account: Account },
): Promise<void> {
  const reached = await gate.reach.connect(addresses, target.port)
  if (reached.type === 'unreachable') {
    refuseRaw(client, unreachable(account, target, reached.why))
    account.close()
    return
  }
  const { socket: upstream, address } = reached
  gate.keep(upstream)
  account.over(upstream, address)
  if (client.destroyed) upstream.destroy()
  else client.write(ESTABLISHED)

  const answers = (): void => void upstream.pipe(client)
  const guard = helloGuard(target, target.port === TLS_PORT, answers)
  if (target.port !== TLS_PORT) answers()
  const late = setTimeout(() => guard.destroy(new Forbidden('hard.server-name', NO_TLS)), gate.limits.headMs)
  if (target.port !== TLS_PORT) clearTimeout(late)
  guard.once('passed', () => clearTimeout(late))

  const scan = rewriteStream(
    gate.egress.secrets.map(({ placeholder }) => placeholder),
    () => {
      throw new Forbidden(
        'hard.secret',
        'the placeholder of a secret was on its way there, and no secret is for this host',
      )
    },
  )
  const stop = (error: Error): void => {
    if (error instanceof Forbidden) forbid(account, target, error.rule, error.message)
    upstream.destroy()
    if (error instanceof Forbidden && error.rule === 'hard.server-name') client.end(UNRECOGNIZED_NAME)
    client.destroySoon()
  }
  guard.on('error', stop)
  scan.on('error', stop)
  upstream.setTimeout(gate.limits.idleMs, () => upstream.destroy())
  upstream.on('error', () => client.destroy())
  client.on('error', () => upstream.destroy())
  upstream.on('close', () => client.destroySoon())
  client.on('close', () => upstream.destroySoon())
  client.pipe(guard).pipe(scan).pipe(upstream)

  let open = [upstream, client].filter(({ destroyed }) => !destroyed).length
  const closed = (): void => {
    open -= 1
    if (open > 0) return
    clearTimeout(late)
    account.close()
  }
  if (open === 0) account.close()
  upstream.once('close', closed)
  client.once('close', closed)
}

const NO_TLS = 'what was sent there was not TLS, which is all that this port is for'

/** Holds everything back until it is known which name TLS is asked for; emits `passed` then. */
function helloGuard(target: EgressTarget, mustBeTls: boolean, passed: () => void): Transform {
  let held: Buffer | null = Buffer.alloc(0)
  const guard = new Transform({
    transform(chunk: Buffer, _, done) {
      if (held === null) return done(null, chunk)
      held = Buffer.concat([held, chunk])
      const hello = readClientHello(held)
      if (hello.type === 'partial' && held.length <= LONGEST_HELLO) return done()
      if (hello.type !== 'hello' && (mustBeTls || hello.type === 'partial')) {
        return done(new Forbidden('hard.server-name', NO_TLS))
      }
      if (hello.type === 'hello' && hello.name !== null && parseTarget(hello.name, target.port)?.host !== target.host) {
        const name = hello.name.replace(/[^\x21-\x7e]/g, '?').slice(0, 253)
        return done(new Forbidden('hard.server-name', `the connection asked for another name, ${name}`))
      }
      const bytes = held
      held = null
      if (mustBeTls) passed()
      guard.emit('passed')
      done(null, bytes)
    },
    flush(done) {
      if (held === null || held.length === 0) return done()
      if (mustBeTls) return done(new Forbidden('hard.server-name', NO_TLS))
      done(null, held)
    },
  })
  return guard
}
