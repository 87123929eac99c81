import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { factSchema, memorySchema } from '../../src/adapters/http/conversation-wire.ts'
import type { FactId, MessageId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { Fact, MemoryScope } from '../../src/core/vocabulary/memory.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { ADA, BOB, openWorld, OWNER } from './http-world.ts'
import type { World } from './http-world.ts'

const NOBODYS = '01900000-0000-7000-8000-000000000000'
const FACTS = '/v1/memory/facts'

async function factOf(response: Response, status = 201): Promise<z.output<typeof factSchema>> {
  assert.equal(response.status, status, await response.clone().text())
  return factSchema.parse(await response.json())
}

async function memoryOf(world: World, who: Principal, query = ''): Promise<z.output<typeof memorySchema>> {
  return memorySchema.parse(await (await world.call(who, 'GET', `/v1/memory${query}`)).json())
}

async function refusal(response: Response): Promise<readonly [number, unknown]> {
  const text = await response.text()
  assert.equal(response.headers.get('content-type'), 'application/problem+json', text)
  return [response.status, (JSON.parse(text) as { code: unknown }).code]
}

async function threadOf(world: World, who: Principal): Promise<string> {
  const thread: unknown = await (await world.call(who, 'POST', '/v1/threads', {})).json()
  return z.object({ id: z.string() }).parse(thread).id
}

function proposed(wishes: Partial<Fact>): Fact {
  return {
    id: NOBODYS as FactId,
    scope: 'person:ada' as MemoryScope,
    kind: 'preference',
    text: 'Ada likes short answers.',
    rule: null,
    confidence: 0.8,
    quote: 'I like short answers',
    from: 'ada' as UserId,
    messageId: null,
    taskId: null,
    proposedBy: 'agent',
    status: 'proposed',
    decidedBy: null,
    createdAt: new Date(),
    decidedAt: null,
    ...wishes,
  }
}

test('what is said to be remembered is, for whom it was said, and can be dropped and kept again', async (t) => {
  const world = await openWorld(t)
  const fact = await factOf(await world.call(ADA, 'POST', FACTS, { text: 'I live in Turin' }))
  assert.deepEqual([fact.scope, fact.kind, fact.status, fact.proposed_by], ['me', 'fact', 'kept', 'person'])
  const same = await factOf(await world.call(ADA, 'POST', FACTS, { text: 'I live in Turin' }))
  assert.equal(same.id, fact.id)
  const rule = await factOf(await world.call(ADA, 'POST', FACTS, { text: 'Never touch production.' }))
  assert.deepEqual([rule.kind, rule.rule], ['constraint', 'never'])

  assert.deepEqual(
    (await memoryOf(world, ADA)).facts.map(({ id }) => id),
    [rule.id, fact.id],
  )
  assert.deepEqual((await memoryOf(world, BOB)).facts, [])
  assert.deepEqual((await memoryOf(world, OWNER)).facts, [])
  const dropped = await factOf(await world.call(ADA, 'POST', `${FACTS}/${fact.id}/drop`, {}), 200)
  assert.deepEqual([dropped.status, dropped.decided_by], ['dropped', 'ada'])
  assert.equal((await factOf(await world.call(ADA, 'POST', `${FACTS}/${fact.id}/keep`, {}), 200)).status, 'kept')
})

test('what was proposed waits for the person whose words it is made of', async (t) => {
  const world = await openWorld(t)
  await world.deps.facts.add(proposed({}))
  for (const who of [BOB, OWNER])
    for (const verb of ['keep', 'drop'])
      assert.deepEqual(await refusal(await world.call(who, 'POST', `${FACTS}/${NOBODYS}/${verb}`, {})), [
        404,
        'fact_not_found',
      ])
  assert.equal((await memoryOf(world, ADA)).facts[0]?.status, 'proposed')
  const kept = await factOf(await world.call(ADA, 'POST', `${FACTS}/${NOBODYS}/keep`, {}), 200)
  assert.deepEqual([kept.status, kept.quote], ['kept', 'I like short answers'])
})

test('what all share is changed by owners alone, and only what is kept of it is seen by the others', async (t) => {
  const world = await openWorld(t)
  const denied = await world.call(ADA, 'POST', FACTS, { text: 'We use tabs.', scope: 'shared' })
  assert.deepEqual(await refusal(denied), [403, 'owners_only'])
  const fact = await factOf(await world.call(OWNER, 'POST', FACTS, { text: 'We use tabs.', scope: 'shared' }))
  assert.equal(fact.scope, 'shared')
  assert.deepEqual(
    (await memoryOf(world, ADA)).facts.map(({ id }) => id),
    [fact.id],
  )
  const path = `${FACTS}/${fact.id}`
  assert.deepEqual(await refusal(await world.call(ADA, 'POST', `${path}/drop`, {})), [403, 'owners_only'])
  assert.equal((await factOf(await world.call(OWNER, 'POST', `${path}/drop`, {}), 200)).status, 'dropped')
  assert.deepEqual((await memoryOf(world, ADA)).facts, [])
  assert.equal((await memoryOf(world, OWNER)).facts.length, 1)
})

test("a conversation's memory is its own: named by its id, and by nobody who may not see it", async (t) => {
  const world = await openWorld(t)
  const [id, bobs] = [await threadOf(world, ADA), await threadOf(world, BOB)]
  const body = { text: 'Here we speak French.', scope: 'thread', thread_id: id }
  const fact = await factOf(await world.call(ADA, 'POST', FACTS, body))
  assert.equal(fact.scope, 'thread')
  assert.deepEqual((await memoryOf(world, ADA)).facts, [])
  assert.equal((await memoryOf(world, ADA, `?thread_id=${id}`)).facts.length, 1)

  for (const thread of [id, NOBODYS]) {
    assert.deepEqual(await refusal(await world.call(BOB, 'GET', `/v1/memory?thread_id=${thread}`)), [
      404,
      'thread_not_found',
    ])
    const foreign = await world.call(BOB, 'POST', FACTS, { ...body, thread_id: thread })
    assert.deepEqual(await refusal(foreign), [404, 'thread_not_found'])
    const file = { scope: 'thread', thread_id: thread, name: 'MEMORY.md', text: 'x' }
    assert.deepEqual(await refusal(await world.call(BOB, 'PUT', '/v1/memory/files', file)), [404, 'thread_not_found'])
  }
  for (const query of ['', `?thread_id=${id}`, `?thread_id=${bobs}`])
    assert.deepEqual(await refusal(await world.call(BOB, 'POST', `${FACTS}/${fact.id}/drop${query}`, {})), [
      404,
      'fact_not_found',
    ])
  const dropped = await world.call(ADA, 'POST', `${FACTS}/${fact.id}/drop?thread_id=${id}`, {})
  assert.equal((await factOf(dropped, 200)).status, 'dropped')
  const unnamed = await world.call(ADA, 'POST', FACTS, { text: 'Here too.', scope: 'thread' })
  assert.deepEqual(await refusal(unnamed), [400, 'invalid_request'])

  // What was found in a message needs no naming: its conversation is known.
  const chat = { interface: 'http', chat: 'ada/x#0', externalId: '1', author: ADA.userId, text: 'x', raw: {} } as const
  const message = await world.deps.conversations.hear(chat, new Date())
  const found = proposed({ scope: 'chat:http/ada/x' as MemoryScope, messageId: message.id satisfies MessageId })
  await world.deps.facts.add(found)
  assert.deepEqual(await refusal(await world.call(BOB, 'POST', `${FACTS}/${found.id}/keep`, {})), [
    404,
    'fact_not_found',
  ])
  assert.equal((await factOf(await world.call(ADA, 'POST', `${FACTS}/${found.id}/keep`, {}), 200)).status, 'kept')
})

test('linked ids are one person, and have one memory', async (t) => {
  const world = await openWorld(t)
  const { identities } = world.deps
  const phone: Principal = { ...ADA, userId: 'telegram:7' as UserId }
  await world.call(phone, 'POST', FACTS, { text: 'I live in Turin' })
  await identities.offerLink(ADA.userId, 'code', new Date(Date.now() + 60_000))
  await identities.takeLink('code', phone.userId, new Date())
  const texts = async (who: Principal) => (await memoryOf(world, who)).facts.map(({ text }) => text)
  assert.deepEqual(await texts(ADA), ['I live in Turin'])
  assert.deepEqual(await texts(phone), ['I live in Turin'])
  assert.deepEqual(await texts(BOB), [])
})

test('memory files are read and replaced, each within its own scope', async (t) => {
  const world = await openWorld(t)
  const put = (who: Principal, body: object) => world.call(who, 'PUT', '/v1/memory/files', body)
  for (const [who, scope] of [
    [ADA, 'me'],
    [OWNER, 'shared'],
  ] as const) {
    const file = { scope, name: 'SOUL.md', text: `Be brief, says ${scope}.` }
    const response = await put(who, file)
    assert.equal(response.status, 200)
    assert.deepEqual(await response.json(), file)
  }
  assert.equal((await put(ADA, { name: 'memory/2026-11-21.md', text: 'Ærø 🌊' })).status, 200)
  const files = (await memoryOf(world, ADA)).files.map(({ scope, name, text }) => `${scope} ${name} ${text}`)
  assert.deepEqual(files.toSorted(), [
    'me SOUL.md Be brief, says me.',
    'me memory/2026-11-21.md Ærø 🌊',
    'shared SOUL.md Be brief, says shared.',
  ])
  assert.equal((await memoryOf(world, BOB)).files.length, 1)
  assert.deepEqual(await refusal(await put(ADA, { scope: 'shared', name: 'SOUL.md', text: 'x' })), [403, 'owners_only'])

  for (const name of [
    '../../etc/passwd',
    'SOUL.md/../x',
    '/SOUL.md',
    'soul.md',
    'memory/2026-13-01.md',
    'memory/../SOUL.md',
    'memory/2026-11-21.md\n',
    'SOUL.md\0',
    '',
  ])
    assert.equal((await put(ADA, { name, text: 'x' })).status, 400, name)
  assert.equal((await put(ADA, { name: 'SOUL.md', text: '漢'.repeat(30_000) })).status, 400)
  assert.equal((await put(ADA, { name: 'SOUL.md', text: 'x'.repeat(64_001) })).status, 400)
  assert.equal((await put(ADA, { name: 'SOUL.md', text: 'x'.repeat(1_100_000) })).status, 413)
  assert.equal((await memoryOf(world, ADA)).files.length, 3)
})

test('facts that are none are refused', async (t) => {
  const world = await openWorld(t)
  for (const body of [
    {},
    { text: '' },
    { text: '  ' },
    { text: 'x'.repeat(1_001) },
    { text: 'a'.repeat(301) },
    { text: '12345' },
    { text: 'It hides \u202eesrever.' },
    { text: 'The build timed out today.', kind: 'lesson' },
    { text: 'x', kind: 'secret' },
    { text: 'x', scope: 'person:bob' },
    { text: 'x', scope: 'thread', thread_id: '../x' },
  ])
    assert.deepEqual(await refusal(await world.call(ADA, 'POST', FACTS, body)), [400, 'invalid_request'])
  assert.deepEqual((await memoryOf(world, ADA)).facts, [])
  const reader: Principal = { ...ADA, scopes: ['tasks:read'] }
  for (const [method, path, body] of [
    ['POST', FACTS, { text: 'I like tea.' }],
    ['POST', `${FACTS}/${NOBODYS}/keep`, {}],
    ['PUT', '/v1/memory/files', { name: 'SOUL.md', text: 'x' }],
  ] as const)
    assert.deepEqual(await refusal(await world.call(reader, method, path, body)), [403, 'missing_scope'], path)
  assert.equal((await world.call(null, 'GET', '/v1/memory')).status, 401)
})
