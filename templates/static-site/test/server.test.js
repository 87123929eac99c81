// The server for one's own machine answers as the one in production does.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { createServer } from '../server/server.js'

const server = createServer(new URL('../site/', import.meta.url))
let port

before(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = server.address().port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

/** As it is written: fetch would tidy the path first. */
async function get(path, method = 'GET') {
  const asked = request({ port, path, method, host: '127.0.0.1' }).end()
  const [response] = await once(asked, 'response')
  let text = ''
  for await (const part of response) text += part
  return { status: response.statusCode, type: response.headers['content-type'], text }
}

test('pages have clean addresses', async () => {
  for (const path of ['/', '/about', '/about.html', '/about?from=here']) {
    const { status, type, text } = await get(path)
    assert.equal(status, 200, path)
    assert.equal(type, 'text/html; charset=utf-8')
    assert.match(text, /<h1/)
  }
})

test('files have their types', async () => {
  assert.equal((await get('/styles.css')).type, 'text/css; charset=utf-8')
  assert.equal((await get('/icon.svg')).type, 'image/svg+xml')
  assert.equal((await get('/healthz')).text, 'ok\n')
})

test('what is not there is said to be not there, with a page', async () => {
  const { status, text } = await get('/nowhere')
  assert.equal(status, 404)
  assert.match(text, /There is no page here/)
})

test('nothing outside of the site is given out', async () => {
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '/%2e%2e%2fpackage.json', '//'])
    assert.notEqual((await get(path)).status, 200, path)
})

test('only reading is allowed', async () => {
  assert.equal((await get('/', 'POST')).status, 405)
  const head = await get('/', 'HEAD')
  assert.equal(head.status, 200)
  assert.equal(head.text, '')
})
