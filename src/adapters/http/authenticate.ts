// Who is asking: the one place where a credential becomes a principal, for requests and for WebSockets alike.
import { isDeepStrictEqual } from 'node:util'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import type { CredentialCheck, Person } from './credential-check.ts'
import type { Thread } from '../../core/vocabulary/message.ts'
import type { Task } from '../../core/vocabulary/task.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { forgeryProblem } from './origins.ts'
import type { OriginConfig, Provenance } from './origins.ts'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'
import { SESSION_SECONDS, verifyToken } from './tokens.ts'
import type { Claims, Keyring } from './tokens.ts'

export type AuthConfig = OriginConfig & { readonly keyring: Keyring }

export type AuthDeps = { readonly clock: Pick<Clock, 'now'>; readonly check: CredentialCheck }

export type Caller = {
  readonly principal: Person
  readonly credentialId: CredentialId
  readonly expiresAt: Date
  readonly via: 'token' | 'session'
}

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
export async function authenticate(deps: AuthDeps, config: AuthConfig, claimed: Claimed): Promise<Caller | Problem> {
  const now = deps.clock.now()
  const protocolToken = bearerProtocol(claimed.protocols)
  if (claimed.authorization !== null || protocolToken !== null) {
    const token = claimed.authorization === null ? protocolToken : BEARER.exec(claimed.authorization)?.[1]
    const claims = token == null ? null : await verifyToken(config.keyring, token, now)
    const caller = claims === null ? null : await callerOf(deps, claims, 'token')
    return caller ?? unauthorized('The token is not valid, has expired, or was revoked.')
  }
  const cookies = readCookies(claimed.cookie, sessionCookieName(config))
  if (cookies.length === 0) return unauthorized('Sign in, or send a token: authorization: Bearer …')
  const forged = forgeryProblem(config, claimed)
  if (forged !== null) return forged
  for (const cookie of cookies) {
    const claims = await verifyToken(config.keyring, cookie, now, 'session')
    const caller = claims === null ? null : await callerOf(deps, claims, 'session')
    if (caller !== null) return caller
  }
  return unauthorized('The session has ended; sign in again.')
}

async function callerOf({ check }: AuthDeps, claims: Claims, via: Caller['via']): Promise<Caller | null> {
  const principal = await check.worth(claims, via)
  return principal === null ? null : { principal, credentialId: claims.id, expiresAt: claims.expiresAt, via }
}

/** Whether the same person still may the same: an answer that goes on for long asks now and then. */
export async function isStillGood({ check }: AuthDeps, caller: Caller): Promise<boolean> {
  const { principal, credentialId: id, expiresAt, via } = caller
  const now = await check.worth({ id, principal, expiresAt }, via)
  return now !== null && isDeepStrictEqual(now, principal)
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
export function maySee(principal: Person, task: Pick<Task, 'userId'>): boolean {
  return principal.role === 'owner' || principal.ids.includes(task.userId)
}

/** Others' conversations are there for owners only, and for them to read: whoever started one goes on with it. */
export function mayRead(principal: Person, thread: Pick<Thread, 'startedBy'>): boolean {
  return principal.role === 'owner' || isTheirs(principal, thread)
}

export function isTheirs(principal: Person, thread: Pick<Thread, 'startedBy'>): boolean {
  return thread.startedBy !== null && principal.ids.includes(thread.startedBy)
}

/** Whose tasks and conversations a list is of: an owner's is of everybody's. */
export function ownIds(principal: Person): readonly UserId[] | null {
  return principal.role === 'owner' ? null : principal.ids
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

export function isSecure(config: OriginConfig): boolean {
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
