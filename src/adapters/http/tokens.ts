// Credentials: bearer tokens for programs, sessions for the console, and one-time login tokens that become sessions.
// Tokens and sessions are JWTs signed with HS256; the one cannot be used as the other. A good signature is not enough: what it names has
// to be on record as well (credential-check.ts).
import { createHmac, webcrypto } from 'node:crypto'
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { CredentialKind } from '../../core/vocabulary/credential.ts'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import type { AccessStore } from '../../core/ports/access-store.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Ids } from '../../core/ports/ids.ts'
import { SCOPES } from '../../core/vocabulary/principal.ts'
import type { Principal } from '../../core/vocabulary/principal.ts'

export const SESSION_SECONDS = 7 * 24 * 3_600
/** Also what previews know a platform's token by, so that they keep it from the app. */
const ISSUER = 'factotum'
const MIN_SECRET_CHARACTERS = 16

export type SigningKey = { readonly id: string; readonly secret: string }
export type SigningKeys = {
  /** What new tokens are signed with. */
  readonly current: SigningKey
  /** What a token may be signed with, `current` among them. */
  readonly accepted: readonly SigningKey[]
}
/** Asked at each request; `fresh` where a key is wanted that is not among those told before. */
export type Keyring = (wish?: { readonly fresh: boolean }) => Promise<SigningKeys>

export type TokenRequest = {
  readonly key: SigningKey
  readonly principal: Principal
  /** How long it is valid, in seconds. */
  readonly ttlSeconds: number
  readonly now: Date
  readonly id: CredentialId
}

/** What a token with a good signature says of itself. */
export type Claims = { readonly id: CredentialId; readonly principal: Principal; readonly expiresAt: Date }

const claimsSchema = z.object({
  sub: z.string().min(1).max(200),
  jti: z.string().min(1).max(200),
  role: z.enum(['owner', 'member', 'guest']).default('guest'),
  scopes: z.array(z.enum(SCOPES)).max(SCOPES.length).default([]),
  use: z.literal('session').optional(),
  exp: z.number(),
})

/** A signed bearer token for programs. Throws when the secret is too short to keep anybody out. It opens nothing until it is on record. */
export function signToken(request: TokenRequest): Promise<string> {
  return sign(request, 'token')
}

export function signSession(request: TokenRequest): Promise<string> {
  return sign(request, 'session')
}

/** Tokens that were found good; each is some kilobytes at the most. */
const MAX_REMEMBERED = 1_000
/** A key, and those it was replaced by or replaces. */
const MAX_KEYS = 8
/** How often a token of an unknown key may have the keys looked at anew. */
const FRESH_MS = 1_000

type Remembered = { readonly claims: Claims; readonly kind: CredentialKind; readonly validFrom: Date }
/** What is known under one secret: nothing that another one signed is ever found here. */
type KnownKey = { readonly key: Promise<webcrypto.CryptoKey>; readonly remembered: Map<string, Remembered> }

const knownKeys = new Map<string, KnownKey>()

function knownKey(secret: string): KnownKey {
  const known = knownKeys.get(secret)
  if (known !== undefined) return known
  const short = secretProblem(secret)
  if (short !== null) throw new Error(short)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = webcrypto.subtle.importKey('raw', new TextEncoder().encode(secret), algorithm, false, ['sign', 'verify'])
  const made: KnownKey = { key, remembered: new Map() }
  knownKeys.set(secret, made)
  forgetOldest(knownKeys, MAX_KEYS)
  return made
}

/**
 * What the token says, or null when it is forged, expired, malformed, of the other kind, or signed with a key that is not accepted any
 * more. The signature of a token that was found good is not computed again; whether it has expired is asked each time.
 */
export async function verifyToken(
  keyring: Keyring,
  token: string,
  now: Date,
  kind: CredentialKind = 'token',
): Promise<Claims | null> {
  const keyId = keyIdOf(token)
  if (keyId === null) return null
  for (const { secret } of await keysFor(keyring, keyId, now)) {
    const claims = await verifyWith(secret, token, now, kind)
    if (claims !== null) return claims
  }
  return null
}

/** A token that names no key may be of any. */
async function keysFor(keyring: Keyring, keyId: string | undefined, now: Date): Promise<readonly SigningKey[]> {
  const { accepted } = await keyring()
  if (keyId === undefined) return accepted
  const found = accepted.filter(({ id }) => id === keyId)
  if (found.length > 0 || Math.abs(now.getTime() - askedFresh) < FRESH_MS) return found
  askedFresh = now.getTime()
  return (await keyring({ fresh: true })).accepted.filter(({ id }) => id === keyId)
}

let askedFresh = Number.NEGATIVE_INFINITY

async function verifyWith(secret: string, token: string, now: Date, kind: CredentialKind): Promise<Claims | null> {
  const { key, remembered } = knownKey(secret)
  const known = remembered.get(token)
  if (known !== undefined && known.validFrom <= now) {
    if (known.claims.expiresAt > now) return known.kind === kind ? known.claims : null
    remembered.delete(token)
  }
  try {
    const { payload } = await jwtVerify(token, await key, { algorithms: ['HS256'], issuer: ISSUER, currentDate: now })
    const parsed = claimsSchema.safeParse(payload)
    if (!parsed.success) return null
    const { sub, jti, role, scopes, exp, use } = parsed.data
    const principal = { userId: sub as UserId, role, scopes }
    const claims = { id: jti as CredentialId, principal, expiresAt: new Date(exp * 1_000) }
    const found: CredentialKind = use ?? 'token'
    remembered.set(token, { claims, kind: found, validFrom: now })
    forgetOldest(remembered, MAX_REMEMBERED)
    return found === kind ? claims : null
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}

/** Null for what is no token; undefined where it names no key. */
function keyIdOf(token: string): string | undefined | null {
  try {
    const { kid } = decodeProtectedHeader(token)
    return kid === undefined || typeof kid === 'string' ? kid : null
  } catch {
    return null
  }
}

/** The one remembered longest is forgotten first. */
function forgetOldest<Key>(remembered: Map<Key, unknown>, most: number): void {
  if (remembered.size <= most) return
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest)
    return
  }
}

/**
 * A token for `POST /v1/session`, good for one use. Only its digest is stored, and that takes the signing key: a row that somebody put into
 * the database signs nobody in.
 */
export async function createLoginToken(
  deps: { readonly access: AccessStore; readonly ids: Ids; readonly clock: Clock; readonly keyring: Keyring },
  userId: UserId,
  ttlMs: number,
): Promise<string> {
  const token: string = deps.ids.unguessable()
  const { current } = await deps.keyring()
  await deps.access.addLoginToken(loginDigest(current, token), userId, new Date(deps.clock.now().getTime() + ttlMs))
  return token
}

export function loginDigest({ secret }: SigningKey, token: string): string {
  return createHmac('sha256', secret).update(`login\n${token}`).digest('hex')
}

/** Whose token it is, exactly once; null when it is unknown, used or expired. It may have been made under any key that is accepted. */
export async function takeLoginToken(
  deps: { readonly access: AccessStore; readonly clock: Clock; readonly keyring: Keyring },
  token: string,
): Promise<UserId | null> {
  for (const key of (await deps.keyring()).accepted) {
    const userId = await deps.access.takeLoginToken(loginDigest(key, token), deps.clock.now())
    if (userId !== null) return userId
  }
  return null
}

export function secretProblem(secret: string): string | null {
  if (secret.length >= MIN_SECRET_CHARACTERS) return null
  return `JWT_SECRET must have at least ${MIN_SECRET_CHARACTERS} characters; without it anybody could sign in.`
}

async function sign(request: TokenRequest, kind: CredentialKind): Promise<string> {
  const { userId, role, scopes } = request.principal
  const issued = Math.floor(request.now.getTime() / 1_000)
  return new SignJWT({ role, scopes: [...scopes], ...(kind === 'session' ? { use: 'session' } : {}) })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: request.key.id })
    .setIssuer(ISSUER)
    .setSubject(userId)
    .setJti(request.id)
    .setIssuedAt(issued)
    .setExpirationTime(issued + request.ttlSeconds)
    .sign(await knownKey(request.key.secret).key)
}
