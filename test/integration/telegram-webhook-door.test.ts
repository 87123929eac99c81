// The address that Telegram calls, as everybody else on the network may call it too.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openWorld } from './http-world.ts'

const OPAQUE = 'a-path-that-only-telegram-knows'
const HEADER = 'x-telegram-bot-api-secret-token'

async function openDoor(t: TestContext) {
  const received: { readonly secret: string | null; readonly update: unknown }[] = []
  const world = await openWorld(t, {
    deps: {
      webhooks: {
        knows: (opaque) => opaque === OPAQUE,
        receive: async (_, secret, update) => {
          received.push({ secret, update })
          return secret === 'right' ? 'accepted' : 'refused'
        },
      },
    },
  })
  const bring = async (body: string, headers: Record<string, string> = {}, path = `/telegram/${OPAQUE}`) => {
    const answer = await fetch(world.address + path, {
      method: 'POST',
      body,
      headers: { [HEADER]: 'right', ...headers },
    })
    return { status: answer.status, body: await answer.text() }
  }
  return { ...world, received, bring }
}

test('only updates with the right secret come in, and nothing is told to anybody else', async (t) => {
  const { received, bring, address, logged } = await openDoor(t)
  assert.deepEqual(await bring('{"update_id":1}'), { status: 200, body: '' })
  assert.equal((await bring('{"update_id":2}', { [HEADER]: 'wrong' })).status, 401)
  assert.deepEqual(received, [
    { secret: 'right', update: { update_id: 1 } },
    { secret: 'wrong', update: { update_id: 2 } },
  ])
  const odd = ['', '7', 'null', '[]', '{}', '{"update_id":"1"}', '{"update_id":-1}', '{"update_id":1.5}']
  for (const body of [
    ...odd,
    '{"update_id":1e400}',
    '{"update_id":null}',
    '{"update_id":1',
    '\uFEFF{"update_id":1}',
    '\0',
  ]) {
    assert.equal((await bring(body)).status, 400, JSON.stringify(body))
  }
  const others = [
    '/telegram/',
    '/telegram',
    '/telegram/another',
    `/telegram/${OPAQUE}/more`,
    `/telegram/..%2f${OPAQUE}`,
  ]
  for (const path of others) assert.equal((await bring('{"update_id":3}', {}, path)).status, 404, path)
  assert.equal((await fetch(`${address}/telegram/${OPAQUE}`)).status, 405)
  assert.equal(received.length, 2)
  assert.ok(!logged.join('\n').includes(OPAQUE) && !logged.join('\n').includes('right'))
})

test('what is too large or never ends is turned away, and the next one is served', async (t) => {
  const { received, bring, server, address, logged } = await openDoor(t)
  assert.equal((await bring(`{"update_id":1,"message":"${'x'.repeat(900_000)}"}`)).status, 200)
  assert.equal((await bring(`{"update_id":1,"message":"${'x'.repeat(1_100_000)}"}`)).status, 413)
  const count = received.length
  const half = [
    `POST /telegram/${OPAQUE} HTTP/1.1`,
    'host: 127.0.0.1',
    `${HEADER}: right`,
    'content-length: 100',
    '',
    '{"upd',
  ]
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const socket = connect(server.port(), '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(half.join('\r\n'))
    await sleep(50)
    socket[end]()
    await once(socket.resume(), 'close')
  }
  assert.equal((await bring('{"update_id":3}')).status, 200)
  assert.equal(received.length, count + 1)
  assert.deepEqual(
    logged.filter((line) => /^(?:warn|error)/.test(line)),
    [],
    'strangers can fill no log',
  )
  assert.equal((await fetch(`${address}/healthz`)).status, 200)
})
