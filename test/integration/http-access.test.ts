import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { CredentialId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { Scope } from '../../src/core/vocabulary/principal.ts'
import { createHttpServer } from '../../src/adapters/http/server.ts'
import { createLoginToken, signToken } from '../../src/adapters/http/tokens.ts'
import { approvalRequest } from '../../src/core/task/accept-request.ts'
import { ADA, jsonOf, KEYS, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'
import { ask } from './preview-world.ts'

const ROUTED = {
  intent: 'command',
  task_type: 'dev_pipeline',
  confidence: 1,
  summary: '',
  plan: '',
  needs_confirmation: true,
  command: null,
  ask: null,
  source: null,
} as const

async function signIn(world: World, user = 'owner'): Promise<string> {
  const token = await createLoginToken(world.login, user as UserId, 60_000)
  const response = await world.call(null, 'POST', '/v1/session', { token })
  assert.equal(response.status, 201)
  return response.headers.get('set-cookie') ?? ''
}

test('every operation asks who it is, and whether they may', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const operations: readonly (readonly [string, string, Scope])[] = [
    ['GET', '/v1/tasks', 'tasks:read'],
    ['POST', '/v1/tasks', 'tasks:write'],
    ['GET', `/v1/tasks/${id}`, 'tasks:read'],
    ['GET', `/v1/tasks/${id}/events`, 'tasks:read'],
    ['POST', `/v1/tasks/${id}/approve`, 'tasks:approve'],
    ['POST', `/v1/tasks/${id}/reject`, 'tasks:approve'],
    ['POST', `/v1/tasks/${id}/abort`, 'tasks:write'],
    ['POST', `/v1/tasks/${id}/artifacts`, 'tasks:write'],
    ['GET', '/v1/admin/state', 'admin'],
    ['POST', '/v1/admin/pause', 'admin'],
    ['POST', '/v1/admin/resume', 'admin'],
    ['POST', '/v1/workers/claim', 'worker'],
    ['POST', `/v1/workers/${id}/complete`, 'worker'],
  ]
  for (const [method, path, scope] of operations) {
    const nobody = await world.call(null, method, path)
    assert.equal(nobody.status, 401, path)
    assert.match(nobody.headers.get('www-authenticate') ?? '', /^Bearer/)
    assert.equal(nobody.headers.get('content-type'), 'application/problem+json')
    const rest = OWNER.scopes.filter((it) => it !== scope)
    // Whether a yes takes more than the right to ask is known once it is clear what is asked.
    const body = scope === 'tasks:approve' ? {} : undefined
    const refused = await world.call({ ...OWNER, scopes: rest }, method, path, body)
    assert.equal(refused.status, 403, path)
    assert.equal((await jsonOf(refused))['code'], 'missing_scope')
  }
  const past = new Date(Date.now() - 7_200_000)
  const id2 = world.deps.ids.next<CredentialId>()
  const expired = await signToken({ key: KEYS.current, principal: OWNER, ttlSeconds: 3_600, now: past, id: id2 })
  for (const authorization of [`Bearer ${expired}`, 'Bearer x', 'Basic b3duZXI6', 'Bearer', `bearer.${expired}`]) {
    const response = await fetch(`${world.url}/v1/tasks`, { headers: { authorization } })
    assert.equal(response.status, 401, authorization)
  }
})

test('whoever asked for work says OK to it; a command, and the work of others, takes more', async (t) => {
  const world = await openWorld(t)
  const asker = { ...ADA, scopes: ['tasks:read', 'tasks:write'] } as const
  const waiting = async (kind: 'plan' | 'shell_command') => {
    const id = await world.createTask(asker)
    await world.deps.appendFromOutside(id, [
      { type: 'task.routed', data: ROUTED },
      approvalRequest(world.deps.ids, {
        kind,
        subject: 'it',
        expiresAt: new Date(Date.now() + 60_000),
        estimate: null,
      }),
    ])
    return id
  }
  const [plan, command] = [await waiting('plan'), await waiting('shell_command')]
  const stranger = { ...asker, userId: 'bob' as UserId }
  assert.equal((await world.call(stranger, 'POST', `/v1/tasks/${plan}/approve`, {})).status, 404)
  assert.equal((await world.call(asker, 'POST', `/v1/tasks/${command}/approve`, {})).status, 403)
  assert.equal((await world.call(asker, 'POST', `/v1/tasks/${plan}/approve`, {})).status, 200)
  assert.equal((await world.deps.store.get(plan))?.approval?.status, 'approved')
})

test('a login token becomes a session once', async (t) => {
  const world = await openWorld(t)
  const token = await createLoginToken(world.login, 'owner' as UserId, 60_000)
  const both = await Promise.all([
    world.call(null, 'POST', '/v1/session', { token }),
    world.call(null, 'POST', '/v1/session', { token }),
  ])
  assert.deepEqual(
    both.map((it) => it.status).toSorted((a, b) => a - b),
    [201, 401],
  )
  const expired = await createLoginToken(world.login, 'owner' as UserId, -1)
  assert.equal((await world.call(null, 'POST', '/v1/session', { token: expired })).status, 401)
  const cookie = await signIn(world)
  assert.match(cookie, /^factotum_session=[\w.-]+; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/)
  const headers = { cookie: cookie.split(';')[0] ?? '' }
  const me = await jsonOf(await world.call(null, 'GET', '/v1/session', undefined, headers))
  assert.deepEqual([me['user_id'], me['role']], ['owner', 'owner'])
  const left = await world.call(null, 'DELETE', '/v1/session', undefined, { ...headers, origin: world.url })
  assert.equal(left.status, 204)
  assert.match(left.headers.get('set-cookie') ?? '', /^factotum_session=; .*Max-Age=0/)
})

test('over HTTPS the session cookie is bound to the host', async (t) => {
  const world = await openWorld(t, { config: { publicUrl: 'https://factotum.example.com' } })
  const token = await createLoginToken(world.login, 'owner' as UserId, 60_000)
  const { response } = await ask(
    `${world.address}/v1/session`,
    {
      host: 'factotum.example.com',
      origin: 'https://factotum.example.com',
      'content-type': 'application/json',
    },
    'POST',
    JSON.stringify({ token }),
  )
  assert.equal(response.statusCode, 201)
  assert.match(response.headers['set-cookie']?.[0] ?? '', /^__Host-factotum_session=.*; Secure$/)
})

test('a session serves the pages of this server and nobody else', async (t) => {
  const world = await openWorld(t)
  const cookie = (await signIn(world)).split(';')[0] ?? ''
  const send = async (headers: Record<string, string>, method = 'POST') => {
    const body = method === 'GET' ? '' : JSON.stringify({ input_text: 'x' })
    const type = { 'content-type': 'application/json' }
    const { response } = await ask(`${world.url}/v1/tasks`, { cookie, ...type, ...headers }, method, body)
    return response.statusCode
  }
  assert.equal(await send({ origin: world.url }), 201)
  assert.equal(await send({ 'sec-fetch-site': 'same-origin' }), 201)
  assert.equal(await send({}), 403)
  assert.equal(await send({ origin: 'https://evil.example' }), 403)
  assert.equal(await send({ origin: 'http://127.0.0.1:1' }), 403)
  assert.equal(await send({ origin: 'null' }), 403)
  assert.equal(await send({ 'sec-fetch-site': 'same-site' }), 403)
  assert.equal(await send({}, 'GET'), 200)
  assert.equal(await send({ 'sec-fetch-site': 'cross-site' }, 'GET'), 403)
  assert.equal(await send({ host: 'rebound.example', origin: 'http://rebound.example' }), 421)
  assert.equal(await send({ origin: world.url, cookie: `factotum_session=planted; ${cookie}` }), 201)
  // A bad token is not passed over for a good session.
  assert.equal(await send({ origin: world.url, authorization: 'Bearer x.y.z' }), 401)
})

test('another page can neither sign a browser in nor out', async (t) => {
  const world = await openWorld(t)
  const token = await createLoginToken(world.login, 'owner' as UserId, 60_000)
  const foreign = { origin: 'https://evil.example' }
  assert.equal((await world.call(null, 'POST', '/v1/session', { token }, foreign)).status, 403)
  const form = { 'content-type': 'text/plain' }
  const simple = await ask(`${world.url}/v1/session`, form, 'POST', JSON.stringify({ token }))
  assert.equal(simple.response.statusCode, 415)
  assert.equal((await world.call(null, 'POST', '/v1/session', { token })).status, 201)
})

test('a secret that is missing or short starts nothing', async (t) => {
  const world = await openWorld(t)
  for (const secret of ['', 'short']) {
    const current = { id: 'key-1', secret }
    const keyring = async () => ({ current, accepted: [current] })
    const server = createHttpServer(world.deps, { ...world.config, host: '0.0.0.0', keyring })
    await assert.rejects(server.listen(), /JWT_SECRET/)
  }
})

test('a port that is taken is named', async (t) => {
  const world = await openWorld(t)
  const port = Number(new URL(world.url).port)
  const second = createHttpServer(world.deps, { ...world.config, port })
  await assert.rejects(second.listen(), {
    message: `127.0.0.1:${port} is taken by another program; set HTTP_PORT to a free port.`,
  })
})

test('health is for anyone, metrics are for this machine or an admin', async (t) => {
  const world = await openWorld(t)
  assert.equal((await world.call(null, 'GET', '/healthz')).status, 200)
  const before = await world.call(null, 'GET', '/readyz')
  assert.deepEqual([before.status, (await jsonOf(before))['code']], [503, 'no_worker'])
  await world.call(OWNER, 'POST', '/v1/workers/claim', { worker_id: 'w-1' })
  assert.deepEqual(await jsonOf(await world.call(null, 'GET', '/readyz')), { status: 'ready', workers: 1 })
  assert.equal((await world.call(null, 'GET', '/metrics')).status, 200)
  const proxied = { 'x-forwarded-for': '203.0.113.9' }
  assert.equal((await world.call(null, 'GET', '/metrics', undefined, proxied)).status, 401)
  const published = await openWorld(t, { config: { publicUrl: 'http://127.0.0.1' } })
  assert.equal((await fetch(`${published.address}/metrics`)).status, 401)
  const broken = await openWorld(t, {
    deps: { queue: { ...world.deps.queue, state: () => Promise.reject(new Error('connection refused by 10.0.0.7')) } },
  })
  const unready = await broken.call(null, 'GET', '/readyz')
  assert.equal(unready.status, 503)
  assert.doesNotMatch(await unready.text(), /10\.0\.0\.7/)
})

test('the console comes with its security policy, its assets for ever, its page for its own addresses', async (t) => {
  const directory = await consoleFiles(t)
  const world = await openWorld(t, { config: { consoleDirectory: directory } })
  const html = { accept: 'text/html,*/*' }
  for (const [path, headers] of [
    ['/', {}],
    ['/login?token=abc', html],
    ['/tasks/01900000-0000-7000-8000-000000000001', html],
    ['/settings', html],
  ] as const) {
    const response = await world.call(null, 'GET', path, undefined, { ...headers })
    assert.equal(await response.text(), '<title>console</title>', path)
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, /frame-src 'self' http:\/\/127\.0\.0\.1:\*/)
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(response.headers.get('cache-control'), 'no-cache')
  }
  const asset = await world.call(null, 'GET', '/assets/app-1a2b.js')
  assert.equal(asset.headers.get('content-type'), 'text/javascript; charset=utf-8')
  assert.match(asset.headers.get('cache-control') ?? '', /immutable/)
  for (const path of [
    '/settings',
    '/assets/none.js',
    '/v1/none',
    '/secret.txt',
    '/assets',
    '/%00',
    '/..%2fsecret.txt',
  ]) {
    const response = await world.call(null, 'GET', path, undefined, path === '/v1/none' ? html : {})
    assert.equal(response.status, 404, path)
    assert.equal(response.headers.get('content-type'), 'application/problem+json', path)
  }
  assert.equal((await world.call(null, 'GET', '/tasks')).status, 401)
  assert.equal((await world.call(null, 'POST', '/settings')).status, 404)
})

async function consoleFiles(t: TestContext): Promise<string> {
  const outer = await mkdtemp(join(tmpdir(), 'console-'))
  t.after(() => rm(outer, { recursive: true }))
  await writeFile(join(outer, 'secret.txt'), 'secret')
  await mkdir(join(outer, 'dist', 'assets'), { recursive: true })
  await writeFile(join(outer, 'dist', 'index.html'), '<title>console</title>')
  await writeFile(join(outer, 'dist', 'assets', 'app-1a2b.js'), 'export {}')
  return join(outer, 'dist')
}

test('a row that somebody put into the database signs nobody in', async (t) => {
  const world = await openWorld(t)
  const token = 'a-token-that-is-known-to-whoever-wrote-the-row'
  for (const hash of [world.deps.ids.digest(`login\n${token}`), world.deps.ids.digest(token), token])
    await world.deps.access.addLoginToken(hash, 'owner' as UserId, new Date(Date.now() + 60_000))
  assert.equal((await world.call(null, 'POST', '/v1/session', { token })).status, 401)
})
