// Tokens and sessions on record: listed, issued and revoked over HTTP, worth what their person is, and gone at once.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import type { CredentialId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { createLoginToken, signToken } from '../../src/adapters/http/tokens.ts'
import { ADA, BOB, jsonOf, KEYS, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'

type Listed = { readonly id: string; readonly kind: string; readonly user_id: string; readonly current: boolean }

async function listed(world: World, principal: Principal, query = ''): Promise<readonly Listed[]> {
  const response = await world.call(principal, 'GET', `/v1/credentials${query}`)
  assert.equal(response.status, 200)
  const { items } = await jsonOf(response)
  assert.ok(Array.isArray(items))
  return items
}

/** A request with that token, whoever it speaks for. */
function withToken(world: World, token: string, path = '/v1/tasks'): Promise<Response> {
  return fetch(world.url + path, { headers: { authorization: `Bearer ${token}` } })
}

async function closed(socket: WebSocket): Promise<number> {
  const [code] = await once(socket, 'close')
  return Number(code)
}

test('a token that is signed well and not on record opens nothing', async (t) => {
  const world = await openWorld(t)
  const id = world.deps.ids.next<CredentialId>()
  const token = await signToken({ key: KEYS.current, principal: OWNER, ttlSeconds: 60, now: new Date(), id })
  const refused = await withToken(world, token)
  assert.equal(refused.status, 401)
  assert.equal((await jsonOf(refused))['code'], 'unauthorized')
  // Nor one that names the record of somebody else.
  const { credential } = await world.credentialOf(ADA)
  const borrowed = await signToken({
    key: KEYS.current,
    principal: OWNER,
    ttlSeconds: 60,
    now: new Date(),
    id: credential.id,
  })
  assert.equal((await withToken(world, borrowed)).status, 401)
})

test('a role that was raised in the database alone raises no token', async (t) => {
  const world = await openWorld(t)
  const { credential } = await world.credentialOf(ADA)
  const id = world.deps.ids.next<CredentialId>()
  await world.deps.credentials.add({ ...credential, id, role: 'owner', scopes: OWNER.scopes })
  await world.deps.members.put({ userId: ADA.userId, role: 'owner', name: 'Ada', since: new Date() })
  const token = await signToken({ key: KEYS.current, principal: ADA, ttlSeconds: 60, now: new Date(), id })
  const me = await jsonOf(await withToken(world, token, '/v1/session'))
  assert.deepEqual([me['role'], me['scopes']], ['member', ADA.scopes])
  assert.equal((await withToken(world, token, '/v1/audit')).status, 403)
})

test('an owner issues a token for a program; it does what it says and no more, and is shown once', async (t) => {
  const world = await openWorld(t)
  const made = await world.call(OWNER, 'POST', '/v1/credentials', {
    user_id: 'ci',
    scopes: ['tasks:read'],
    label: 'builds',
    ttl_seconds: 60,
  })
  assert.equal(made.status, 201)
  const { token, ...credential } = await jsonOf(made)
  assert.deepEqual(
    [credential['user_id'], credential['role'], credential['scopes'], credential['label'], credential['issued_by']],
    ['ci', 'member', ['tasks:read'], 'builds', 'owner'],
  )
  assert.equal((await withToken(world, String(token))).status, 200)
  const write = { method: 'POST', headers: { authorization: `Bearer ${String(token)}` } }
  assert.equal((await fetch(`${world.url}/v1/tasks`, write)).status, 403)
  const all = JSON.stringify(await listed(world, OWNER))
  assert.ok(all.includes(String(credential['id'])) && !all.includes(String(token)))
})

test('nobody gets more than their role: not at issue, and not when it is used', async (t) => {
  const world = await openWorld(t)
  for (const wish of [
    { user_id: 'bob', scopes: ['admin'] },
    { user_id: 'bob', scopes: ['worker'] },
    { user_id: 'bob', role: 'owner' },
    { role: 'guest', scopes: ['tasks:write'] },
  ]) {
    const refused = await world.call(OWNER, 'POST', '/v1/credentials', wish)
    assert.equal(refused.status, 400, JSON.stringify(wish))
  }
  assert.equal((await world.call(ADA, 'POST', '/v1/credentials', {})).status, 403)
  // Recorded as more than a member may, as a database that was written to by hand would have it.
  const climber: Principal = { ...BOB, scopes: ['tasks:read', 'admin', 'worker'] }
  const me = await jsonOf(await world.call(climber, 'GET', '/v1/session'))
  assert.deepEqual([me['role'], me['scopes']], ['member', ['tasks:read']])
  assert.equal((await world.call(climber, 'GET', '/v1/admin/state')).status, 403)
  const usurper: Principal = { userId: 'mallory' as UserId, role: 'owner', scopes: ['admin'] }
  assert.equal((await world.call(usurper, 'GET', '/v1/admin/state')).status, 401)
})

test('everybody sees and ends their own; owners those of all', async (t) => {
  const world = await openWorld(t)
  const [adas, bobs] = [await world.credentialOf(ADA), await world.credentialOf(BOB)]
  const own = await listed(world, ADA)
  assert.ok(own.every(({ user_id }) => user_id === 'ada'))
  assert.equal(own.filter(({ current }) => current).length, 1)
  assert.equal((await world.call(ADA, 'GET', '/v1/credentials?user_id=bob')).status, 403)
  const path = (id: string) => `/v1/credentials/${id}`
  assert.equal((await world.call(ADA, 'DELETE', path(bobs.credential.id))).status, 404)
  for (const id of ['x', '%00', '01900000-0000-7000-8000-000000000000'])
    assert.equal((await world.call(ADA, 'DELETE', path(id))).status, 404, id)
  assert.equal((await withToken(world, bobs.token)).status, 200)
  assert.equal((await world.call(ADA, 'DELETE', path(adas.credential.id))).status, 204)
  assert.equal((await withToken(world, adas.token)).status, 401)
  assert.equal((await world.call(OWNER, 'DELETE', path(bobs.credential.id))).status, 204)
  assert.equal((await world.call(OWNER, 'DELETE', path(bobs.credential.id))).status, 204)
  assert.equal((await withToken(world, bobs.token)).status, 401)
  assert.ok((await listed(world, OWNER)).length > own.length)
  const log = await world.deps.audit.list({
    actor: null,
    taskId: null,
    action: 'credential.revoked',
    before: null,
    limit: 9,
  })
  assert.equal(log.length, 2)
})

test('a revoked credential closes what is open with it at once; one whose signal was lost, within seconds', async (t) => {
  const world = await openWorld(t)
  const address = `${world.url.replace('http', 'ws')}/v1/stream`
  const open = async (token: string) => {
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } })
    await once(socket, 'open')
    return socket
  }
  const [told, untold, other] = await Promise.all([ADA, ADA, ADA].map((it) => world.credentialOf(it)))
  assert.ok(told !== undefined && untold !== undefined && other !== undefined)
  const [one, two, three] = [await open(told.token), await open(untold.token), await open(other.token)]
  await world.call(ADA, 'DELETE', `/v1/credentials/${told.credential.id}`)
  assert.equal(await closed(one), 1008)
  assert.equal(two.readyState, WebSocket.OPEN)
  await world.deps.credentials.revoke(untold.credential.id, OWNER.userId, new Date())
  assert.equal(await closed(two), 1008)
  assert.equal(three.readyState, WebSocket.OPEN)
  three.close()
})

test('whoever is shut out or becomes less is cut off, and sees what they are now', async (t) => {
  const world = await openWorld(t)
  const userId = 'telegram:7' as UserId
  const person: Principal = { userId, role: 'owner', scopes: ['tasks:read', 'admin'] }
  await world.deps.members.put({ userId, role: 'owner', name: 'Cleo', since: new Date() })
  assert.equal((await world.call(person, 'GET', '/v1/admin/state')).status, 200)
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/v1/stream`, {
    headers: { authorization: `Bearer ${await world.tokenOf(person)}` },
  })
  await once(socket, 'open')
  await world.deps.members.put({ userId, role: 'member', name: 'Cleo', since: new Date() })
  assert.equal(await closed(socket), 1008)
  assert.equal((await world.call(person, 'GET', '/v1/admin/state')).status, 403)
  await world.deps.members.remove(userId)
  await until(async () => (await world.call(person, 'GET', '/v1/tasks')).status === 401)
})

test('signing out ends the session everywhere, and tells the browser to forget', async (t) => {
  const world = await openWorld(t)
  const token = await createLoginToken(world.login, ADA.userId, 60_000)
  const signedIn = await world.call(null, 'POST', '/v1/session', { token }, { 'user-agent': 'Browser\u00a0of Ada' })
  const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const session = (await listed(world, ADA)).find(({ kind }) => kind === 'session')
  assert.ok(session !== undefined)
  const left = await world.call(null, 'DELETE', '/v1/session', undefined, { cookie, origin: world.url })
  assert.equal(left.status, 204)
  assert.equal(left.headers.get('clear-site-data'), '"cache", "storage"')
  assert.equal((await world.call(null, 'GET', '/v1/session', undefined, { cookie })).status, 401)
})

test('linked ids are one person: what is theirs under one they see under the other, with the rights of the one they use', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const elsewhere: Principal = { ...ADA, userId: 'telegram:99' as UserId }
  await world.deps.members.put({ userId: elsewhere.userId, role: 'member', name: 'Ada', since: new Date() })
  assert.equal((await world.call(elsewhere, 'GET', `/v1/tasks/${id}`)).status, 404)
  await world.deps.identities.offerLink(ADA.userId, 'code', new Date(Date.now() + 60_000))
  await world.deps.identities.takeLink('code', elsewhere.userId, new Date())
  await until(async () => (await world.call(elsewhere, 'GET', `/v1/tasks/${id}`)).status === 200)
  const { items } = await jsonOf(await world.call(elsewhere, 'GET', '/v1/tasks'))
  assert.deepEqual(
    (items as readonly { id: string }[]).map((it) => it.id),
    [id],
  )
  assert.equal((await world.call(BOB, 'GET', `/v1/tasks/${id}`)).status, 404)
  assert.equal((await world.call(elsewhere, 'GET', '/v1/admin/state')).status, 403)
})

test('where only owners stop tasks, whoever asked is told so', async (t) => {
  const world = await openWorld(t, { config: { requesterAbort: false } })
  const id = await world.createTask(ADA)
  const refused = await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`, {})
  assert.deepEqual([refused.status, (await jsonOf(refused))['code']], [403, 'owners_only'])
  assert.equal((await world.call(OWNER, 'POST', `/v1/tasks/${id}/abort`, {})).status, 200)
})

/** What is looked at once a second is seen within a few. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it never came to be')
}
