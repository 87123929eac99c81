import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forgeryProblem, hostProblem } from './origins.ts'

const local = { host: '127.0.0.1', publicUrl: null }
const published = { host: '0.0.0.0', publicUrl: 'https://factotum.example.com' }
const asked = { method: 'POST', host: '127.0.0.1:7070', origin: null, site: null, websocket: false }

test('names nobody gave the server are refused', () => {
  for (const host of ['127.0.0.1', '127.0.0.1:7070', 'localhost:1', '[::1]:7070', 'LOCALHOST']) {
    assert.equal(hostProblem(local, host), null, host)
  }
  for (const host of ['evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'localhost.evil.example:7070']) {
    assert.equal(hostProblem(local, host)?.status, 421, host)
  }
  for (const host of [null, '', ' ', 'a b', 'a/b', 'x@127.0.0.1', '127.0.0.1:99999999']) {
    assert.equal(hostProblem(local, host)?.status, 400, String(host))
  }
  assert.equal(hostProblem(published, 'factotum.example.com'), null)
  assert.equal(hostProblem(published, '192.168.1.5:7070'), null)
  assert.equal(hostProblem(published, 'other.example.com')?.status, 421)
})

test('what changes something with a session must come from a page of the server', () => {
  const forged = (from: Partial<typeof asked> | object) => forgeryProblem(local, { ...asked, ...from })?.status ?? null
  assert.equal(forged({}), 403)
  assert.equal(forged({ origin: 'http://127.0.0.1:7070' }), null)
  assert.equal(forged({ site: 'same-origin' }), null)
  assert.equal(forged({ origin: 'http://127.0.0.1:9' }), 403)
  assert.equal(forged({ origin: 'http://127.0.0.1:9', site: 'same-origin' }), 403)
  assert.equal(forged({ origin: 'null' }), 403)
  assert.equal(forged({ site: 'same-site' }), 403)
  assert.equal(forged({ site: 'none' }), 403)
  assert.equal(forged({ method: 'GET' }), null)
  assert.equal(forged({ method: 'GET', site: 'none' }), null)
  assert.equal(forged({ method: 'GET', site: 'cross-site' }), 403)
  assert.equal(forged({ method: 'GET', websocket: true }), 403)
  assert.equal(forgeryProblem(published, { ...asked, origin: 'https://factotum.example.com' }), null)
})
