// How requests fail on their way to a Bot API server: whether they had left, and that no error tells the token.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { createTelegramApi } from '../../src/adapters/telegram/api.ts'

test('errors say how far the request got and never hold the token', async (t) => {
  const sockets = new Set<Socket>()
  let behave: (socket: Socket) => void = () => {}
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    behave(socket)
  }).listen(0, '127.0.0.1')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const token = '12345:very-secret-token'
  const fails = async (apiRoot: string, timeoutMs = 5_000) => {
    const api = createTelegramApi({ token, apiRoot, timeoutMs })
    const error: unknown = await api.raw.sendMessage({ chat_id: 1, text: 'x' }).catch((caught: unknown) => caught)
    assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /very-secret-token/)
    assert.ok(error instanceof Error && 'error' in error && error.error instanceof Error && 'left' in error.error)
    return error.error.left
  }
  behave = (socket) => socket.once('data', () => socket.resetAndDestroy())
  assert.equal(await fails(`http://127.0.0.1:${port}`), true)
  behave = () => {}
  assert.equal(await fails(`http://127.0.0.1:${port}`, 200), true)
  behave = (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"ok":'))
  assert.equal(await fails(`http://127.0.0.1:${port}`), true)
  behave = (socket) =>
    socket.once('data', () =>
      socket.end('HTTP/1.1 302 Found\r\nlocation: http://a.example/\r\ncontent-length: 0\r\n\r\n'),
    )
  assert.equal(await fails(`http://127.0.0.1:${port}`), true)
  // A connection that breaks while its encryption is agreed on has carried no request.
  behave = (socket) => socket.once('data', () => socket.resetAndDestroy())
  assert.equal(await fails(`https://127.0.0.1:${port}`), false)
  behave = () => {}
  assert.equal(await fails(`https://127.0.0.1:${port}`, 200), false)
  assert.equal(await fails('http://telegram.invalid'), false)
  assert.equal(await fails('no address'), false)
})
