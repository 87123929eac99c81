import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { test } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { CredentialId, UserId } from '../../src/core/vocabulary/ids.ts'
import { signToken } from '../../src/adapters/http/tokens.ts'
import { previewsContract } from '../contract/previews.ts'
import { ask, openPreviews, program, rawProgram, TASK } from './preview-world.ts'

previewsContract('previews on ports', async (t) => ({
  ...openPreviews(t),
  get: async (url) => {
    try {
      const response = await fetch(url)
      return { status: response.status, text: await response.text() }
    } catch {
      return { status: 0, text: '' }
    }
  },
}))

previewsContract('previews on host names', async (t) => {
  const { previews, store } = openPreviews(t, { previewUrl: 'http://*.preview.localhost' })
  const server = createServer((request, response) => {
    if (previews.hosts?.handleHost(request, response) !== true) response.writeHead(418).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  return {
    previews,
    store,
    get: async (url) => {
      const { hostname, pathname } = new URL(url)
      const { response, text } = await ask(`http://127.0.0.1:${port}${pathname}`, { host: `${hostname}:${port}` })
      return { status: response.statusCode ?? 0, text }
    },
  }
})

test('a page, its assets and its data work: first by the address, then by the cookie', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (request, response) => {
    response.setHeader('content-type', 'text/plain').end(`${request.method} ${request.url}`)
  })
  const { url, id } = await previews.open(TASK, 3_000, socketPath)
  const root = new URL('/', url).href
  const first = await ask(url)
  assert.equal(first.text, 'GET /')
  assert.equal((await ask(`${url}style.css?v=1`)).text, 'GET /style.css?v=1')
  assert.equal((await ask(url.replace(/\/$/, '?q'))).text, 'GET /?q')
  const [cookie = ''] = first.response.headers['set-cookie'] ?? []
  const { port } = new URL(url)
  assert.equal(cookie, `factotum_preview_${port}=${id}; Path=/; HttpOnly; SameSite=Lax`)
  const known = { cookie: cookie.split(';')[0] ?? '' }
  assert.equal((await ask(`${root}api/items`, known)).text, 'GET /api/items')
  assert.equal((await ask(`${root}api/items`, known, 'POST', 'body')).text, 'POST /api/items')
})

test('who knows neither the id nor has the cookie finds nothing', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (_request, response) => response.end('secret'))
  const { url, id } = await previews.open(TASK, 3_000, socketPath)
  const root = new URL('/', url).href
  const { port } = new URL(url)
  const name = `factotum_preview_${port}`
  for (const [path, headers] of [
    ['', {}],
    [`${id.slice(0, -1)}/`, {}],
    [`${id}x/`, {}],
    [`x/${id}/`, {}],
    ['', { cookie: `${name}=wrong` }],
    ['', { cookie: `factotum_preview_1=${id}` }],
    ['', { cookie: `${name}=${id}`, origin: 'http://127.0.0.1:1' }],
    ['', { cookie: `${name}=${id}`, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
  ] as const) {
    const { response, text } = await ask(root + path, { ...headers })
    assert.equal(response.statusCode, 404, path)
    assert.doesNotMatch(text, /secret/)
  }
  const cookie = `a=b; ${name}=wrong; ${name}=${id}`
  assert.equal((await ask(root, { cookie })).text, 'secret')
})

test('credentials of the platform stay outside; the app keeps its own', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (request, response) => response.end(JSON.stringify(request.headers)))
  const { url, id } = await previews.open(TASK, 3_000, socketPath)
  const { port } = new URL(url)
  const seen = async (headers: Record<string, string>): Promise<Record<string, string>> =>
    JSON.parse((await ask(url, headers)).text)
  const cookies = await seen({
    cookie: `factotum_session=s; theme=dark; __Host-factotum_session=t; factotum_preview_${port}=${id}; lang=de`,
  })
  assert.equal(cookies['cookie'], 'theme=dark; lang=de')
  assert.equal((await seen({ cookie: 'factotum_session=s' }))['cookie'], undefined)
  const token = await signToken({
    key: { id: 'key-1', secret: 'a secret that is long enough' },
    principal: { userId: 'ada' as UserId, role: 'member', scopes: [] },
    ttlSeconds: 60,
    now: new Date(),
    id: 'x' as CredentialId,
  })
  assert.equal((await seen({ authorization: `Bearer ${token}` }))['authorization'], undefined)
  assert.equal((await seen({ authorization: 'Bearer of-the-app' }))['authorization'], 'Bearer of-the-app')
  const hops = await seen({
    connection: 'close, x-hop',
    'x-hop': '1',
    te: 'trailers',
    'proxy-authorization': 'p',
    'x-forwarded-for': 'forged',
    'x-forwarded-user': 'root',
  })
  for (const name of ['x-hop', 'te', 'proxy-authorization', 'x-forwarded-user'])
    assert.equal(hops[name], undefined, name)
  assert.match(hops['x-forwarded-for'] ?? '', /127\.0\.0\.1/)
  assert.equal(hops['x-forwarded-host'], `127.0.0.1:${port}`)
  assert.equal(hops['x-forwarded-proto'], 'http')
})

test("an app's cookies pass, but none of our names and none for a whole domain", async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (_request, response) => {
    response.setHeader('set-cookie', [
      'sid=1; Path=/; Domain=example.com; HttpOnly',
      'factotum_session=stolen; Path=/',
      ' FACTOTUM_preview_1=x',
      '__Host-factotum_session=y',
    ])
    response.setHeader('clear-site-data', '"cookies"')
    response.setHeader('strict-transport-security', 'max-age=1')
    response.setHeader('location', 'http://localhost:3000/next?x=1')
    response.writeHead(302).end()
  })
  const { url, id } = await previews.open(TASK, 3_000, socketPath)
  const { headers } = (await ask(url)).response
  assert.deepEqual(headers['set-cookie']?.slice(0, -1), ['sid=1; Path=/; HttpOnly'])
  assert.equal(headers['clear-site-data'], undefined)
  assert.equal(headers['strict-transport-security'], undefined)
  assert.equal(headers.location, `/${id}/next?x=1`)
})

test('bodies stream both ways, as they come', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (request, response) => request.pipe(response))
  const { url } = await previews.open(TASK, 3_000, socketPath)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const answering = fetch(url, { method: 'POST', body: readable, duplex: 'half' })
  await writer.write(new TextEncoder().encode('first'))
  const reader = (await answering).body?.getReader()
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), 'first')
  await writer.write(new TextEncoder().encode('second'))
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), 'second')
  await writer.close()
  assert.equal((await reader?.read())?.done, true)
  const large = 'x'.repeat(3_000_000)
  assert.equal(await (await fetch(url, { method: 'POST', body: large })).text(), large)
})

test('a WebSocket goes through, both by id and by cookie, and not for strangers', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath, server } = await program(t, (_request, response) => response.end())
  const sockets = new WebSocketServer({ server })
  t.after(() => sockets.close())
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data) => socket.send(`${request.url} ${String(data)}`))
  })
  const { url, id } = await previews.open(TASK, 3_000, socketPath)
  const { host, port } = new URL(url)
  const cookie = `factotum_preview_${port}=${id}`
  for (const [address, headers] of [
    [`${url.replace('http', 'ws')}live`, {}],
    [`ws://${host}/live`, { cookie, origin: `http://${host}` }],
  ] as const) {
    const socket = new WebSocket(address, { headers })
    await once(socket, 'open')
    socket.send('hi')
    const [data] = await once(socket, 'message')
    assert.equal(String(data), '/live hi')
    socket.close()
    await once(socket, 'close')
  }
  for (const headers of [{}, { cookie, origin: 'http://127.0.0.1:1' }]) {
    const [, response] = await once(new WebSocket(`ws://${host}/live`, { headers }), 'unexpected-response')
    assert.equal(response.statusCode, 404)
    response.resume()
  }
})

test('closing cuts open connections at once, and the address is gone', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath, server } = await program(t, (_request, response) => void response.write('never ends'))
  const sockets = new WebSocketServer({ server })
  t.after(() => sockets.close())
  const { url } = await previews.open(TASK, 3_000, socketPath)
  const socket = new WebSocket(url.replace('http', 'ws'))
  await once(socket, 'open')
  const response = await fetch(url)
  const closed = once(socket, 'close')
  assert.equal((await previews.close(TASK)).length, 1)
  await closed
  await assert.rejects(response.text())
  await assert.rejects(fetch(url))
})

test('an expired preview closes by itself, with what is open', async (t) => {
  const { previews } = openPreviews(t, { keepMs: 300 })
  const { socketPath } = await program(t, (_request, response) => void response.write('never ends'))
  const { url } = await previews.open(TASK, 3_000, socketPath)
  const response = await fetch(url)
  await assert.rejects(response.text())
  await assert.rejects(fetch(url))
})

test('a port range is used up port by port, then says so', async (t) => {
  const free = createServer()
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
  const address = free.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const { previews } = openPreviews(t, { ports: { from: port, to: port } })
  await assert.rejects(previews.open(TASK, 3_000, '/nowhere'), /No port between/)
  await new Promise((resolve) => free.close(resolve))
  assert.equal(new URL((await previews.open(TASK, 3_000, '/nowhere')).url).port, String(port))
})

const hostile: Record<string, (write: (text: string) => void, end: () => void) => void> = {
  'speaks no HTTP': (write) => write('SSH-2.0-whatever\r\n'),
  'closes at once': (_write, end) => end(),
  'sends endless headers': (write) => {
    write('HTTP/1.1 200 OK\r\n')
    for (let n = 0; n < 3_000; n += 1) write(`x-${n}: ${'y'.repeat(100)}\r\n`)
  },
  'sends an impossible status': (write) => write('HTTP/1.1 099 Odd\r\ncontent-length: 0\r\n\r\n'),
  'switches protocols unasked': (write) => {
    write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nmore')
  },
  'smuggles two lengths': (write) => write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
}

for (const [name, behave] of Object.entries(hostile)) {
  test(`a program that ${name} is answered for with 502`, async (t) => {
    const { previews } = openPreviews(t)
    const socketPath = await rawProgram(t, (socket) => {
      socket.once('data', () =>
        behave(
          (text) => void socket.write(text),
          () => socket.destroy(),
        ),
      )
    })
    const { url } = await previews.open(TASK, 3_000, socketPath)
    const { response, text } = await ask(url)
    assert.equal(response.statusCode, 502)
    assert.match(text, /^The app behind this preview .*\.\n$/)
    const refused = new WebSocket(url.replace('http', 'ws'))
    const [, answer] = name === 'switches protocols unasked' ? [] : await once(refused, 'unexpected-response')
    answer?.resume()
    refused.on('error', () => undefined)
    refused.terminate()
  })
}

test('a program that stops in the middle ends in a cut response, not in a whole one', async (t) => {
  const { previews } = openPreviews(t)
  const socketPath = await rawProgram(t, (socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'))
  })
  const { url } = await previews.open(TASK, 3_000, socketPath)
  const response = await fetch(url)
  await assert.rejects(response.text())
})

test('nobody listens inside: 502 in one sentence', async (t) => {
  const { previews } = openPreviews(t)
  const { url } = await previews.open(TASK, 3_000, '/nowhere/app.sock')
  const { response, text } = await ask(url)
  assert.equal(response.statusCode, 502)
  assert.equal(text, 'The app behind this preview does not answer on its port.\n')
})

test('a visitor who leaves ends the work inside', async (t) => {
  const { previews } = openPreviews(t)
  let left: () => void = () => undefined
  const gone = new Promise<void>((resolve) => {
    left = resolve
  })
  const { socketPath } = await program(t, (_request, response) => {
    response.write('x')
    response.on('close', left)
  })
  const { url } = await previews.open(TASK, 3_000, socketPath)
  const controller = new AbortController()
  await fetch(url, { signal: controller.signal })
  controller.abort()
  await gone
})

test('what is no HTTP to the preview itself is refused, and the preview goes on', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (_request, response) => response.end('fine'))
  const { url } = await previews.open(TASK, 3_000, socketPath)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('\0\0\0nonsense\r\n\r\n')
  const [data] = await once(socket, 'data')
  assert.match(String(data), /^HTTP\/1\.1 400 /)
  socket.destroy()
  assert.equal((await ask(url)).text, 'fine')
})

test('an app that answers before it has read everything is still heard', async (t) => {
  const { previews } = openPreviews(t)
  const { socketPath } = await program(t, (_request, response) => {
    response.writeHead(413).end('too much')
  })
  const { url } = await previews.open(TASK, 3_000, socketPath)
  for (let n = 0; n < 10; n += 1) {
    const { response, text } = await ask(url, {}, 'POST', 'x'.repeat(5_000_000))
    assert.deepEqual([response.statusCode, text], [413, 'too much'])
  }
})
