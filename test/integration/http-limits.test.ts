// How often people may ask for work over HTTP, and what they hear when it is too much.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserId } from '../../src/core/vocabulary/ids.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { ADA, BOB, jsonOf, openWorld, OWNER } from './http-world.ts'

const NONE = { perMinute: 0, perMinuteAll: 0, ownerPerMinute: 0, tasksAtOnce: 0 }

test('beyond their requests a minute a person is told when to come back; others and owners go on', async (t) => {
  const world = await openWorld(t, { config: { requests: { ...NONE, perMinute: 3, perMinuteAll: 100 } } })
  const ask = (principal: Principal, path = '/v1/tasks', headers = {}) =>
    world.call(principal, 'POST', path, { input_text: 'a page' }, headers)
  for (const path of ['/v1/tasks', '/tasks', '/v1/jobs']) assert.equal((await ask(ADA, path)).status, 201)
  const refused = await ask(ADA)
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('content-type'), 'application/problem+json')
  const seconds = Number(refused.headers.get('retry-after'))
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60)
  const body = await jsonOf(refused)
  assert.deepEqual([body['code'], body['retry_after']], ['too_many_requests', seconds])
  assert.match(String(body['detail']), /Try again in \d+ seconds?\./)
  assert.equal((await ask(BOB)).status, 201)
  for (let n = 0; n < 10; n += 1) assert.equal((await ask(OWNER)).status, 201)
  // What is no request for work is not counted.
  for (let n = 0; n < 10; n += 1) assert.equal((await world.call(ADA, 'GET', '/v1/tasks')).status, 200)
})

test('the same request sent again is none more; neither is one that was refused', async (t) => {
  const world = await openWorld(t, { config: { requests: { ...NONE, perMinute: 2 } } })
  const ask = (key: string) =>
    world.call(ADA, 'POST', '/v1/tasks', { input_text: 'a page' }, { 'idempotency-key': key })
  assert.equal((await ask('one')).status, 201)
  for (let n = 0; n < 5; n += 1) assert.equal((await ask('one')).status, 200)
  assert.equal((await ask('two')).status, 201)
  assert.equal((await ask('three')).status, 429)
  assert.equal((await ask('one')).status, 200)
})

test('messages and uploads count as well, in whichever conversation', async (t) => {
  const world = await openWorld(t, { config: { requests: { ...NONE, perMinute: 3 } } })
  const thread = String((await jsonOf(await world.call(ADA, 'POST', '/v1/threads', {})))['id'])
  const say = (text: string, externalId: string) =>
    world.call(ADA, 'POST', `/v1/threads/${thread}/messages`, { text, external_id: externalId })
  assert.equal((await say('make a page', 'a')).status, 201)
  assert.equal((await say('make a page', 'a')).status, 200)
  assert.equal((await say('/run ls', 'b')).status, 201)
  const upload = () =>
    world.call(ADA, 'POST', `/v1/threads/${thread}/artifacts?name=a.txt`, 'bytes', { 'content-type': 'text/plain' })
  assert.equal((await upload()).status, 201)
  assert.equal((await upload()).status, 429)
  const refused = await say('another page', 'c')
  assert.equal(refused.status, 429)
  assert.ok(refused.headers.has('retry-after'))
})

test('all together have a limit too, which owners do not use up', async (t) => {
  const world = await openWorld(t, { config: { requests: { ...NONE, perMinute: 10, perMinuteAll: 4 } } })
  const ask = (principal: Principal) => world.call(principal, 'POST', '/v1/tasks', { input_text: 'a page' })
  for (let n = 0; n < 6; n += 1) assert.equal((await ask(OWNER)).status, 201)
  const people = Array.from({ length: 6 }, (_, n): Principal => ({ ...ADA, userId: `user-${n}` as UserId }))
  const statuses = await Promise.all(people.map(async (it) => (await ask(it)).status))
  assert.deepEqual(
    statuses.toSorted((a, b) => a - b),
    [201, 201, 201, 201, 429, 429],
  )
})

test('no more tasks are open at once than allowed; one that ends makes room', async (t) => {
  const world = await openWorld(t, { config: { requests: { ...NONE, tasksAtOnce: 2 } } })
  const ask = (principal: Principal) => world.call(principal, 'POST', '/v1/tasks', { input_text: 'a page' })
  const first = String((await jsonOf(await ask(ADA)))['id'])
  assert.equal((await ask(ADA)).status, 201)
  const refused = await ask(ADA)
  assert.deepEqual([refused.status, (await jsonOf(refused))['code']], [429, 'too_many_tasks'])
  assert.ok(refused.headers.has('retry-after'))
  assert.equal((await ask(BOB)).status, 201)
  await world.call(ADA, 'POST', `/v1/tasks/${first}/abort`, {})
  assert.equal((await ask(ADA)).status, 201)
})
