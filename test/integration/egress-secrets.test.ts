// Secrets through the proxy: placeholders become values on the way to their hosts, and values placeholders on the way back.
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import zlib from 'node:zlib'
import fc from 'fast-check'
import type { SandboxSecret } from '../../src/core/ports/sandbox.ts'
import { createAuthority } from '../../src/adapters/egress/authority.ts'
import {
  ask,
  askProxy,
  connectThrough,
  egressWorld,
  listening,
  portOf,
  secureServer,
  secureThrough,
} from './egress-world.ts'
import type { Answer, Asked, EgressWorld } from './egress-world.ts'

const VALUE = 'v4lue-of-the-K3Y/+=nobody&sees'
const PLACEHOLDER = 'factotum_placeholder_3f9c1a'
const OTHER = 'factotum_placeholder_77aa01'

const key = (more: Partial<SandboxSecret> = {}): SandboxSecret => ({
  name: 'KEY',
  placeholder: PLACEHOLDER,
  hosts: ['api.example', '*.deep.example'],
  valueFor: async () => VALUE,
  ...more,
})
const other = key({
  name: 'OTHER',
  placeholder: OTHER,
  hosts: ['other.example'],
  valueFor: async () => 'another-value',
})

type Heard = { readonly url: string; readonly headers: http.IncomingHttpHeaders; readonly body: string }

/** A host that keeps what it heard and answers as it is told. */
async function api(t: TestContext, answer: http.RequestListener = (_, response) => void response.end('fine')) {
  const heard: Heard[] = []
  const server = await secureServer(t, (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (more: string) => (body += more))
    request.on('end', () => {
      heard.push({ url: request.url ?? '', headers: request.headers, body })
      answer(request, response)
    })
  })
  return { server, heard }
}

/** One request in a tunnel of its own, as a program makes it that trusts what the sandbox is told to trust. */
async function askHost(world: EgressWorld, host: string, options: Asked = {}, body = ''): Promise<Answer> {
  const { socket, status } = await connectThrough(world.socketPath, `${host}:443`)
  assert.equal(status, 200)
  const secure = await secureThrough(socket, host, world.caCertificate ?? '')
  try {
    return await ask(secure, { path: '/', ...options, headers: { host, ...options.headers } }, body)
  } finally {
    secure.destroy()
  }
}

test('a placeholder becomes the value in headers, Basic credentials and the query, and not in path or body', async (t) => {
  const { server, heard } = await api(t)
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  const headers = { authorization: basic(`me:${PLACEHOLDER}`), 'x-api-key': PLACEHOLDER }
  const options = { method: 'POST', path: `/${PLACEHOLDER}?key=${PLACEHOLDER}`, headers }
  assert.equal((await askHost(world, 'api.example', options, PLACEHOLDER)).body, 'fine')
  assert.equal((await askHost(world, 'a.deep.example', { headers: { 'x-api-key': PLACEHOLDER } })).status, 200)
  const [first, second] = heard
  assert.equal(first?.url, `/${PLACEHOLDER}?key=${encodeURIComponent(VALUE)}`)
  assert.equal(first.headers.authorization, basic(`me:${VALUE}`))
  assert.deepEqual([first.headers['x-api-key'], first.headers.host, first.body], [VALUE, 'api.example', PLACEHOLDER])
  assert.equal(second?.headers['x-api-key'], VALUE)
  const reports = await world.reported(2)
  assert.deepEqual(
    reports.map(({ host, verdict, secrets }) => [host, verdict, secrets]),
    [
      ['api.example', 'allow', ['KEY']],
      ['a.deep.example', 'allow', ['KEY']],
    ],
  )
  assert.ok(reports.every(({ bytesIn, bytesOut }) => bytesIn > 100 && bytesOut > 100))
  assert.doesNotMatch(JSON.stringify(reports), /v4lue/)
})

test('requests without a placeholder pass too, several on one connection', async (t) => {
  const { server, heard } = await api(t)
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const { socket } = await connectThrough(world.socketPath, 'api.example:443')
  const secure = await secureThrough(socket, 'api.example', world.caCertificate ?? '')
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  agent.createConnection = () => secure
  for (const path of ['/1', '/2', '/3']) {
    const status = await new Promise((resolve, reject) => {
      http
        .get({ agent, path, headers: { host: 'api.example' } }, (response) =>
          response.resume().on('end', () => resolve(response.statusCode)),
        )
        .on('error', reject)
    })
    assert.equal(status, 200)
  }
  agent.destroy()
  assert.deepEqual(
    heard.map(({ url }) => url),
    ['/1', '/2', '/3'],
  )
  assert.equal(world.dialed.length, 1)
  assert.deepEqual(
    (await world.reported(1)).map(({ secrets }) => secrets),
    [[]],
  )
})

test('whatever the host says of the value comes back as the placeholder', async (t) => {
  const { server } = await api(t, (request, response) => {
    const base64 = Buffer.from(`user:${VALUE}!`).toString('base64')
    response.writeHead(302, `got ${VALUE}`, {
      location: `/?k=${encodeURIComponent(VALUE)}`,
      'x-echo': [VALUE, `a ${VALUE}`],
    })
    const body = Buffer.from(`${JSON.stringify(request.headers)} ${base64} ${VALUE}`)
    for (let at = 0; at < body.length; at += 3) response.write(body.subarray(at, at + 3))
    response.end()
  })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const { headers, body } = await askHost(world, 'api.example', { headers: { 'x-api-key': PLACEHOLDER } })
  assert.equal(headers.location, `/?k=${PLACEHOLDER}`)
  assert.equal(headers['x-echo'], `${PLACEHOLDER}, a ${PLACEHOLDER}`)
  const all = JSON.stringify(headers) + body
  assert.doesNotMatch(all, /v4lue|nobody/)
  assert.ok(!all.includes(Buffer.from(VALUE).toString('base64').slice(4, -4)))
  assert.ok(body.includes(PLACEHOLDER))
  // Later requests too, that carry nothing: the host may have kept it.
  const later = await askHost(world, 'api.example')
  assert.doesNotMatch(JSON.stringify(later), /v4lue|nobody/)
})

test('packed answers are unpacked to be looked through', async (t) => {
  const packs: Record<string, (text: string) => Buffer> = {
    gzip: zlib.gzipSync,
    br: zlib.brotliCompressSync,
    deflate: zlib.deflateSync,
    zstd: zlib.zstdCompressSync,
  }
  const { server, heard } = await api(t, (request, response) => {
    const name = (request.url ?? '').slice(1)
    response.writeHead(200, { 'content-encoding': name })
    response.end(packs[name]?.(`it is ${VALUE}`) ?? 'unreadable')
  })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const headers = { 'x-api-key': PLACEHOLDER, 'accept-encoding': 'gzip, br' }
  for (const name of Object.keys(packs)) {
    const answer = await askHost(world, 'api.example', { path: `/${name}`, headers })
    assert.deepEqual([answer.body, answer.headers['content-encoding']], [`it is ${PLACEHOLDER}`, undefined], name)
  }
  assert.equal((await askHost(world, 'api.example', { path: '/secret-code', headers })).status, 502)
  assert.ok(heard.every((one) => one.headers['accept-encoding'] === 'identity'))
})

test('the value is taken out wherever the pieces of an answer are cut', async (t) => {
  let pieces: readonly string[] = []
  const { server } = await api(t, (_, response) => {
    const next = (at: number): void => {
      const piece = pieces[at]
      if (piece === undefined) return void response.end()
      response.write(piece, () => setImmediate(next, at + 1))
    }
    next(0)
  })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const cuts = fc.array(fc.nat({ max: 90 }), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const text = `begin ${VALUE} middle ${VALUE}${VALUE} end`
      const at = [0, ...places.toSorted((a, b) => a - b), text.length]
      pieces = at
        .slice(1)
        .map((stop, index) => text.slice(at[index], stop))
        .filter((piece) => piece !== '')
      const { body } = await askHost(world, 'api.example', { headers: { 'x-api-key': PLACEHOLDER } })
      assert.equal(body, `begin ${PLACEHOLDER} middle ${PLACEHOLDER}${PLACEHOLDER} end`)
    }),
    { numRuns: 25 },
  )
})

test('a placeholder on its way to a host that its secret is not for is refused before a byte of it leaves', async (t) => {
  const { server, heard } = await api(t)
  const inClear: string[] = []
  const plain = await listening(
    t,
    http.createServer((request, response) => {
      inClear.push(request.url ?? '')
      request.resume().on('end', () => response.end('fine'))
    }),
  )
  const world = await egressWorld(t, { internet: { 443: server, 80: plain }, secrets: [key(), other] })
  const basic = `Basic ${Buffer.from(`x:${OTHER}`).toString('base64')}`
  const asked = [
    { headers: { 'x-any': OTHER } },
    { headers: { authorization: basic } },
    { path: `/?a=${OTHER}` },
    { path: `/a/${OTHER}` },
  ]
  for (const options of asked) {
    const { status, body } = await askHost(world, 'api.example', options)
    assert.equal(status, 403)
    assert.match(body, /the secret OTHER is not for this host/)
  }
  assert.equal((await askHost(world, 'api.example', { method: 'POST' }, `x=${OTHER}`)).status, 403)
  // In clear not even to its own host.
  for (const host of ['api.example', 'evil.example']) {
    assert.equal((await askProxy(world.socketPath, `http://${host}/?k=${PLACEHOLDER}`)).status, 403)
    assert.equal((await askProxy(world.socketPath, `http://${host}/`, { headers: { a: PLACEHOLDER } })).status, 403)
    assert.equal((await askProxy(world.socketPath, `http://${host}/${PLACEHOLDER}`)).status, 403)
    assert.equal((await askProxy(world.socketPath, `http://${host}/`, { method: 'PUT' }, PLACEHOLDER)).status, 403)
  }
  assert.deepEqual(heard, [])
  assert.deepEqual(
    inClear.filter((url) => url.includes(PLACEHOLDER)),
    [],
  )
  const reports = await world.reported(13)
  assert.ok(
    reports.every(
      ({ verdict, rule, why, secrets }) =>
        verdict === 'deny' && rule === 'hard.secret' && why !== null && secrets.length === 0,
    ),
  )
})

test('a placeholder in a tunnel that can be read is not let through', async (t) => {
  const heard: string[] = []
  const server = await listening(
    t,
    net.createServer((socket) => socket.on('data', (piece) => heard.push(String(piece)))),
  )
  const world = await egressWorld(t, { internet: { 80: server }, secrets: [key()] })
  const { socket } = await connectThrough(world.socketPath, 'evil.example:80')
  socket.write(`GET / HTTP/1.1\r\nX: ${PLACEHOLDER.slice(0, 9)}`)
  socket.write(`${PLACEHOLDER.slice(9)}\r\n\r\n`)
  await new Promise((resolve) => socket.resume().once('close', resolve))
  assert.deepEqual(
    (await world.reported(1)).map(({ verdict, rule }) => [verdict, rule]),
    [['deny', 'hard.secret']],
  )
  assert.ok(!heard.join('').includes(PLACEHOLDER))
})

test('a secret that may not be used now, or does not fit, stops the request', async (t) => {
  const { server, heard } = await api(t)
  for (const valueFor of [
    async () => null,
    async () => '',
    async () => 'a\r\nb',
    () => Promise.reject(new Error('vault')),
  ]) {
    const world = await egressWorld(t, { internet: { 443: server }, secrets: [key({ valueFor })] })
    const { status, body } = await askHost(world, 'api.example', { headers: { a: PLACEHOLDER } })
    assert.equal(status, 403)
    assert.match(body, /secret KEY/)
    assert.deepEqual(
      (await world.reported(1)).map(({ verdict, rule }) => [verdict, rule]),
      [['deny', 'hard.secret']],
    )
  }
  assert.deepEqual(heard, [])
})

test('the host has to prove that it is the host', async (t) => {
  const { contextFor } = await createAuthority()
  const context = await contextFor('api.example')
  let reached = 0
  const stranger = await listening(
    t,
    tls.createServer({ SNICallback: (_, done) => done(null, context) }, () => (reached += 1)),
  )
  const world = await egressWorld(t, { internet: { 443: stranger }, secrets: [key()] })
  const { status, body } = await askHost(world, 'api.example', { headers: { a: PLACEHOLDER } })
  assert.equal(status, 502)
  assert.match(body, /TLS with it failed/)
  assert.equal(reached, 0)
})

test('inside of TLS there is one host, no other protocol and no other name', async (t) => {
  const { server, heard } = await api(t)
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const host = (name: string) => askHost(world, 'api.example', { headers: { host: name, a: PLACEHOLDER } })
  assert.equal((await host('evil.example')).status, 400)
  assert.equal((await host('api.example:8443')).status, 400)
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'eA==',
    'sec-websocket-version': '13',
  }
  const refused = await askHost(world, 'api.example', { headers: upgrade })
  assert.equal(refused.status, 501)
  assert.match(refused.body, /WebSockets/)
  const { socket } = await connectThrough(world.socketPath, 'api.example:443')
  await assert.rejects(secureThrough(socket, 'evil.example', world.caCertificate ?? ''))
  const { socket: plain } = await connectThrough(world.socketPath, 'api.example:443')
  plain.write(`GET / HTTP/1.1\r\nHost: api.example\r\nA: ${PLACEHOLDER}\r\n\r\n`)
  await new Promise((resolve) => plain.resume().once('close', resolve))
  assert.deepEqual(heard, [])
})

test('each sandbox has an authority of its own', async (t) => {
  const { server } = await api(t)
  const options = { internet: { 443: server }, secrets: [key()] }
  const [one, two] = [await egressWorld(t, options), await egressWorld(t, options)]
  const { socket } = await connectThrough(one.socketPath, 'api.example:443')
  await assert.rejects(secureThrough(socket, 'api.example', two.caCertificate ?? ''))
})

test('an answer that breaks off breaks off for the program too', async (t) => {
  const { server } = await api(t, (request, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('the beginning', () => request.socket.destroy())
  })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  await assert.rejects(askHost(world, 'api.example', { headers: { a: PLACEHOLDER } }))
})

test('a stream of events arrives while it is made', async (t) => {
  const going = Promise.withResolvers<void>()
  const { server } = await api(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: first\n\n')
    void going.promise.then(() => response.end('data: last\n\n'))
  })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const { socket } = await connectThrough(world.socketPath, 'api.example:443')
  const secure = await secureThrough(socket, 'api.example', world.caCertificate ?? '')
  const heard: string[] = []
  await new Promise<void>((resolve, reject) => {
    const headers = { host: 'api.example', a: PLACEHOLDER }
    http
      .get({ createConnection: () => secure, headers }, (response) => {
        response.setEncoding('utf8')
        response.on('data', (piece: string) => {
          heard.push(piece)
          going.resolve()
        })
        response.on('end', resolve)
      })
      .on('error', reject)
  })
  secure.destroy()
  assert.deepEqual(heard, ['data: first\n\n', 'data: last\n\n'])
})

test('a program that does not wait for the answer to its CONNECT loses nothing', async (t) => {
  const { server } = await api(t)
  const secretWorld = await egressWorld(t, { internet: { 443: server }, secrets: [key()] })
  const plainWorld = await egressWorld(t, { internet: { 443: server } })
  const hello = await clientHello('api.example')
  for (const { socketPath } of [secretWorld, plainWorld]) {
    const socket = net.connect({ path: socketPath })
    socket.write(
      Buffer.concat([Buffer.from('CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n'), hello]),
    )
    let heard = Buffer.alloc(0)
    await new Promise<void>((resolve) => {
      socket.on('data', (piece: Buffer) => {
        heard = Buffer.concat([heard, piece])
        // A handshake record: the server's own hello.
        if (/^HTTP\/1\.1 200 [^]*\r\n\r\n\x16\x03\x03/.test(heard.toString('latin1'))) resolve()
      })
    })
    socket.destroy()
  }
})

/** The first bytes that a TLS client sends. */
async function clientHello(servername: string): Promise<Buffer> {
  const heard = Promise.withResolvers<Buffer>()
  const server = net.createServer((socket) => socket.once('data', (piece) => heard.resolve(Buffer.from(piece))))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = tls.connect({ host: '127.0.0.1', port: portOf(server), servername, ALPNProtocols: ['http/1.1'] })
  client.on('error', () => undefined)
  const bytes = await heard.promise
  client.destroy()
  server.close()
  return bytes
}
