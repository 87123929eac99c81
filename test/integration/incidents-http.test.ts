// What happened to others over HTTP, each named after its incident, and does not happen here.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { createLoginToken } from '../../src/adapters/http/tokens.ts'
import { ADA, jsonOf, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'
import { ask } from './preview-world.ts'

const BOT = '4711:a-token-of-a-bot'

async function sessionOf(world: World, userId = 'owner'): Promise<string> {
  const token = await createLoginToken(world.login, userId as UserId, 60_000)
  const response = await world.call(null, 'POST', '/v1/session', { token })
  return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}

async function upgradeStatus(address: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(address, { headers })
  socket.on('error', () => undefined)
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('open', () => {
      socket.close()
      resolve(101)
    })
  })
}

test('CVE-2026-25253: a page of another origin gets nothing through the browser of somebody who is signed in', async (t) => {
  const world = await openWorld(t)
  const cookie = await sessionOf(world)
  const stream = `${world.url.replace('http', 'ws')}/v1/stream`
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `${world.url}.evil.example`]) {
    assert.equal(await upgradeStatus(stream, { cookie, origin }), 403, origin)
    for (const [method, path] of [
      ['GET', '/v1/credentials'],
      ['POST', '/v1/credentials'],
      ['DELETE', '/v1/session'],
    ] as const) {
      const response = await world.call(null, method, path, method === 'POST' ? {} : undefined, { cookie, origin })
      assert.equal(response.status, 403, `${method} ${path}`)
      assert.equal(response.headers.get('access-control-allow-origin'), null)
    }
  }
  // No token stands in an address, a page or an answer, so there is none to be sent elsewhere.
  assert.equal(await upgradeStatus(stream, { cookie, origin: world.url }), 101)
  const leaked = await fetch(`${world.url}/v1/stream?token=${await world.tokenOf(OWNER)}&gatewayUrl=wss://evil.example`)
  assert.equal(leaked.status, 401)
  const list = await (await world.call(null, 'GET', '/v1/credentials', undefined, { cookie })).text()
  assert.ok(!list.includes(cookie.slice(cookie.indexOf('=') + 1)))
})

test('CVE-2026-28472: that a token is there counts for nothing; it has to be good', async (t) => {
  const world = await openWorld(t)
  const good = await world.tokenOf(OWNER)
  const [header, payload] = good.split('.')
  const stream = `${world.url.replace('http', 'ws')}/v1/stream`
  for (const authorization of [
    'Bearer x',
    'Bearer x.y.z',
    'Bearer ',
    'Bearer undefined',
    'Bearer null',
    `Bearer ${header}.${payload}.`,
    `Bearer ${header}.${payload}.${'A'.repeat(43)}`,
    `Bearer ${good}, Bearer ${good}`,
    `Token ${good}`,
  ]) {
    assert.equal((await world.call(null, 'GET', '/v1/tasks', undefined, { authorization })).status, 401, authorization)
    assert.equal(await upgradeStatus(stream, { authorization }), 401, authorization)
    // Not even where something good stands beside it.
    const beside = { authorization, cookie: await sessionOf(world), origin: world.url }
    assert.equal((await world.call(null, 'GET', '/v1/tasks', undefined, beside)).status, 401, authorization)
  }
})

test('GHSA-rqpp-rjj8-7wv8: scopes that a client claims for itself are not its scopes', async (t) => {
  const world = await openWorld(t)
  const cookie = await sessionOf(world, 'ada')
  const claims = { 'x-scopes': 'admin', 'x-role': 'owner', 'x-user-id': 'owner', 'x-forwarded-user': 'owner' }
  const me = await jsonOf(
    await world.call(null, 'GET', '/v1/session?scopes=admin&role=owner', undefined, { cookie, ...claims }),
  )
  assert.deepEqual([me['user_id'], me['role'], me['scopes']], ['ada', 'member', ['tasks:read', 'tasks:write']])
  // A command is for owners to approve, whoever asked for it and from wherever.
  const asked = { input_text: 'ls', task_type: 'shell_command' }
  const sent = { cookie, origin: world.url, ...claims }
  const { id } = await jsonOf(await world.call(null, 'POST', '/v1/tasks', asked, sent))
  assert.equal((await world.call(null, 'POST', `/v1/tasks/${String(id)}/approve`, {}, sent)).status, 403)
  assert.equal((await world.call(null, 'GET', '/v1/admin/state', undefined, { cookie, ...claims })).status, 403)
  const token = await createLoginToken(world.login, ADA.userId, 60_000)
  const signedIn = await world.call(null, 'POST', '/v1/session', {
    token,
    role: 'owner',
    scopes: ['admin'],
    user_id: 'owner',
  })
  assert.deepEqual((await jsonOf(signedIn))['role'], 'member')
  const climber: Principal = { ...ADA, role: 'owner', scopes: ['admin', 'worker', 'tasks:read'] }
  assert.equal((await world.call(climber, 'GET', '/v1/tasks')).status, 401)
})

test('sockets that stay live after a revocation: none does', async (t) => {
  const world = await openWorld(t)
  const cookie = await sessionOf(world, 'ada')
  const socket = new WebSocket(`${world.url.replace('http', 'ws')}/v1/stream`, {
    headers: { cookie },
    origin: world.url,
  })
  await once(socket, 'open')
  const left = world.call(null, 'DELETE', '/v1/session', undefined, { cookie, origin: world.url })
  const [code] = await once(socket, 'close')
  assert.deepEqual([code, (await left).status], [1008, 204])
})

test('what Telegram signed signs in once, and only people who were let in', async (t) => {
  const bots: World['deps']['bots'] = async () => [
    {
      bot: '4711',
      username: 'a_bot',
      mode: 'poll',
      state: 'connected',
      detail: '',
      last_update_at: null,
      inbox: 0,
      set_aside: 0,
      outbox: 0,
      ambiguous: 0,
      process: 'p',
    },
  ]
  const world = await openWorld(t, {
    config: { telegramTokens: [BOT], owners: ['owner', 'telegram:1'] },
    deps: { bots },
  })
  const ways = await jsonOf(await world.call(null, 'GET', '/v1/session/ways'))
  assert.deepEqual(ways, { telegram: { bot_id: '4711', bot_username: 'a_bot' } })
  await world.deps.members.put({ userId: 'telegram:2' as UserId, role: 'member', name: 'Ben', since: new Date() })
  await world.deps.members.put({ userId: 'telegram:3' as UserId, role: 'guest', name: 'Cleo', since: new Date() })
  const signIn = (init_data: string, headers = {}) =>
    world.call(null, 'POST', '/v1/session/telegram', { init_data }, headers)
  const first = await signIn(initData(1))
  assert.deepEqual([first.status, (await jsonOf(first))['role']], [201, 'owner'])
  const used = initData(2)
  const both = await Promise.all([signIn(used), signIn(used)])
  assert.deepEqual(
    both.map(({ status }) => status).toSorted((a, b) => a - b),
    [201, 401],
  )
  for (const stranger of [3, 4]) {
    const refused = await signIn(initData(stranger))
    assert.deepEqual([refused.status, (await jsonOf(refused))['code']], [403, 'not_let_in'])
    assert.equal(refused.headers.get('set-cookie'), null)
  }
  assert.equal((await signIn(initData(1, '4711:forged'))).status, 401)
  assert.equal((await signIn(initData(1), { origin: 'https://evil.example' })).status, 403)
  const widget = await world.call(null, 'POST', '/v1/session/telegram', { widget: widgetOf(2) })
  assert.deepEqual([widget.status, (await jsonOf(widget))['user_id']], [201, 'telegram:2'])
  const log = async (action: 'login' | 'login.refused') =>
    (await world.deps.audit.list({ actor: null, taskId: null, action, before: null, limit: 50 })).length
  assert.deepEqual([await log('login'), await log('login.refused')], [3, 4])
})

test('guessing at logins fills no log', async (t) => {
  const world = await openWorld(t)
  for (let n = 0; n < 60; n += 1) await world.call(null, 'POST', '/v1/session', { token: `guess-${n}` })
  const filter = { actor: null, taskId: null, action: 'login.refused', before: null, limit: 100 } as const
  assert.equal((await world.deps.audit.list(filter)).length, 30)
})

test('every answer carries the headers that keep browsers in, and none of the API is stored', async (t) => {
  const world = await openWorld(t, { config: { publicUrl: 'https://factotum.example.com' } })
  for (const [method, path] of [
    ['GET', '/v1/tasks'],
    ['GET', '/healthz'],
    ['GET', '/openapi.json'],
    ['OPTIONS', '/v1/tasks'],
    ['PATCH', '/v1/tasks'],
    ['GET', '/v1/none'],
    ['GET', '/v1/session/ways'],
  ] as const) {
    const { response } = await ask(world.address + path, { host: 'factotum.example.com' }, method)
    const { headers } = response
    assert.equal(headers['cache-control'], 'no-store', path)
    assert.equal(headers['x-content-type-options'], 'nosniff', path)
    assert.equal(headers['x-frame-options'], 'DENY', path)
    assert.equal(headers['strict-transport-security'], 'max-age=31536000', path)
    assert.match(headers['permissions-policy']?.toString() ?? '', /camera=\(\)/, path)
    assert.match(headers['content-security-policy']?.toString() ?? '', /frame-ancestors 'none'/, path)
  }
  const local = await openWorld(t)
  assert.equal((await fetch(`${local.url}/healthz`)).headers.get('strict-transport-security'), null)
})

function initData(id: number, token = BOT): string {
  const fields = {
    user: JSON.stringify({ id, first_name: 'A' }),
    auth_date: seconds(),
    query_id: String(Math.random()),
  }
  const key = createHmac('sha256', 'WebAppData').update(token).digest()
  return new URLSearchParams({ ...fields, hash: hashOf(fields, key) }).toString()
}

function widgetOf(id: number) {
  const fields = { id: String(id), first_name: 'A', auth_date: seconds() }
  return { ...fields, hash: hashOf(fields, createHash('sha256').update(BOT).digest()) }
}

function hashOf(fields: Readonly<Record<string, string>>, key: Buffer): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return createHmac('sha256', key).update(lines.toSorted().join('\n')).digest('hex')
}

function seconds(): string {
  return String(Math.floor(Date.now() / 1_000))
}
