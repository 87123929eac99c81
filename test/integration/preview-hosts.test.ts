import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { ADA, openWorld } from './http-world.ts'
import { ask, openPreviews, program, recordsInMemory, TASK } from './preview-world.ts'

/** The main server, with a preview that another process opened: all it shares is the record. */
async function openBoth(t: TestContext, keepMs = 60_000) {
  const previewUrl = 'https://*.preview.example.com'
  const store = recordsInMemory()
  const worker = openPreviews(t, { store, previewUrl, keepMs })
  const gateway = openPreviews(t, { store, previewUrl })
  const hosts = gateway.previews.hosts
  const world = await openWorld(t, { deps: { previewHosts: hosts }, config: { publicUrl: 'https://example.com' } })
  const app = await program(t, (request, response) => {
    if (request.url === '/slow') response.write('never ends')
    else response.end(JSON.stringify({ url: request.url, headers: request.headers }))
  })
  const preview = await worker.previews.open(TASK, 3_000, app.socketPath)
  return { world, preview, app, worker: worker.previews, host: new URL(preview.url).host }
}

test('a host name of its own leads to the app, root-relative addresses included', async (t) => {
  const { world, preview, host } = await openBoth(t)
  assert.equal(preview.url, `https://${preview.id}.preview.example.com/`)
  const { response, text } = await ask(`${world.address}/api?x=1`, { host, cookie: '__Host-factotum_session=s; a=b' })
  assert.equal(response.statusCode, 200)
  const seen: { url: string; headers: Record<string, string> } = JSON.parse(text)
  assert.equal(seen.url, '/api?x=1')
  assert.equal(seen.headers['cookie'], 'a=b')
  assert.equal(seen.headers['x-forwarded-proto'], 'https')
  assert.equal(seen.headers['x-forwarded-host'], host)
  assert.equal(response.headers['set-cookie'], undefined)
})

test('a preview host never answers as the platform, and an unknown one not at all', async (t) => {
  const { world, host } = await openBoth(t)
  const authorization = `Bearer ${await world.tokenOf(ADA)}`
  const { text } = await ask(`${world.address}/v1/tasks`, { host, authorization })
  const seen: { url: string; headers: Record<string, string> } = JSON.parse(text)
  assert.equal(seen.url, '/v1/tasks')
  assert.equal(seen.headers['authorization'], undefined)
  for (const unknown of [
    'aaaaaaaaaaaaaaaaaaaaaaaaaa.preview.example.com',
    'x.y.preview.example.com',
    '%00.preview.example.com',
    'x.preview.example.com:443',
  ]) {
    const { response } = await ask(`${world.address}/v1/tasks`, { host: unknown, authorization })
    assert.equal(response.statusCode, 404, unknown)
    assert.equal(response.headers['content-type'], 'text/plain; charset=utf-8', unknown)
  }
  assert.equal((await ask(`${world.address}/v1/tasks`, { host: 'preview.example.com' })).response.statusCode, 421)
  assert.equal((await ask(`${world.address}/healthz`, { host: 'example.com' })).response.statusCode, 200)
})

test('a WebSocket finds its preview by host name; the platform keeps its own', async (t) => {
  const { world, app, host } = await openBoth(t)
  const sockets = new WebSocketServer({ server: app.server })
  t.after(() => sockets.close())
  sockets.on('connection', (socket) => socket.send('from the app'))
  const address = world.address.replace('http', 'ws')
  const socket = new WebSocket(`${address}/v1/stream`, { headers: { host } })
  const [data] = await once(socket, 'message')
  assert.equal(String(data), 'from the app')
  socket.close()
  const [, response] = await once(
    new WebSocket(`${address}/`, { headers: { host: 'aaaaaaaaaaaaaaaaaaaaaaaaaa.preview.example.com' } }),
    'unexpected-response',
  )
  assert.equal(response.statusCode, 404)
  response.resume()
})

test('after closing the address is gone, and at its expiry what is open is cut', async (t) => {
  const { world, worker, host } = await openBoth(t)
  await worker.close(TASK)
  assert.equal((await ask(`${world.address}/`, { host })).response.statusCode, 404)
  const expiring = await openBoth(t, 300)
  await assert.rejects(ask(`${expiring.world.address}/slow`, { host: expiring.host }))
  assert.equal((await ask(`${expiring.world.address}/`, { host: expiring.host })).response.statusCode, 404)
})

test('a pattern that is none is a mistake in the configuration', (t) => {
  for (const previewUrl of [
    'https://preview.example.com',
    '*.example.com',
    'https://a.*.example.com',
    'ftp://*.x.org',
  ]) {
    assert.throws(() => openPreviews(t, { previewUrl }), /must look like/, previewUrl)
  }
})
