import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import type { TaskEventBody } from '../../src/core/vocabulary/event.ts'
import { HTTP_LIMITS } from '../../src/adapters/http/deps.ts'
import { ADA, BOB, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'

type Frame = { readonly seq: number; readonly type: string; readonly task_id: string }
type Ended = { readonly frames: readonly Frame[]; readonly code: number }

function progress(n: number, message = `step ${n}`): TaskEventBody {
  return { type: 'step.progress', data: { step: 'work', agent: 'coder', message } }
}

async function open(world: World, path: string, who = ADA, options: WebSocket.ClientOptions = {}): Promise<WebSocket> {
  const authorization = `Bearer ${await world.tokenOf(who)}`
  return new WebSocket(world.url.replace('http', 'ws') + path, { headers: { authorization }, ...options })
}

/** Everything until the server closes. */
async function readAll(socket: WebSocket): Promise<Ended> {
  const frames: Frame[] = []
  socket.on('message', (data) => void frames.push(JSON.parse(String(data))))
  const [code] = await once(socket, 'close')
  return { frames, code }
}

/** The status of the response to a refused upgrade, and its body's type. */
async function refusal(socket: WebSocket): Promise<{ status: number; type: string | undefined }> {
  const [, response] = await once(socket, 'unexpected-response')
  response.resume()
  return { status: response.statusCode, type: response.headers['content-type'] }
}

test('a stream catches up, follows, and closes with 1000 after the end', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const reading = readAll(await open(world, `/v1/tasks/${id}/stream`))
  await world.deps.appendFromOutside(id, [progress(1), progress(2)])
  await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`)
  const { frames, code } = await reading
  assert.equal(code, 1000)
  assert.deepEqual(
    frames.map((it) => [it.seq, it.type]),
    [
      [1, 'task.created'],
      [2, 'step.progress'],
      [3, 'step.progress'],
      [4, 'task.aborted'],
    ],
  )
  for (const path of [`/tasks/${id}/stream?after=3`, `/v1/jobs/${id}/stream?after=3`]) {
    const late = await readAll(await open(world, path))
    assert.deepEqual(
      late.frames.map((it) => it.seq),
      [4],
      path,
    )
  }
  assert.deepEqual(await readAll(await open(world, `/v1/tasks/${id}/stream?after=99`)), { frames: [], code: 1000 })
})

test('from any number, under appends from several sides: no gap, no repeat', async (t) => {
  const world = await openWorld(t)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 }),
      async (batches, starts) => {
        const id = await world.createTask(ADA)
        const readers = starts.map(async (after) => ({
          after,
          ...(await readAll(await open(world, `/v1/tasks/${id}/stream?after=${after}`))),
        }))
        await Promise.all(
          batches.map((size) =>
            world.deps.appendFromOutside(
              id,
              Array.from({ length: size }, (_, n) => progress(n)),
            ),
          ),
        )
        await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`)
        const last = 2 + batches.reduce((sum, size) => sum + size, 0)
        for (const { after, frames, code } of await Promise.all(readers)) {
          assert.equal(code, 1000)
          const wanted = Array.from({ length: Math.max(0, last - after) }, (_, n) => after + 1 + n)
          assert.deepEqual(
            frames.map((it) => it.seq),
            wanted,
          )
        }
      },
    ),
    { numRuns: 25 },
  )
})

test('without a single hint the log still arrives', async (t) => {
  const world = await openWorld(t, {
    deps: { signals: { publish: () => undefined, subscribe: () => () => undefined } },
  })
  const id = await world.createTask(ADA)
  const reading = readAll(await open(world, `/v1/tasks/${id}/stream`))
  await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`)
  assert.deepEqual(
    (await reading).frames.map((it) => it.seq),
    [1, 2],
  )
})

test('a reader who does not read holds up nobody else, and gets everything once they do', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const slow = await open(world, `/v1/tasks/${id}/stream`)
  const reading = readAll(slow)
  await once(slow, 'open')
  slow.pause()
  const fast = readAll(await open(world, `/v1/tasks/${id}/stream`))
  const text = 'x'.repeat(16_000)
  for (let n = 0; n < 20; n += 1) {
    await world.deps.appendFromOutside(
      id,
      Array.from({ length: 50 }, () => progress(n, text)),
    )
  }
  await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`)
  assert.equal((await fast).frames.length, 1_002)
  slow.resume()
  const { frames, code } = await reading
  assert.equal(code, 1000)
  assert.deepEqual(
    frames.map((it) => it.seq),
    Array.from({ length: 1_002 }, (_, n) => n + 1),
  )
})

test('a reader who answers no ping is let go', async (t) => {
  const world = await openWorld(t, { config: { limits: { ...HTTP_LIMITS, pingMs: 50 } } })
  const id = await world.createTask(ADA)
  const silent = await open(world, `/v1/tasks/${id}/stream`, ADA, { autoPong: false })
  const { code } = await readAll(silent)
  assert.equal(code, 1006)
})

test('an upgrade is refused with a problem: nobody, a forged token, a stranger, no such task, a bad number', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const base = world.url.replace('http', 'ws')
  const at = (path: string, headers: Record<string, string> = {}) => new WebSocket(base + path, { headers })
  const json = 'application/problem+json'
  assert.deepEqual(await refusal(at(`/v1/tasks/${id}/stream`)), { status: 401, type: json })
  assert.deepEqual(await refusal(at(`/v1/tasks/${id}/stream`, { authorization: 'Bearer x.y.z' })), {
    status: 401,
    type: json,
  })
  const other = '01900000-0000-7000-8000-000000000000'
  assert.equal((await refusal(await open(world, `/v1/tasks/${id}/stream`, BOB))).status, 404)
  assert.equal((await refusal(await open(world, `/v1/tasks/${other}/stream`))).status, 404)
  assert.equal((await refusal(await open(world, `/v1/tasks/%00/stream`))).status, 404)
  assert.equal((await refusal(await open(world, '/v1/elsewhere'))).status, 404)
  assert.equal((await refusal(await open(world, `/v1/tasks/${id}/stream?after=-1`))).status, 400)
  assert.equal((await refusal(await open(world, `/v1/tasks/${id}/stream?after=x`))).status, 400)
  assert.equal((await refusal(await open(world, `/v1/stream`, { ...ADA, scopes: ['tasks:write'] }))).status, 403)
  assert.equal((await refusal(at('/v1/stream', { host: 'rebound.example' }))).status, 421)
  assert.equal((await world.call(ADA, 'GET', `/v1/tasks/${id}/stream`)).status, 426)
})

test('beyond the limit of WebSockets the next one is told to come later', async (t) => {
  const world = await openWorld(t, { config: { limits: { ...HTTP_LIMITS, sockets: 1 } } })
  const first = await open(world, '/v1/stream')
  await once(first, 'open')
  assert.equal((await refusal(await open(world, '/v1/stream'))).status, 503)
  first.close()
  await once(first, 'close')
  const next = await open(world, '/v1/stream')
  await once(next, 'open')
})

test('a browser brings its token as a subprotocol, or its session with the right origin', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`)
  const address = `${world.url.replace('http', 'ws')}/v1/tasks/${id}/stream`
  const token = `bearer.${await world.tokenOf(ADA)}`
  const chosen = new WebSocket(address, ['factotum', token])
  assert.equal((await readAll(chosen)).frames.length, 2)
  assert.equal(chosen.protocol, 'factotum')
  assert.equal((await readAll(new WebSocket(address, [token]))).frames.length, 2)

  const { token: session } = await world.credentialOf(ADA, { kind: 'session', ttlSeconds: 60 })
  const cookie = `factotum_session=${session}`
  assert.equal((await readAll(new WebSocket(address, { headers: { cookie }, origin: world.url }))).code, 1000)
  for (const origin of ['http://127.0.0.1:1', 'https://evil.example', 'null', undefined]) {
    const socket = new WebSocket(address, { headers: { cookie }, ...(origin === undefined ? {} : { origin }) })
    assert.equal((await refusal(socket)).status, 403, String(origin))
  }
})

test('a stream ends with the credential that opened it', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const { token: session } = await world.credentialOf(ADA, { kind: 'session', ttlSeconds: 2 })
  const address = `${world.url.replace('http', 'ws')}/v1/tasks/${id}/stream`
  const headers = { cookie: `factotum_session=${session}` }
  assert.equal((await readAll(new WebSocket(address, { headers, origin: world.url }))).code, 1008)
})

test('bad frames end their own connection and nothing else', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const wellBehaved = readAll(await open(world, `/v1/tasks/${id}/stream`))
  const large = await open(world, `/v1/tasks/${id}/stream`)
  large.on('open', () => large.send('x'.repeat(100_000)))
  assert.equal((await readAll(large)).code, 1009)
  const chatty = await open(world, `/v1/tasks/${id}/stream`)
  chatty.on('open', () => {
    for (let n = 0; n < 200; n += 1) chatty.send('{"approve": true}')
  })
  assert.equal((await readAll(chatty)).code, 1008)
  for (const bytes of [
    [0xff, 0xff, 0xff],
    [0x81, 0x05, 1, 2, 3],
    [0x0f, 0x80],
    [0x88, 0xfe, 0xff, 0xff],
  ]) {
    await rawFrames(t, world, `/v1/tasks/${id}/stream`, Buffer.from(bytes))
  }
  await world.call(ADA, 'POST', `/v1/tasks/${id}/abort`)
  assert.equal((await wellBehaved).code, 1000)
})

/** Sends the bytes after a proper handshake; resolves when the server hangs up. */
async function rawFrames(t: TestContext, world: World, path: string, bytes: Buffer): Promise<void> {
  const { port } = new URL(world.url)
  const socket = connect(Number(port), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${await world.tokenOf(ADA)}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '',
      '',
    ].join('\r\n'),
  )
  await once(socket, 'data')
  socket.write(bytes)
  socket.resume()
  setTimeout(() => socket.end(), 200)
  await once(socket, 'close')
}

test('the list stream hints at the newest tasks, then at every change, to whom it may concern', async (t) => {
  const world = await openWorld(t)
  const first = await world.createTask(ADA)
  const foreign = await world.createTask(BOB)
  type Hint = { task_id: string; last_seq: number; status: string }
  const hints = new Map<string, Hint[]>([
    ['ada', []],
    ['owner', []],
  ])
  for (const who of [ADA, OWNER]) {
    const socket = await open(world, '/v1/stream', who)
    t.after(() => socket.terminate())
    socket.on('message', (data) => hints.get(who.userId)?.push(JSON.parse(String(data))))
    await once(socket, 'open')
  }
  await world.call(ADA, 'POST', `/v1/tasks/${first}/abort`)
  const second = await world.createTask(ADA)
  const seen = (who: string, id: string, status: string) =>
    hints.get(who)?.some((it) => it.task_id === id && it.status === status) === true
  while (!(seen('ada', second, 'pending') && seen('owner', second, 'pending') && seen('owner', foreign, 'pending'))) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.ok(seen('ada', first, 'aborted'))
  assert.equal(
    hints.get('ada')?.some((it) => it.task_id === foreign),
    false,
  )
  assert.deepEqual(
    hints.get('owner')?.find((it) => it.task_id === first && it.status === 'aborted'),
    {
      task_id: first,
      last_seq: 2,
      status: 'aborted',
    },
  )
})

test('a closing server says goodbye and is gone within its grace', async (t) => {
  const world = await openWorld(t)
  const id = await world.createTask(ADA)
  const socket = await open(world, `/v1/tasks/${id}/stream`)
  await once(socket, 'open')
  const reading = readAll(socket)
  await world.server.close()
  assert.equal((await reading).code, 1001)
  await assert.rejects(fetch(`${world.url}/healthz`))
})
