import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { Principal } from '../../core/vocabulary/principal.ts'
import { issueSession, issueToken, secretProblem, sessionPrincipal, verifyToken } from './tokens.ts'

const secret = 'a secret that is long enough'
const now = new Date('2026-03-02T09:00:00Z')
const ada: Principal = { userId: 'ada' as UserId, role: 'member', scopes: ['tasks:read'] }
const wanted = { secret, principal: ada, ttlSeconds: 60, now, id: 'token-1' }

function forge(header: object, payload: object, key = secret): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part(header)}.${part(payload)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}

const HS256 = { alg: 'HS256', typ: 'JWT' }
const good = { sub: 'ada', role: 'member', scopes: ['tasks:read'], exp: now.getTime() / 1_000 + 60 }

test('a token speaks for its principal until it expires', async () => {
  const token = await issueToken(wanted)
  assert.deepEqual(await verifyToken(secret, token, now), {
    principal: ada,
    expiresAt: new Date('2026-03-02T09:01:00Z'),
  })
  assert.equal(await verifyToken(secret, token, new Date('2026-03-02T09:01:01Z')), null)
})

test('a session is no token, and a token no session', async () => {
  const [token, session] = [await issueToken(wanted), await issueSession(wanted)]
  assert.equal(await verifyToken(secret, session, now), null)
  assert.equal(await verifyToken(secret, token, now, 'session'), null)
  assert.equal((await verifyToken(secret, session, now, 'session'))?.principal.userId, 'ada')
})

test('forged and malformed tokens speak for nobody', async () => {
  assert.notEqual(await verifyToken(secret, forge(HS256, good), now), null)
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
    forge(HS256, { ...good, sub: '' }),
    forge(HS256, { ...good, sub: undefined }),
    forge(HS256, { ...good, scopes: ['everything'] }),
    forge(HS256, { ...good, role: 'root' }),
    forge(HS256, { ...good, nbf: good.exp }),
  ]) {
    assert.equal(await verifyToken(secret, token, now), null, token)
  }
})

test('a token that names no scope has none', async () => {
  const verified = await verifyToken(secret, forge(HS256, { ...good, scopes: undefined, role: undefined }), now)
  assert.deepEqual(verified?.principal, { userId: 'ada', role: 'guest', scopes: [] })
})

test('a short secret signs nothing', async () => {
  assert.match(secretProblem('short') ?? '', /JWT_SECRET/)
  await assert.rejects(issueToken({ ...wanted, secret: 'short' }), /at least 16/)
})

test('sessions of owners may do everything but work', () => {
  assert.deepEqual(sessionPrincipal('owner' as UserId, ['owner']).scopes.includes('admin'), true)
  assert.deepEqual(sessionPrincipal('owner' as UserId, ['owner']).scopes.includes('worker'), false)
  assert.equal(sessionPrincipal('ada' as UserId, ['owner']).role, 'member')
})

test('a token that was good a moment ago is asked the same questions again', async () => {
  const [token, session] = [await issueToken(wanted), await issueSession(wanted)]
  for (let times = 0; times < 3; times += 1) {
    assert.equal((await verifyToken(secret, token, now))?.principal.userId, 'ada')
    assert.equal((await verifyToken(secret, session, now, 'session'))?.principal.userId, 'ada')
    // Of the other kind, under another secret, or with one character changed.
    assert.equal(await verifyToken(secret, token, now, 'session'), null)
    assert.equal(await verifyToken(secret, session, now), null)
    assert.equal(await verifyToken('another secret of that length', token, now), null)
    assert.equal(await verifyToken(secret, `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`, now), null)
  }
  assert.notEqual(await verifyToken(secret, token, new Date(now.getTime() + 59_999)), null)
  for (const ms of [60_000, 60_001, 3_600_000]) {
    assert.equal(await verifyToken(secret, token, new Date(now.getTime() + ms)), null)
  }
})

test('a token that is not valid yet is not valid because it will be', async () => {
  const later = new Date(now.getTime() + 30_000)
  const token = forge(HS256, { ...good, nbf: later.getTime() / 1_000 })
  assert.equal(await verifyToken(secret, token, now), null)
  assert.notEqual(await verifyToken(secret, token, later), null)
  assert.equal(await verifyToken(secret, token, now), null)
})

test('more tokens than are remembered are all good', async () => {
  const tokens = Array.from({ length: 1_100 }, (_, number) => forge(HS256, { ...good, sub: `user-${number}` }))
  for (const token of tokens) await verifyToken(secret, token, now)
  assert.equal((await verifyToken(secret, tokens[0] ?? '', now))?.principal.userId, 'user-0')
  assert.equal((await verifyToken(secret, tokens[1_099] ?? '', now))?.principal.userId, 'user-1099')
})
