import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { hitSchema, sourceSchema } from '../../src/adapters/http/conversation-wire.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { ADA, BOB, jsonOf, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'

const NOBODYS = '01900000-0000-7000-8000-000000000000'
const KNOWLEDGE = '/v1/knowledge'

async function add(world: World, who: Principal, body: object): Promise<z.output<typeof sourceSchema>> {
  const response = await world.call(who, 'POST', KNOWLEDGE, body)
  assert.equal(response.status, 201, await response.clone().text())
  return sourceSchema.parse(await response.json())
}

async function search(world: World, who: Principal, words: string, more = ''): Promise<readonly string[]> {
  const response = await world.call(who, 'GET', `${KNOWLEDGE}/search?q=${encodeURIComponent(words)}${more}`)
  assert.equal(response.status, 200, await response.clone().text())
  return z
    .object({ items: z.array(hitSchema), next_cursor: z.null() })
    .parse(await response.json())
    .items.map(({ title }) => title)
}

async function titles(world: World, who: Principal, query = ''): Promise<readonly string[]> {
  const { items } = await jsonOf(await world.call(who, 'GET', KNOWLEDGE + query))
  return z
    .array(sourceSchema)
    .parse(items)
    .map(({ title }) => title)
}

async function refusal(response: Response): Promise<readonly [number, unknown]> {
  const text = await response.text()
  assert.equal(response.headers.get('content-type'), 'application/problem+json', text)
  return [response.status, (JSON.parse(text) as { code: unknown }).code]
}

test('a text is added, found by its words, replaced, and found no more once it is gone', async (t) => {
  const world = await openWorld(t)
  const source = await add(world, ADA, { title: 'Kettle', uri: 'notes/kettle', text: 'The kettle whistles at dawn.' })
  assert.deepEqual([source.scope, source.kind, source.added_by], ['me', 'document', 'ada'])
  assert.ok(source.chunks > 0)
  assert.deepEqual(await search(world, ADA, 'kettle whistles'), ['Kettle'])
  await add(world, ADA, { title: 'Kettle, mended', uri: 'notes/kettle', text: 'The kettle hums quietly.' })
  assert.deepEqual(await titles(world, ADA), ['Kettle, mended'])
  assert.deepEqual(await search(world, ADA, 'whistles'), [])
  assert.deepEqual(await search(world, ADA, 'hums'), ['Kettle, mended'])

  const [current] = z.array(sourceSchema).parse((await jsonOf(await world.call(ADA, 'GET', KNOWLEDGE)))['items'])
  assert.equal((await world.call(ADA, 'DELETE', `${KNOWLEDGE}/${current?.id}`)).status, 204)
  assert.deepEqual(await search(world, ADA, 'hums'), [])
  const gone = await world.call(ADA, 'DELETE', `${KNOWLEDGE}/${current?.id}`)
  assert.deepEqual(await refusal(gone), [404, 'source_not_found'])
})

test('without an address the title is one', async (t) => {
  const world = await openWorld(t)
  const first = await add(world, ADA, { title: 'Tea', text: 'Green tea.' })
  const second = await add(world, ADA, { title: 'Tea', text: 'Black tea.' })
  assert.equal(first.uri, second.uri)
  assert.deepEqual(await titles(world, ADA), ['Tea'])
})

test('what one person added is found by nobody else; what all share is for owners to change', async (t) => {
  const world = await openWorld(t)
  const adas = await add(world, ADA, { title: 'Diary', text: 'The walrus sleeps under the stairs.' })
  for (const who of [BOB, OWNER]) {
    assert.deepEqual(await search(world, who, 'walrus'), [])
    assert.deepEqual(await titles(world, who), [])
    const removed = await world.call(who, 'DELETE', `${KNOWLEDGE}/${adas.id}`)
    assert.deepEqual(await refusal(removed), [404, 'source_not_found'])
  }
  const body = { title: 'Handbook', text: 'The walrus is fed at noon.', scope: 'shared' }
  assert.deepEqual(await refusal(await world.call(ADA, 'POST', KNOWLEDGE, body)), [403, 'owners_only'])
  const shared = await add(world, OWNER, body)
  assert.deepEqual(await search(world, BOB, 'walrus'), ['Handbook'])
  assert.deepEqual([...(await search(world, ADA, 'walrus'))].toSorted(), ['Diary', 'Handbook'])
  const path = `${KNOWLEDGE}/${shared.id}`
  assert.deepEqual(await refusal(await world.call(BOB, 'DELETE', path)), [403, 'owners_only'])
  assert.equal((await world.call(OWNER, 'DELETE', path)).status, 204)
  assert.deepEqual(await search(world, BOB, 'walrus'), [])
})

test("a conversation's sources are found in it, by whoever may see it", async (t) => {
  const world = await openWorld(t)
  const { id } = await jsonOf(await world.call(ADA, 'POST', '/v1/threads', {}))
  const source = await add(world, ADA, { title: 'Plan', text: 'The zeppelin lands.', scope: 'thread', thread_id: id })
  assert.equal(source.scope, 'thread')
  assert.deepEqual(await search(world, ADA, 'zeppelin'), [])
  assert.deepEqual(await search(world, ADA, 'zeppelin', `&thread_id=${id}`), ['Plan'])
  assert.deepEqual(await titles(world, ADA, `?thread_id=${id}`), ['Plan'])
  for (const thread of [id, NOBODYS]) {
    for (const [method, path, body] of [
      ['GET', `${KNOWLEDGE}?thread_id=${thread}`, undefined],
      ['GET', `${KNOWLEDGE}/search?q=zeppelin&thread_id=${thread}`, undefined],
      ['POST', KNOWLEDGE, { title: 'x', text: 'x', scope: 'thread', thread_id: thread }],
      ['DELETE', `${KNOWLEDGE}/${source.id}?thread_id=${thread}`, undefined],
    ] as const)
      assert.equal((await refusal(await world.call(BOB, method, path, body)))[0], 404, path)
  }
  assert.deepEqual(await refusal(await world.call(ADA, 'DELETE', `${KNOWLEDGE}/${source.id}`)), [
    404,
    'source_not_found',
  ])
  const removed = await world.call(ADA, 'DELETE', `${KNOWLEDGE}/${source.id}?thread_id=${id}`)
  assert.equal(removed.status, 204)
})

test('what is no source, and what is no question, is refused', async (t) => {
  const world = await openWorld(t)
  for (const body of [
    {},
    { title: 'x' },
    { title: '', text: 'x' },
    { title: 'two\nlines', text: 'x' },
    { title: 'x'.repeat(301), text: 'x' },
    { title: 'x', text: '' },
    { title: 'x', text: ' \n ' },
    { title: 'x', text: 'x', kind: 'film' },
    { title: 'x', text: 'x', uri: 'a\nb' },
    { title: 'x', text: 'x', scope: 'thread' },
    { title: 'x', text: 'x'.repeat(2_000_001) },
  ])
    assert.deepEqual(await refusal(await world.call(ADA, 'POST', KNOWLEDGE, body)), [400, 'invalid_request'])
  assert.equal((await world.call(ADA, 'POST', KNOWLEDGE, { title: 'x', text: 'x'.repeat(8_100_000) })).status, 413)
  for (const query of [
    '',
    '?q=',
    '?q=%20',
    `?q=${'x'.repeat(1_001)}`,
    '?q=x&limit=0',
    '?q=x&limit=51',
    '?q=x&thread_id=x',
  ])
    assert.deepEqual(await refusal(await world.call(ADA, 'GET', `${KNOWLEDGE}/search${query}`)), [
      400,
      'invalid_request',
    ])
  assert.deepEqual(await titles(world, ADA), [])
  // Signs that mean something to a search engine mean nothing here.
  await add(world, ADA, { title: 'Ok', text: 'plain words' })
  for (const words of ["'; drop table", 'a & ! | ( )', '"unclosed', ':*', '\\', '%00', '🌊'])
    assert.ok(Array.isArray(await search(world, ADA, words)), words)

  const reader: Principal = { ...ADA, scopes: ['tasks:read'] }
  const added = await world.call(reader, 'POST', KNOWLEDGE, { title: 'x', text: 'x' })
  assert.deepEqual(await refusal(added), [403, 'missing_scope'])
  assert.deepEqual(await refusal(await world.call(reader, 'DELETE', `${KNOWLEDGE}/${NOBODYS}`)), [403, 'missing_scope'])
  assert.equal((await world.call(null, 'GET', KNOWLEDGE)).status, 401)
})

test('people are given what is kept about them, and may have it taken away; others only by an administrator', async (t) => {
  const world = await openWorld(t)
  const { id } = await jsonOf(await world.call(ADA, 'POST', '/v1/threads', {}))
  await world.call(ADA, 'POST', `/v1/threads/${String(id)}/messages`, { text: 'remember the milk' })
  const exported = await world.call(ADA, 'GET', '/v1/people/ada/export')
  assert.equal(exported.headers.get('content-type'), 'application/x-ndjson')
  const records = (await exported.text())
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  assert.equal(records.length, 2)
  assert.match(JSON.stringify(records), /remember the milk/)
  assert.match(await (await world.call(OWNER, 'GET', '/v1/people/ada/export')).text(), /remember the milk/)

  const helper: Principal = { ...OWNER, scopes: ['tasks:read', 'tasks:write'] }
  for (const [who, person] of [
    [BOB, 'ada'],
    [BOB, 'owner'],
    [helper, 'ada'],
    [OWNER, 'nobody'],
    [OWNER, '..%2F..'],
    [ADA, 'ada%00'],
  ] as const) {
    const path = `/v1/people/${person}`
    assert.deepEqual(await refusal(await world.call(who, 'GET', `${path}/export`)), [404, 'person_not_found'], person)
    assert.deepEqual(await refusal(await world.call(who, 'DELETE', path)), [404, 'person_not_found'], person)
  }
  const reader: Principal = { ...ADA, scopes: ['tasks:read'] }
  assert.deepEqual(await refusal(await world.call(reader, 'DELETE', '/v1/people/ada')), [403, 'missing_scope'])

  const task = await world.createTask(ADA)
  const { append } = await world.claimed(task)
  const routed = {
    intent: 'question',
    task_type: 'question',
    confidence: 1,
    summary: '',
    plan: '',
    needs_confirmation: false,
    command: null,
    ask: null,
    source: null,
  } as const
  await append(
    { type: 'task.routed', data: routed },
    { type: 'task.queued', data: { reason: 'test' } },
    { type: 'task.started', data: { worker: 'w', sandbox_level: 'L2' } },
  )
  assert.deepEqual(await refusal(await world.call(ADA, 'DELETE', '/v1/people/ada')), [409, 'tasks_running'])
  await world.call(ADA, 'POST', `/v1/tasks/${task}/abort`, {})
  await append({ type: 'task.aborted', data: { by: ADA.userId, reason: 'x' } })
  const erased = await jsonOf(await world.call(ADA, 'DELETE', '/v1/people/ada'))
  assert.deepEqual(erased, { records: { messages: 3 } })
  assert.equal(await (await world.call(ADA, 'GET', '/v1/people/ada/export')).text(), '')
})
