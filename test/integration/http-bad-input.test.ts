import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { openApiDocument } from '../../src/adapters/http/openapi.ts'
import { operations } from '../../src/adapters/http/operations.ts'
import { ADA, jsonOf, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'

const NOBODYS = '01900000-0000-7000-8000-000000000000'

/** A problem in the shape of RFC 9457, with nothing of the inside in it. */
async function assertProblem(response: Response, statuses: readonly number[], what: string): Promise<void> {
  const text = await response.text()
  assert.ok(statuses.includes(response.status), `${what}: ${response.status} ${text.slice(0, 300)}`)
  assert.equal(response.headers.get('content-type'), 'application/problem+json', what)
  const body: Record<string, unknown> = JSON.parse(text)
  assert.equal(body['status'], response.status, what)
  for (const field of ['type', 'title', 'code', 'detail']) assert.equal(typeof body[field], 'string', what)
  assert.doesNotMatch(text, /node_modules|\.ts:|at async|\/src\//, what)
}

/** Every operation with its path filled in by what is there, where there can be. */
async function filled(world: World) {
  const thread = await jsonOf(await world.call(OWNER, 'POST', '/v1/threads', {}))
  const fact = await jsonOf(await world.call(OWNER, 'POST', '/v1/memory/facts', { text: 'Tabs are four wide.' }))
  const taskId = await world.createTask(ADA)
  return operations.map((it) => ({
    ...it,
    method: it.method.toUpperCase(),
    path: it.path
      .replace('{task_id}', taskId)
      .replace('{thread_id}', String(thread['id']))
      .replace('{fact_id}', String(fact['id']))
      .replace(/\{(?:artifact|source)_id\}/, NOBODYS)
      .replace('{user_id}', 'owner'),
  }))
}

test('the document names every operation that is answered', () => {
  const { paths } = openApiDocument('0.0.0')
  assert.deepEqual(Object.keys(paths as object).toSorted(), [...new Set(operations.map((it) => it.path))].toSorted())
})

test('a wrong method is told which are right', async (t) => {
  const world = await openWorld(t)
  const all = await filled(world)
  for (const { path } of all) {
    for (const method of ['PUT', 'PATCH', 'PROPFIND']) {
      if (all.some((it) => it.path === path && it.method === method)) continue
      const response = await world.call(OWNER, method, path)
      assert.notEqual(response.headers.get('allow'), null, path)
      await assertProblem(response, [405], `${method} ${path}`)
    }
  }
  const options = await world.call(null, 'OPTIONS', '/v1/tasks')
  assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, GET, HEAD'])
  assert.equal(options.headers.get('access-control-allow-origin'), null)
  assert.equal((await world.call(ADA, 'HEAD', '/v1/tasks')).status, 200)
})

test('an unknown id is not found, whatever the body', async (t) => {
  const world = await openWorld(t)
  const bodies = [undefined, {}, { nonsense: true }, [], 'text', { token: '1', events: [] }]
  for (const it of operations.filter(({ path }) => path.includes('{'))) {
    for (const id of [NOBODYS, 'x', '%00', '..%2f..', "'%20or%201=1", '%F0%9F%92%A9', '0'.repeat(5_000), '%ff']) {
      const path = it.path.replace(/\{\w+\}/, id)
      for (const body of it.method === 'post' ? bodies : [undefined]) {
        const response = await world.call(OWNER, it.method.toUpperCase(), path, body)
        // What is put may be new under any name that is one: then it is told what is wrong with the body.
        await assertProblem(response, it.method === 'put' ? [400, 404] : [404], `${it.method} ${path.slice(0, 80)}`)
      }
    }
  }
})

test('bodies that are no good are refused by every operation that takes one', async (t) => {
  const world = await openWorld(t)
  const all = await filled(world)
  const authorization = `Bearer ${await world.tokenOf(OWNER)}`
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  const bodies: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, readonly number[], string?])[] = [
    ['malformed', '{"input_text": ', [400]],
    ['no JSON', 'input_text=x', [400]],
    ['an array', '[]', [400]],
    ['a text', '"x"', [400]],
    ['null', 'null', [400]],
    ['a number', '1e999', [400]],
    ['deep', deep, [400]],
    ['deep in a field', `{"input_text":${deep}}`, [400]],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), [400]],
    ['NUL', String.raw`{"input_text":"a\u0000b"}`, [400]],
    ['half a surrogate', String.raw`{"input_text":"\ud800"}`, [400]],
    ['huge', JSON.stringify({ input_text: 'x'.repeat(9_000_000) }), [413]],
    ['a form', 'x=1', [415], 'application/x-www-form-urlencoded'],
    ['plain text', '{}', [415], 'text/plain'],
    ['no type', '{}', [415], ''],
  ]
  for (const it of all.filter(({ body, rawBody }) => body !== null && rawBody === undefined)) {
    for (const [name, body, statuses, type = 'application/json'] of bodies) {
      const response = await fetch(world.url + it.path, {
        method: it.method,
        headers: { authorization, 'content-type': type },
        body,
      })
      await assertProblem(response, statuses, `${it.id}: ${name}`)
    }
  }
  const state = await jsonOf(await world.call(OWNER, 'GET', '/v1/admin/state'))
  assert.deepEqual([state['paused'], state['counts']], [false, { pending: 1 }])
})

test('a request that is empty, blank, too long or of no known type starts nothing', async (t) => {
  const world = await openWorld(t)
  for (const body of [
    undefined,
    {},
    { input_text: '' },
    { input_text: ' \n\t\u3000' },
    { input_text: null },
    { input_text: 7 },
    { input_text: ['x'] },
    { input_text: 'x'.repeat(32_001) },
    { input_text: 'x', task_type: 'sudo' },
    { input_text: 'x', source: { type: 'directory' } },
    { input_text: 'x', source: { type: 'task', task_id: NOBODYS, commit: null } },
    { input_text: 'x', source: { type: 'task', task_id: NOBODYS, commit: 'HEAD' } },
  ]) {
    await assertProblem(await world.call(OWNER, 'POST', '/v1/tasks', body), [400], JSON.stringify(body)?.slice(0, 80))
  }
  const fields = await jsonOf(await world.call(OWNER, 'POST', '/v1/tasks', { task_type: 'sudo' }))
  assert.deepEqual(
    (fields['errors'] as { field: string }[]).map((it) => it.field),
    ['input_text', 'task_type'],
  )
  for (const key of [' ', 'x'.repeat(201), 'ä']) {
    const headers = { 'idempotency-key': key }
    const response = await world.call(OWNER, 'POST', '/v1/tasks', { input_text: 'x' }, headers)
    assert.ok(response.status === 400, key)
  }
  assert.deepEqual((await jsonOf(await world.call(OWNER, 'GET', '/v1/tasks')))['items'], [])
  assert.equal((await world.call(ADA, 'POST', '/v1/tasks', { input_text: 'x'.repeat(32_000) })).status, 201)
  assert.equal((await world.call(ADA, 'POST', '/v1/tasks', { input_text: '👋 日本語 \u202e' })).status, 201)
})

test('queries that are no good are refused', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  for (const path of [
    '/v1/tasks?limit=0',
    '/v1/tasks?limit=201',
    '/v1/tasks?limit=x',
    '/v1/tasks?limit=1.5',
    '/v1/tasks?limit=',
    '/v1/tasks?status=done',
    '/v1/tasks?status=',
    '/v1/tasks?cursor=%00',
    `/v1/tasks?cursor=${'x'.repeat(513)}`,
    `/v1/tasks/${id}/events?after=-1`,
    `/v1/tasks/${id}/events?after=x`,
    `/v1/tasks/${id}/events?after=1e400`,
    `/v1/tasks/${id}/events?after=9007199254740993`,
    `/v1/tasks/${id}/events?limit=1001`,
    `/v1/tasks/${id}/events?cursor=x`,
    '/v1/threads?limit=201',
    '/v1/threads?cursor=%00',
    `/v1/workers/${id}/heartbeat`,
    `/v1/workers/${id}/heartbeat?worker_id=a%20b&token=1`,
  ]) {
    await assertProblem(await world.call(OWNER, 'GET', path), [400], path)
  }
  assert.equal((await world.call(OWNER, 'GET', '/v1/tasks?cursor=unknown')).status, 200)
  assert.equal((await world.call(OWNER, 'GET', `/v1/tasks/${id}/events?after=9007199254740991`)).status, 200)
})

test('what is no HTTP is answered or dropped, and the server lives', async (t) => {
  const world = await openWorld(t)
  const host = `Host: 127.0.0.1:${new URL(world.url).port}`
  for (const [sent, wanted] of [
    ['\0\x01\x02\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET / HTTP/9.9\r\n\r\n', /^HTTP\/1\.1 [45]\d\d /],
    ['GET /v1/tasks HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 /],
    [`GET /v1/tasks HTTP/1.1\r\n${host}\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`TRACE / HTTP/1.1\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 405 /],
    [`GET // HTTP/1.1\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`GET http://evil.example/v1/tasks HTTP/1.1\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`GET /%zz HTTP/1.1\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`GET /v1/tasks/%zz/events HTTP/1.1\r\n${host}\r\n\r\n`, /^HTTP\/1\.1 4\d\d /],
    [`GET /healthz HTTP/1.1\r\n${host}\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [`GET /v1/stream HTTP/1.1\r\n${host}\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`, /^HTTP\/1\.1 401 /],
    [`GET /healthz HTTP/1.1\r\n${host}\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n`, /^HTTP\/1\.1 200 /],
    [
      `POST /v1/tasks HTTP/1.1\r\n${host}\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
  ] as const) {
    assert.match(await exchange(world, sent), wanted, JSON.stringify(sent).slice(0, 120))
  }
  // A body that is promised and never sent, then a caller who leaves.
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
  const authorization = `Authorization: Bearer ${await world.tokenOf(OWNER)}`
  socket.write(
    `POST /v1/tasks HTTP/1.1\r\n${host}\r\n${authorization}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{`,
  )
  setTimeout(() => socket.destroy(), 50)
  await once(socket, 'close')
  assert.equal((await world.call(null, 'GET', '/healthz')).status, 200)
  assert.deepEqual((await jsonOf(await world.call(OWNER, 'GET', '/v1/tasks')))['items'], [])
})

test('what breaks inside is logged and not told', async (t) => {
  const world = await openWorld(t)
  const secret = new Error('password authentication failed for user "factotum" at 10.0.0.7')
  const broken = await openWorld(t, { deps: { store: { ...world.deps.store, list: () => Promise.reject(secret) } } })
  const response = await broken.call(OWNER, 'GET', '/v1/tasks')
  const text = await response.clone().text()
  await assertProblem(response, [500], 'broken')
  assert.doesNotMatch(text, /password|10\.0\.0\.7/)
  assert.ok(broken.logged.some((line) => line.startsWith('error') && line.includes('password')))
  assert.equal((await broken.call(null, 'GET', '/healthz')).status, 200)
})

async function exchange(world: World, sent: string): Promise<string> {
  const socket = connect(Number(new URL(world.url).port), '127.0.0.1')
  socket.write(sent)
  const [data] = await once(socket, 'data')
  socket.destroy()
  return String(data)
}
