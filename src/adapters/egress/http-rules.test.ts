import assert from 'node:assert/strict'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { passedOn, requestProblem } from './http-rules.ts'

const TARGET = { host: 'example.org', port: 80 }

function request(...rawHeaders: readonly string[]): IncomingMessage {
  const message = new IncomingMessage(new Socket())
  message.rawHeaders = [...rawHeaders]
  return message
}

test('a request says once where it goes and how long it is', () => {
  const fine = [
    ['Host', 'example.org'],
    ['host', 'EXAMPLE.org:80', 'Content-Length', '12'],
    ['Host', 'example.org', 'Transfer-Encoding', 'Chunked'],
  ]
  for (const headers of fine) assert.equal(requestProblem(request(...headers), TARGET, 80), null, headers.join(' '))
  const odd = [
    [],
    ['Host', 'evil.test'],
    ['Host', 'example.org:8080'],
    ['Host', 'example.org', 'Host', 'evil.test'],
    ['Host', 'user@example.org'],
    ['Host', 'example.org', 'Content-Length', '1', 'Transfer-Encoding', 'chunked'],
    ['Host', 'example.org', 'Content-Length', '1', 'Content-Length', '1'],
    ['Host', 'example.org', 'Content-Length', '+1'],
    ['Host', 'example.org', 'Content-Length', '1, 1'],
    ['Host', 'example.org', 'Transfer-Encoding', 'gzip, chunked'],
    ['Host', 'example.org', 'Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'identity'],
    ['Host', 'example.org', 'Transfer-Encoding', 'xchunked'],
  ]
  for (const headers of odd) assert.notEqual(requestProblem(request(...headers), TARGET, 80), null, headers.join(' '))
})

test('what is meant for the proxy stays there, and only that', () => {
  const sent = [
    'Host',
    'a',
    'Connection',
    'X-Mine, close, Authorization',
    'X-Mine',
    '1',
    'Authorization',
    'kept',
    'Proxy-Authorization',
    'x',
    'Cookie',
    'a',
    'Cookie',
    'b',
    'Te',
    'trailers',
  ]
  assert.deepEqual(passedOn(sent), ['Host', 'a', 'Authorization', 'kept', 'Cookie', 'a', 'Cookie', 'b'])
})
