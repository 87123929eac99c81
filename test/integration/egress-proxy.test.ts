// The proxy of a sandbox against loopback servers that play the internet.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import {
  ALLOWED,
  PUBLIC,
  askProxy,
  connectThrough,
  egressWorld,
  listening,
  say,
  secureServer,
  secureThrough,
} from './egress-world.ts'
import { createAuthority } from '../../src/adapters/egress/authority.ts'

const answer: http.RequestListener = (request, response) => {
  const heard = { method: request.method, url: request.url, headers: request.headers }
  response.setHeader('x-heard', JSON.stringify(heard))
  request.pipe(response)
}
const echo = (): http.Server => http.createServer(answer)

test('a request in clear arrives as it was, without what was for the proxy', async (t) => {
  const world = await egressWorld(t, { internet: { 80: await listening(t, echo()) } })
  const headers = {
    'proxy-authorization': 'Basic eA==',
    'proxy-connection': 'keep-alive',
    'x-own': 'kept',
    connection: 'x-hop',
    'x-hop': '1',
  }
  const heardBack = await askProxy(
    world.socketPath,
    'http://Example.org/a/b?c=d',
    { method: 'POST', headers },
    'the body',
  )
  assert.equal(heardBack.body, 'the body')
  const heard = JSON.parse(String(heardBack.headers['x-heard']))
  assert.deepEqual(
    [heard.method, heard.url, heard.headers.host, heard.headers['x-own']],
    ['POST', '/a/b?c=d', 'example.org', 'kept'],
  )
  const named = Object.keys(heard.headers)
  for (const name of ['proxy-authorization', 'proxy-connection', 'x-hop', 'via', 'x-forwarded-for', 'forwarded']) {
    assert.ok(!named.includes(name), name)
  }
  const [report] = await world.reported(1)
  assert.ok(report !== undefined && report.bytesOut > 8 && report.bytesIn > 8)
  const { bytesOut, bytesIn, ...rest } = report
  assert.deepEqual(rest, {
    host: 'example.org',
    port: 80,
    verdict: 'allow',
    rule: 'test.allowed',
    why: null,
    address: PUBLIC,
    secrets: [],
  })
})

test('a tunnel carries bytes both ways, with back-pressure, to the last one after either side is done', async (t) => {
  const size = 5_000_000
  const sent = randomBytes(size)
  // It begins to answer only when everything has come, and half-closed.
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const pieces: Buffer[] = []
    socket.on('data', (piece) => pieces.push(piece))
    socket.on('end', () => socket.end(Buffer.concat(pieces)))
  })
  const world = await egressWorld(t, { internet: { 9418: await listening(t, server) } })
  const { socket } = await connectThrough(world.socketPath, 'example.org:9418')
  const back: Buffer[] = []
  socket.on('data', (piece: Buffer) => back.push(piece))
  // The client's side of a CONNECT made by node is half-open too.
  socket.allowHalfOpen = true
  socket.end(sent)
  await new Promise((resolve) => socket.once('end', resolve))
  assert.equal(Buffer.compare(Buffer.concat(back), sent), 0)
  const [report] = await world.reported(1)
  assert.deepEqual([report?.bytesOut, report?.bytesIn], [size, size])
})

test('TLS goes through untouched where no secret is for the host', async (t) => {
  const world = await egressWorld(t, {
    internet: { 443: await secureServer(t, answer) },
  })
  assert.equal(world.caCertificate, null)
  const { socket } = await connectThrough(world.socketPath, 'example.org:443')
  // A stranger's certificate is what the client sees: nobody stands in between.
  await assert.rejects(
    secureThrough(socket, 'example.org', (await createAuthority()).certificate),
    /certificate|issuer|signed/i,
  )
})

test('what is not allowed is refused with one sentence, and nothing is looked up', async (t) => {
  const world = await egressWorld(t, {
    decide: ({ host }) =>
      host.startsWith('ask')
        ? { type: 'ask', rule: 'r.ask', why: 'It is not on the list' }
        : { type: 'deny', rule: 'r.deny', why: 'It never is.' },
  })
  const asked = await connectThrough(world.socketPath, 'ask.example:443')
  assert.equal(asked.status, 403)
  assert.equal(
    asked.body,
    "ask.example can't be reached from this sandbox (rule r.ask): It is not on the list. A person may allow it for this task.\n",
  )
  const denied = await askProxy(world.socketPath, 'http://deny.example/')
  assert.equal(denied.status, 403)
  assert.match(String(denied.headers['content-type']), /^text\/plain/)
  assert.equal(denied.body, "deny.example:80 can't be reached from this sandbox (rule r.deny): It never is.\n")
  assert.match(
    await say(world.socketPath, 'CONNECT ask.example:443 HTTP/1.1\r\n\r\n'),
    /^HTTP\/1\.1 403 Forbidden: ask\.example can't be reached/,
  )
  assert.deepEqual(world.lookups, [])
  assert.deepEqual(
    world.reports.map(({ host, verdict, rule, address }) => [host, verdict, rule, address]),
    [
      ['ask.example', 'ask', 'r.ask', null],
      ['deny.example', 'deny', 'r.deny', null],
      ['ask.example', 'ask', 'r.ask', null],
    ],
  )
})

test('the name is resolved once and the address that was checked is the one connected to', async (t) => {
  // The second answer would lead home.
  const answers = [[PUBLIC], ['127.0.0.1']]
  const world = await egressWorld(t, {
    internet: { 80: await listening(t, echo()) },
    resolve: async () => answers.shift() ?? [],
  })
  assert.equal((await askProxy(world.socketPath, 'http://rebind.example/')).status, 200)
  assert.deepEqual([world.lookups, world.dialed], [['rebind.example'], [`${PUBLIC}:80`]])
  const second = await askProxy(world.socketPath, 'http://rebind.example/')
  assert.equal(second.status, 403)
  assert.deepEqual(world.dialed, [`${PUBLIC}:80`])
})

test('one bad address among good ones refuses the name', async (t) => {
  for (const bad of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '::1',
    'fd00::1',
    '::ffff:192.168.0.1',
    '64:ff9b::a00:1',
  ]) {
    const world = await egressWorld(t, { resolve: async () => [PUBLIC, bad, PUBLIC] })
    const { status, body } = await connectThrough(world.socketPath, 'mixed.example:443')
    assert.equal(status, 403)
    assert.match(body, /rule hard\.address/)
    assert.deepEqual(world.dialed, [])
    assert.deepEqual(
      world.reports.map(({ verdict, rule, address }) => [verdict, rule, address]),
      [['deny', 'hard.address', null]],
    )
  }
})

test('an own network is reached where the operator says so, metadata never', async (t) => {
  const homely = { ...ALLOWED, private: true }
  const places: Record<string, string> = { 'nas.home': '192.168.1.4', 'meta.home': '169.254.169.254' }
  const world = await egressWorld(t, {
    internet: { 80: await listening(t, echo()) },
    decide: () => homely,
    resolve: async (host) => [places[host] ?? PUBLIC],
  })
  assert.equal((await askProxy(world.socketPath, 'http://nas.home/')).status, 200)
  assert.equal((await askProxy(world.socketPath, 'http://10.0.0.9/')).status, 200)
  for (const url of [
    'http://meta.home/',
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://metadata.google.internal/',
    'http://[fd00:ec2::254]/',
  ]) {
    assert.equal((await askProxy(world.socketPath, url)).status, 403, url)
  }
  assert.deepEqual(world.dialed, ['192.168.1.4:80', '10.0.0.9:80'])
})

test('a host that can’t be resolved or reached is allowed, and says what is wrong', async (t) => {
  const world = await egressWorld(t, {
    resolve: (host) => (host === 'gone.example' ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve([PUBLIC])),
  })
  const unknown = await connectThrough(world.socketPath, 'gone.example:443')
  assert.deepEqual(
    [unknown.status, unknown.body],
    [502, 'gone.example is allowed, but its name could not be resolved.\n'],
  )
  const dead = await askProxy(world.socketPath, 'http://dead.example/')
  assert.equal(dead.status, 502)
  assert.match(dead.body, /could not be connected to \(ECONNREFUSED\)/)
  assert.deepEqual(
    world.reports.map(({ verdict }) => verdict),
    ['allow', 'allow'],
  )
})

test('on the port of TLS only TLS for the name that was asked for goes through', async (t) => {
  const server = await secureServer(t, (_, response) => response.end('reached'))
  const heard: string[] = []
  server.on('connection', (socket: net.Socket) =>
    socket.on('data', (piece: Buffer) => heard.push(piece.toString('latin1'))),
  )
  const world = await egressWorld(t, { internet: { 443: server } })
  const through = () => connectThrough(world.socketPath, 'front.example:443')
  await assert.rejects(secureThrough((await through()).socket, 'behind.example', ''), /unrecognized.name|closed/i)
  const plain = (await through()).socket
  plain.write('GET / HTTP/1.1\r\nHost: behind.example\r\n\r\n')
  await new Promise((resolve) => plain.resume().once('close', resolve))
  const reports = await world.reported(2)
  assert.deepEqual(
    reports.map(({ verdict, rule, bytesOut }) => [verdict, rule, bytesOut]),
    [
      ['deny', 'hard.server-name', 0],
      ['deny', 'hard.server-name', 0],
    ],
  )
  assert.match(reports[0]?.why ?? '', /behind\.example/)
  assert.deepEqual(heard, [])
})

test('a server that speaks first is heard on other ports', async (t) => {
  const server = net.createServer((socket) => {
    socket.write('220 hello\r\n')
    socket.pipe(socket)
  })
  const world = await egressWorld(t, { internet: { 2525: await listening(t, server) } })
  const { socket } = await connectThrough(world.socketPath, 'mail.example:2525')
  socket.write('NOOP')
  let heard = ''
  await new Promise<void>((resolve) => {
    socket.on('data', (piece: Buffer) => {
      heard += piece.toString()
      if (heard === '220 hello\r\nNOOP') resolve()
    })
  })
  socket.destroy()
})

test('closing cuts everything, reports it and removes the socket', async (t) => {
  const server = await listening(t, net.createServer())
  const world = await egressWorld(t, { internet: { 22: server } })
  const { socket } = await connectThrough(world.socketPath, 'example.org:22')
  const cut = new Promise((resolve) => socket.resume().once('close', resolve))
  await Promise.all([world.close(), world.close()])
  await cut
  assert.equal(world.reports.length, 1)
  assert.equal(existsSync(world.socketPath), false)
  await assert.rejects(connectThrough(world.socketPath, 'example.org:22'))
})

test('one connection keeps answering requests for different hosts, each decided on', async (t) => {
  const world = await egressWorld(t, {
    internet: { 80: await listening(t, echo()) },
    decide: ({ host }) => (host === 'a.example' ? ALLOWED : { type: 'deny', rule: 'r', why: 'no' }),
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const statuses: number[] = []
  for (const host of ['a.example', 'b.example', 'a.example']) {
    const answer = await new Promise<number>((resolve, reject) => {
      const options = { socketPath: world.socketPath, path: `http://${host}/`, headers: { host }, agent }
      http
        .get(options, (response) => response.resume().on('end', () => resolve(response.statusCode ?? 0)))
        .on('error', reject)
    })
    statuses.push(answer)
  }
  assert.deepEqual(statuses, [200, 403, 200])
  assert.deepEqual(
    (await world.reported(3)).map(({ host, verdict }) => [host, verdict]),
    [
      ['a.example', 'allow'],
      ['b.example', 'deny'],
      ['a.example', 'allow'],
    ],
  )
})

test('a policy that breaks lets nothing through', async (t) => {
  const world = await egressWorld(t, {
    decide: () => {
      throw new Error('broken')
    },
  })
  const { status } = await askProxy(world.socketPath, 'http://a.example/')
  assert.equal(status, 403)
  assert.deepEqual(world.dialed, [])
})
