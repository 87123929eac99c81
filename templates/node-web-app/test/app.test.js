// The application as people and other sites meet it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'node:test'
import { openNotes } from '../src/notes.js'
import { createServer } from '../src/server.js'

let notes
let server
let home

beforeEach(async () => {
  notes = openNotes(':memory:')
  server = createServer({ notes, log: { error: () => {} } }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  home = `http://127.0.0.1:${server.address().port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
  notes.close()
})

const post = (path, fields, headers = {}) =>
  fetch(home + path, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })
const read = async (path) => (await fetch(home + path)).text()

test('at first there are no notes', async () => {
  const response = await fetch(home)
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  assert.match(await response.text(), /There are no notes yet/)
})

test('a note that was added is shown, the newest first', async () => {
  const added = await post('/notes', { text: ' milk ' })
  assert.equal(added.status, 303)
  assert.equal(added.headers.get('location'), '/')
  await post('/notes', { text: 'bread' })
  assert.match(await read('/'), /<p>bread<\/p>[^]*<p>milk<\/p>/)
})

test('what people write is text and never markup', async () => {
  await post('/notes', { text: '<script>alert("1")</script>' })
  const page = await read('/')
  assert.match(page, /&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;/)
  assert.doesNotMatch(page, /<script/)
})

test('a note that is empty or too long is refused, and what was written is kept', async () => {
  const empty = await post('/notes', { text: '   ' })
  assert.equal(empty.status, 422)
  assert.match(await empty.text(), /role="alert">Write something first/)
  const long = await post('/notes', { text: 'x'.repeat(501) })
  assert.equal(long.status, 422)
  assert.match(await long.text(), /x{501}/)
  assert.equal(notes.list().length, 0)
})

test('a note can be deleted, twice as well', async () => {
  const id = notes.add('old')
  for (let time = 0; time < 2; time += 1) assert.equal((await post(`/notes/${id}/delete`, {})).status, 303)
  assert.doesNotMatch(await read('/'), /old/)
})

test('another site can change nothing', async () => {
  const id = notes.add('mine')
  for (const path of ['/notes', `/notes/${id}/delete`]) {
    const response = await post(path, { text: 'theirs' }, { 'sec-fetch-site': 'cross-site' })
    assert.equal(response.status, 403)
  }
  assert.deepEqual(
    notes.list().map(({ text }) => text),
    ['mine'],
  )
})

test('what is too large is refused', async () => {
  assert.equal((await post('/notes', { text: 'x'.repeat(20_000) })).status, 413)
})

test('what is not there is said to be not there', async () => {
  for (const path of ['/nowhere', '/notes', '/../package.json']) assert.equal((await fetch(home + path)).status, 404)
})

test('every answer carries the security headers', async () => {
  for (const path of ['/', '/styles.css', '/nowhere']) {
    const { headers } = await fetch(home + path)
    assert.match(headers.get('content-security-policy'), /default-src 'none'/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
})

test('it says that it is well only as long as the database answers', async () => {
  assert.equal((await fetch(`${home}/healthz`)).status, 200)
  const working = notes.list
  notes.list = () => {
    throw new Error('disk on fire')
  }
  const broken = await fetch(`${home}/healthz`)
  assert.equal(broken.status, 500)
  assert.doesNotMatch(await broken.text(), /disk on fire/)
  notes.list = working
})
