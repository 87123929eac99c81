// Who is asking: the one place where a credential becomes a principal, for requests and for WebSockets alike.
import type { Principal } from '../../core/vocabulary/principal.ts'
import type { Thread } from '../../core/vocabulary/message.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import { forgeryProblem } from './origins.ts'
import type { OriginConfig, Provenance } from './origins.ts'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'
import { SESSION_SECONDS, verifyToken } from './tokens.ts'
import type { Credential } from './tokens.ts'

export type AuthConfig = OriginConfig & { readonly jwtSecret: string }

export type Caller = Credential & { readonly via: 'token' | 'session' }

/** What a request shows of itself. Header values as they came, null when missing. */
export type Claimed = Provenance & {
  readonly authorization: string | null
  readonly cookie: string | null
  /** `Sec-WebSocket-Protocol`: browsers can't set another header on a WebSocket. */
  readonly protocols: string | null
}

const MAX_COOKIES = 5
const BEARER = /^bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i
const PROTOCOL_BEARER = /^bearer\.([\w-]+\.[\w-]+\.[\w-]+)$/

/** A credential that is there must be good: a bad token is never passed over for a good cookie. */
export async function authenticate(config: AuthConfig, claimed: Claimed, now: Date): Promise<Caller | Problem> {
  const protocolToken = bearerProtocol(claimed.protocols)
  if (claimed.authorization !== null || protocolToken !== null) {
    const token = claimed.authorization === null ? protocolToken : BEARER.exec(claimed.authorization)?.[1]
    const credential = token == null ? null : await verifyToken(config.jwtSecret, token, now)
    return credential === null
      ? unauthorized('The token is not valid, or has expired.')
      : { ...credential, via: 'token' }
  }
  const cookies = readCookies(claimed.cookie, sessionCookieName(config))
  if (cookies.length === 0) return unauthorized('Sign in, or send a token: authorization: Bearer …')
  const forged = forgeryProblem(config, claimed)
  if (forged !== null) return forged
  for (const cookie of cookies) {
    const credential = await verifyToken(config.jwtSecret, cookie, now, 'session')
    if (credential !== null) return { ...credential, via: 'session' }
  }
  return unauthorized('The session has ended; sign in again.')
}

function bearerProtocol(protocols: string | null): string | null {
  if (protocols === null) return null
  for (const offered of protocols.split(',')) {
    const token = PROTOCOL_BEARER.exec(offered.trim())?.[1]
    if (token !== undefined) return token
  }
  return null
}

/** Others' tasks are there for owners only. */
export function maySee(principal: Principal, task: Pick<Task, 'userId'>): boolean {
  return principal.role === 'owner' || task.userId === principal.userId
}

/** Others' conversations are there for owners only, and for them to read: whoever started one goes on with it. */
export function mayRead(principal: Principal, thread: Pick<Thread, 'startedBy'>): boolean {
  return principal.role === 'owner' || isTheirs(principal, thread)
}

export function isTheirs(principal: Principal, thread: Pick<Thread, 'startedBy'>): boolean {
  return thread.startedBy === principal.userId
}

/** Over HTTPS the prefix keeps other hosts and plain HTTP from planting a cookie of this name. */
function sessionCookieName(config: OriginConfig): string {
  return isSecure(config) ? '__Host-factotum_session' : 'factotum_session'
}

export function sessionCookie(config: OriginConfig, value: string): string {
  return cookie(config, value, SESSION_SECONDS)
}

export function endedSessionCookie(config: OriginConfig): string {
  return cookie(config, '', 0)
}

function cookie(config: OriginConfig, value: string, seconds: number): string {
  const secure = isSecure(config) ? '; Secure' : ''
  return `${sessionCookieName(config)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`
}

function isSecure(config: OriginConfig): boolean {
  return config.publicUrl !== null && config.publicUrl.startsWith('https:')
}

/** Another port's page on this host can plant a second cookie of our name: it must not hide the real one. */
function readCookies(header: string | null, name: string): readonly string[] {
  const values: string[] = []
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) values.push(part.slice(at + 1).trim())
  }
  return values.slice(0, MAX_COOKIES)
}

function unauthorized(detail: string): Problem {
  return problem(401, 'unauthorized', detail, { headers: { 'www-authenticate': 'Bearer realm="factotum"' } })
}
