// Credentials: bearer tokens for programs, sessions for the console, and one-time login tokens that become sessions.
// Tokens and sessions are JWTs signed with HS256; the one cannot be used as the other.
import { webcrypto } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { UserId } from '../../core/vocabulary/ids.ts'
import { SCOPES } from '../../core/vocabulary/principal.ts'
import type { Principal, Scope } from '../../core/vocabulary/principal.ts'
import type { AccessStore } from '../../core/ports/access-store.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Ids } from '../../core/ports/ids.ts'

export const SESSION_SECONDS = 7 * 24 * 3_600
/** Also what previews know a platform's token by, so that they keep it from the app. */
const ISSUER = 'factotum'
const MIN_SECRET_CHARACTERS = 16

/** What the console may do: everything its user may, but not act as a worker. */
const SESSION_SCOPES: Readonly<Record<Principal['role'], readonly Scope[]>> = {
  owner: ['tasks:read', 'tasks:write', 'tasks:approve', 'admin'],
  member: ['tasks:read', 'tasks:write', 'tasks:approve'],
  guest: ['tasks:read'],
}

export type TokenKind = 'token' | 'session'
export type TokenRequest = {
  readonly secret: string
  readonly principal: Principal
  /** How long it is valid, in seconds. */
  readonly ttlSeconds: number
  readonly now: Date
  /** Unique, for audit logs. */
  readonly id: string
}

export type Credential = { readonly principal: Principal; readonly expiresAt: Date }

const claimsSchema = z.object({
  sub: z.string().min(1).max(200),
  role: z.enum(['owner', 'member', 'guest']).default('guest'),
  scopes: z.array(z.enum(SCOPES)).max(SCOPES.length).default([]),
  use: z.literal('session').optional(),
  exp: z.number(),
})

/** A bearer token for programs. Throws when the secret is too short to keep anybody out. */
export function issueToken(request: TokenRequest): Promise<string> {
  return sign(request, 'token')
}

export function issueSession(request: TokenRequest): Promise<string> {
  return sign(request, 'session')
}

/** Tokens that were found good; each is some kilobytes at the most. */
const MAX_REMEMBERED = 1_000

type Remembered = { readonly credential: Credential; readonly kind: TokenKind; readonly validFrom: Date }
/** What is known under one secret: nothing that another one signed is ever found here. */
type Keyring = { readonly key: Promise<webcrypto.CryptoKey>; readonly remembered: Map<string, Remembered> }

/** One secret in a process, as a rule; another one replaces it. */
let latest: { readonly secret: string; readonly keyring: Keyring } | null = null

function keyringOf(secret: string): Keyring {
  if (latest?.secret === secret) return latest.keyring
  const short = secretProblem(secret)
  if (short !== null) throw new Error(short)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = webcrypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign', 'verify'])
  const keyring: Keyring = { key, remembered: new Map() }
  latest = { secret, keyring }
  return keyring
}

/**
 * Who the token speaks for, or null when it is forged, expired, malformed, or of the other kind. The signature of a
 * token that was found good is not computed again; whether it has expired is asked each time.
 */
export async function verifyToken(
  secret: string,
  token: string,
  now: Date,
  kind: TokenKind = 'token',
): Promise<Credential | null> {
  const { key, remembered } = keyringOf(secret)
  const known = remembered.get(token)
  if (known !== undefined && known.validFrom <= now) {
    if (known.credential.expiresAt > now) return known.kind === kind ? known.credential : null
    remembered.delete(token)
  }
  try {
    const { payload } = await jwtVerify(token, await key, { algorithms: ['HS256'], currentDate: now })
    const claims = claimsSchema.safeParse(payload)
    if (!claims.success) return null
    const { sub, role, scopes, exp, use } = claims.data
    const credential = { principal: { userId: sub as UserId, role, scopes }, expiresAt: new Date(exp * 1_000) }
    const found: TokenKind = use ?? 'token'
    remember(remembered, token, { credential, kind: found, validFrom: now })
    return found === kind ? credential : null
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}

/** The one remembered longest is forgotten first. */
function remember(remembered: Map<string, Remembered>, token: string, found: Remembered): void {
  remembered.set(token, found)
  if (remembered.size <= MAX_REMEMBERED) return
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest)
    return
  }
}

/** A token for `POST /v1/session`, good for one use. Only its digest is stored. */
export async function createLoginToken(
  deps: { readonly access: AccessStore; readonly ids: Ids; readonly clock: Clock },
  userId: UserId,
  ttlMs: number,
): Promise<string> {
  const token: string = deps.ids.unguessable()
  await deps.access.addLoginToken(loginDigest(deps.ids, token), userId, new Date(deps.clock.now().getTime() + ttlMs))
  return token
}

export function loginDigest(ids: Ids, token: string): string {
  return ids.digest(`login\n${token}`)
}

/** What a person signed in to the console is allowed. `owners` are the users who own this installation. */
export function sessionPrincipal(userId: UserId, owners: readonly string[]): Principal {
  const role = owners.includes(userId) ? 'owner' : 'member'
  return { userId, role, scopes: SESSION_SCOPES[role] }
}

export function secretProblem(secret: string): string | null {
  if (secret.length >= MIN_SECRET_CHARACTERS) return null
  return `JWT_SECRET must have at least ${MIN_SECRET_CHARACTERS} characters; without it anybody could sign in.`
}

async function sign(request: TokenRequest, kind: TokenKind): Promise<string> {
  const { userId, role, scopes } = request.principal
  const issued = Math.floor(request.now.getTime() / 1_000)
  return new SignJWT({ role, scopes: [...scopes], ...(kind === 'session' ? { use: 'session' } : {}) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(ISSUER)
    .setSubject(userId)
    .setJti(request.id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + request.ttlSeconds)
    .sign(await keyringOf(request.secret).key)
}
