import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { Principal } from '../../core/vocabulary/principal.ts'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import { secretProblem, signSession, signToken, verifyToken } from './tokens.ts'
import type { Keyring, SigningKey } from './tokens.ts'

const secret = 'a secret that is long enough'
const now = new Date('2026-03-02T09:00:00Z')
const ada: Principal = { userId: 'ada' as UserId, role: 'member', scopes: ['tasks:read'] }
const key: SigningKey = { id: 'key-1', secret }
const wanted = { key, principal: ada, ttlSeconds: 60, now, id: 'token-1' as CredentialId }
const ringOf =
  (...accepted: readonly [SigningKey, ...SigningKey[]]): Keyring =>
  async () => ({ current: accepted[0], accepted })
const ring = ringOf(key)

function forge(header: object, payload: object, key = secret): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

const HS256 = { alg: 'HS256', typ: 'JWT' }
const good = {
  iss: 'factotum',
  jti: 'token-1',
  sub: 'ada',
  role: 'member',
  scopes: ['tasks:read'],
  exp: now.getTime() / 1_000 + 60,
}

test('a token speaks for its principal until it expires', async () => {
  const token = await signToken(wanted)
  assert.deepEqual(await verifyToken(ring, token, now), {
    id: 'token-1',
    principal: ada,
    expiresAt: new Date('2026-03-02T09:01:00Z'),
  })
  assert.equal(await verifyToken(ring, token, new Date('2026-03-02T09:01:01Z')), null)
})

test('a session is no token, and a token no session', async () => {
  const [token, session] = [await signToken(wanted), await signSession(wanted)]
  assert.equal(await verifyToken(ring, session, now), null)
  assert.equal(await verifyToken(ring, token, now, 'session'), null)
  assert.equal((await verifyToken(ring, session, now, 'session'))?.principal.userId, 'ada')
})

test('forged and malformed tokens speak for nobody', async () => {
  assert.notEqual(await verifyToken(ring, forge(HS256, good), now), null)
  const unsigned = forge({ alg: 'none' }, good)
  for (const token of [
    '',
    'x',
    'a.b.c',
    unsigned,
    `${unsigned.split('.').slice(0, 2).join('.')}.`,
    forge(HS256, good, 'another secret of that length'),
    forge({ ...HS256, alg: 'HS512' }, good),
    forge(HS256, { ...good, exp: undefined }),
    forge(HS256, { ...good, jti: undefined }),
    forge(HS256, { ...good, iss: 'somebody' }),
    forge({ ...HS256, kid: 'key-2' }, good),
    forge({ ...HS256, kid: 7 }, good),
    forge({ ...HS256, kid: ['key-1'] }, good),
    forge(HS256, { ...good, sub: '' }),
    forge(HS256, { ...good, sub: undefined }),
    forge(HS256, { ...good, scopes: ['everything'] }),
    forge(HS256, { ...good, role: 'root' }),
    forge(HS256, { ...good, nbf: good.exp }),
  ]) {
    assert.equal(await verifyToken(ring, token, now), null, token)
  }
})

test('a token that names no scope has none', async () => {
  const verified = await verifyToken(ring, forge(HS256, { ...good, scopes: undefined, role: undefined }), now)
  assert.deepEqual(verified?.principal, { userId: 'ada', role: 'guest', scopes: [] })
})

test('a short secret signs nothing', async () => {
  assert.match(secretProblem('short') ?? '', /JWT_SECRET/)
  await assert.rejects(signToken({ ...wanted, key: { id: 'x', secret: 'short' } }), /at least 16/)
})

test('a token that was good a moment ago is asked the same questions again', async () => {
  const [token, session] = [await signToken(wanted), await signSession(wanted)]
  for (let times = 0; times < 3; times += 1) {
    assert.equal((await verifyToken(ring, token, now))?.principal.userId, 'ada')
    assert.equal((await verifyToken(ring, session, now, 'session'))?.principal.userId, 'ada')
    // Of the other kind, under another secret, or with one character changed.
    assert.equal(await verifyToken(ring, token, now, 'session'), null)
    assert.equal(await verifyToken(ring, session, now), null)
    assert.equal(await verifyToken(ringOf({ id: 'key-1', secret: 'another secret of that length' }), token, now), null)
    assert.equal(await verifyToken(ring, `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`, now), null)
  }
  assert.notEqual(await verifyToken(ring, token, new Date(now.getTime() + 59_999)), null)
  for (const ms of [60_000, 60_001, 3_600_000]) {
    assert.equal(await verifyToken(ring, token, new Date(now.getTime() + ms)), null)
  }
})

test('a token that is not valid yet is not valid because it will be', async () => {
  const later = new Date(now.getTime() + 30_000)
  const token = forge(HS256, { ...good, nbf: later.getTime() / 1_000 })
  assert.equal(await verifyToken(ring, token, now), null)
  assert.notEqual(await verifyToken(ring, token, later), null)
  assert.equal(await verifyToken(ring, token, now), null)
})

test('more tokens than are remembered are all good', async () => {
  const tokens = Array.from({ length: 1_100 }, (_, number) => forge(HS256, { ...good, sub: `user-${number}` }))
  for (const token of tokens) await verifyToken(ring, token, now)
  assert.equal((await verifyToken(ring, tokens[0] ?? '', now))?.principal.userId, 'user-0')
  assert.equal((await verifyToken(ring, tokens[1_099] ?? '', now))?.principal.userId, 'user-1099')
})

test('a token holds on while its key is accepted, and is signed with the newest', async () => {
  const newer = { id: 'key-2', secret: 'another secret of that length' }
  const old = await signToken(wanted)
  assert.notEqual(await verifyToken(ringOf(newer, key), old, now), null)
  assert.equal(await verifyToken(ringOf(newer), old, now), null)
  // One that names no key may be of any that is accepted.
  assert.notEqual(await verifyToken(ringOf(newer, key), forge(HS256, good), now), null)
  assert.equal(await verifyToken(ringOf(newer), forge(HS256, good), now), null)
})

test('a key that was not known a moment ago is looked for once', async () => {
  const newer = { id: 'key-9', secret: 'another secret of that length' }
  let fresh = 0
  const learning: Keyring = async (wish) => {
    if (wish?.fresh === true) fresh += 1
    return { current: key, accepted: wish?.fresh === true ? [newer, key] : [key] }
  }
  const later = new Date(now.getTime() + 10_000)
  const token = await signToken({ ...wanted, key: newer })
  assert.notEqual(await verifyToken(learning, token, later), null)
  for (let n = 0; n < 20; n += 1) await verifyToken(learning, forge({ ...HS256, kid: `x${n}` }, good), later)
  assert.equal(fresh, 1)
})
