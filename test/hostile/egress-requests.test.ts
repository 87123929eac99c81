// Hostile programs at the proxy of their sandbox: odd targets, requests that two readers read differently, floods and dawdling.
import assert from 'node:assert/strict'
import http from 'node:http'
import net from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ALLOWED, PUBLIC, askProxy, connectThrough, egressWorld, listening, say } from '../integration/egress-world.ts'

/** A server that keeps every byte that reached it. */
async function witness(t: TestContext): Promise<{ readonly server: net.Server; readonly heard: () => string }> {
  let text = ''
  const server = await listening(
    t,
    net.createServer((socket) => {
      socket.on('data', (piece: Buffer) => {
        text += piece.toString('latin1')
        if (text.includes('\r\n\r\n'))
          socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine')
      })
    }),
  )
  return { server, heard: () => text }
}

const statusOf = (answer: string): string => answer.slice(9, 12)

test('tries targets that could be read in two ways', async (t) => {
  const world = await egressWorld(t)
  const targets = [
    'user:pass@example.org:443',
    'example.org@10.0.0.1:443',
    'example.org',
    'example.org:0',
    'example.org:99999',
    'example.org:443@evil.test:443',
    'http://example.org:443',
    'example.org%00:443',
    '[::1%25lo]:443',
    '::1:443',
  ]
  for (const target of targets) {
    assert.equal(statusOf(await say(world.socketPath, `CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)), '400', target)
  }
  const urls = [
    'http://user:pass@example.org/',
    'https://example.org/',
    'ftp://example.org/',
    '/etc/passwd',
    'http:///x',
    'http://exa mple/',
  ]
  for (const url of urls) {
    assert.equal(
      statusOf(await say(world.socketPath, `GET ${url} HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n`)),
      '400',
      url,
    )
  }
  assert.deepEqual(world.dialed, [])
  assert.deepEqual(world.lookups, [])
})

test('tries addresses of the host and its network in every spelling', async (t) => {
  const world = await egressWorld(t)
  const hosts = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0',
    '10.0.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    'metadata.google.internal',
    'METADATA.google.internal.',
  ]
  for (const host of hosts) {
    const { status, body } = await connectThrough(world.socketPath, `${host}:443`)
    assert.equal(status, 403, host)
    assert.match(body, /hard\.address/, host)
    assert.equal(
      (await say(world.socketPath, `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).slice(
        9,
        12,
      ),
      '403',
      host,
    )
  }
  assert.deepEqual(world.dialed, [])
  assert.ok(world.reports.every(({ verdict, address }) => verdict === 'deny' && address === null))
})

test('tries a name that turns from good to bad between two looks', async (t) => {
  let looks = 0
  const { server } = await witness(t)
  const world = await egressWorld(t, {
    internet: { 80: server },
    resolve: async () => [(looks += 1) % 2 === 1 ? PUBLIC : '127.0.0.1'],
  })
  for (let round = 0; round < 6; round += 1) await askProxy(world.socketPath, 'http://flip.example/')
  assert.deepEqual([world.lookups.length, [...new Set(world.dialed)]], [6, [`${PUBLIC}:80`]])
  assert.equal(world.dialed.length, 3)
})

test('tries to be led to the metadata service by a redirect', async (t) => {
  const server = await listening(
    t,
    http.createServer((_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    ),
  )
  const world = await egressWorld(t, { internet: { 80: server } })
  const first = await askProxy(world.socketPath, 'http://nice.example/')
  assert.equal(first.status, 302)
  assert.equal((await askProxy(world.socketPath, String(first.headers.location))).status, 403)
  assert.deepEqual(world.dialed, [`${PUBLIC}:80`])
})

test('tries ports that are not on the list', async (t) => {
  const world = await egressWorld(t, {
    decide: ({ port }) =>
      [80, 443].includes(port) ? ALLOWED : { type: 'deny', rule: 'ports', why: 'Only the web is reached.' },
  })
  for (const port of [22, 25, 465, 587, 3306, 5432, 6379]) {
    assert.equal((await connectThrough(world.socketPath, `example.org:${port}`)).status, 403)
    assert.equal((await askProxy(world.socketPath, `http://example.org:${port}/`)).status, 403)
  }
  assert.deepEqual(world.dialed, [])
})

test('tries to smuggle a second request past the proxy', async (t) => {
  const { server, heard } = await witness(t)
  const world = await egressWorld(t, { internet: { 80: server } })
  const request = (lines: readonly string[], body = ''): string =>
    ['POST http://a.example/ HTTP/1.1', ...lines, '', body].join('\r\n')
  const hidden = 'GET http://b.example/admin HTTP/1.1\r\nHost: b.example\r\n\r\n'
  const attempts = [
    request(['Host: a.example', 'Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${hidden}`),
    request(['Host: a.example', 'Transfer-Encoding: chunked', 'Content-Length: 6'], `0\r\n\r\n${hidden}`),
    request(['Host: a.example', 'Transfer-Encoding: xchunked'], `0\r\n\r\n${hidden}`),
    request(['Host: a.example', 'Transfer-Encoding : chunked'], `0\r\n\r\n${hidden}`),
    request(['Host: a.example', 'Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], `0\r\n\r\n${hidden}`),
    request(['Host: a.example', 'Content-Length: 0', 'Content-Length: 60'], hidden),
    request(['Host: a.example', 'Content-Length: +0'], hidden),
    request(['Host: a.example', 'Host: b.example']),
    request(['Host: b.example']),
    request(['X: 1']),
    request(['Host: a.example', 'X: a\nHost: b.example']),
    request(['Host: a.example', 'Transfer-Encoding:\n chunked'], `0\r\n\r\n${hidden}`),
    `POST http://a.example/\x0bx HTTP/1.1\r\nHost: a.example\r\n\r\n`,
    `GET http://a.example/ HTTP/1.1 \r\nHost: a.example\r\n\r\n`,
  ]
  for (const attempt of attempts) {
    const answer = await say(world.socketPath, attempt, { end: true })
    for (const status of answer.matchAll(/HTTP\/1\.1 (\d+)/g)) assert.match(status[1] ?? '', /^4/, attempt)
  }
  assert.equal(heard(), '')
})

test('tries a second request behind a whole one: it is a request of its own, decided on by itself', async (t) => {
  const { server, heard } = await witness(t)
  const world = await egressWorld(t, {
    internet: { 80: server },
    decide: ({ host }) => (host === 'a.example' ? ALLOWED : { type: 'deny', rule: 'r', why: 'no' }),
  })
  const first = 'GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n'
  const second = 'GET http://b.example/ HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n'
  const answer = await say(world.socketPath, first + second)
  assert.deepEqual(
    [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
    ['200', '403'],
  )
  assert.doesNotMatch(heard(), /b\.example/)
})

test('tries line breaks in what is passed on', async (t) => {
  const { server, heard } = await witness(t)
  const world = await egressWorld(t, { internet: { 80: server } })
  for (const path of ['/a%0d%0aX-Injected:%201', '/%E5%98%8A%E5%98%8DX-Injected:1']) {
    await say(world.socketPath, `GET http://a.example${path} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`)
  }
  assert.doesNotMatch(heard(), /^X-Injected/m)
})

test('tries heads without end', async (t) => {
  const world = await egressWorld(t)
  const long = 'x'.repeat(100_000)
  for (const bytes of [
    `GET http://a.example/${long} HTTP/1.1\r\n`,
    `GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nX: ${long}\r\n`,
    long,
  ]) {
    const answer = await say(world.socketPath, bytes)
    assert.match(answer, /^HTTP\/1\.1 4\d\d /)
  }
  const server = await listening(
    t,
    net.createServer((socket) => socket.end(`HTTP/1.1 200 OK\r\nX: ${long}\r\n\r\n`)),
  )
  const other = await egressWorld(t, { internet: { 80: server } })
  assert.equal((await askProxy(other.socketPath, 'http://a.example/')).status, 502)
})

test('tries to dawdle: heads, and the first words of TLS, that never become whole', async (t) => {
  const { server, heard } = await witness(t)
  const world = await egressWorld(t, { internet: { 443: server }, limits: { headMs: 150 } })
  assert.match(await say(world.socketPath, 'GET http://a.example/ HTTP/1.1\r\nHost: a.ex'), /^HTTP\/1\.1 408 /)
  const { socket } = await connectThrough(world.socketPath, 'a.example:443')
  socket.write(Buffer.from([22, 3, 1, 2]))
  await new Promise((resolve) => socket.resume().once('close', resolve))
  assert.equal(heard(), '')
  assert.deepEqual(
    (await world.reported(1)).map(({ rule }) => rule),
    ['hard.server-name'],
  )
})

test('tries to keep silent connections open for ever', async (t) => {
  const server = await listening(t, net.createServer())
  const world = await egressWorld(t, { internet: { 22: server }, limits: { idleMs: 100 } })
  const { socket } = await connectThrough(world.socketPath, 'a.example:22')
  await new Promise((resolve) => socket.resume().once('close', resolve))
  await world.reported(1)
})

test('tries more connections at once than one sandbox may have', async (t) => {
  const server = await listening(t, net.createServer())
  const world = await egressWorld(t, { internet: { 22: server }, limits: { connections: 5 } })
  const opened = await Promise.all(Array.from({ length: 12 }, () => connectThrough(world.socketPath, 'a.example:22')))
  assert.deepEqual(
    opened.map(({ status }) => status).toSorted((a, b) => a - b),
    [...Array(5).fill(200), ...Array(7).fill(503)],
  )
  for (const { socket } of opened) socket.destroy()
  await world.reported(12)
  const { status, socket } = await connectThrough(world.socketPath, 'a.example:22')
  assert.equal(status, 200)
  socket.destroy()
})

test('a thousand quick connections are each answered and each reported once', async (t) => {
  const server = await listening(
    t,
    http.createServer((_, response) => response.end('fine')),
  )
  const world = await egressWorld(t, { internet: { 80: server } })
  let left = 1_000
  const statuses: number[] = []
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      statuses.push((await askProxy(world.socketPath, `http://a.example/${left}`)).status)
    }
  }
  await Promise.all(Array.from({ length: 20 }, lane))
  assert.deepEqual([statuses.length, [...new Set(statuses)]], [1_000, [200]])
  assert.equal((await world.reported(1_000)).length, 1_000)
})

test('a client that goes away in the middle leaves nothing open', async (t) => {
  const open = new Set<net.Socket>()
  const server = await listening(
    t,
    net.createServer((socket) => {
      open.add(socket)
      socket.resume().once('close', () => open.delete(socket))
    }),
  )
  const world = await egressWorld(t, { internet: { 80: server, 22: server } })
  const { socket } = await connectThrough(world.socketPath, 'a.example:22')
  socket.destroy()
  await world.reported(1)
  while (open.size > 0) await sleep(5)
  const request = net.connect({ path: world.socketPath })
  request.write('POST http://a.example/ HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100\r\n\r\nhalf')
  while (open.size === 0) await sleep(5)
  request.destroy()
  await world.reported(2)
  while (open.size > 0) await sleep(5)
})

test('a server that answers nonsense, or nothing, is a sentence for the program', async (t) => {
  const replies = [
    '',
    'nonsense\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  ]
  for (const reply of replies) {
    const server = await listening(
      t,
      net.createServer((socket) => socket.once('data', () => socket.end(reply))),
    )
    const world = await egressWorld(t, { internet: { 80: server } })
    const { status, body } = await askProxy(world.socketPath, 'http://a.example/')
    assert.equal(status, 502, reply)
    assert.match(body, /^a\.example:80 is allowed, but /)
  }
})
