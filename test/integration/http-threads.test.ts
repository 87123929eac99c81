import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contextSchema, threadSchema } from '../../src/adapters/http/conversation-wire.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { begin, messagesOf, NOBODYS, propose, refusal, say, threadPage } from './http-conversation.ts'
import { ADA, BOB, jsonOf, openWorld, OWNER } from './http-world.ts'

test('a conversation is begun, spoken in, read, listed, and begun afresh', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const { message, task } = await say(world, ADA, id, { text: 'make a page' })
  assert.equal(message.text, 'make a page')
  assert.equal(task?.input_text, 'make a page')
  assert.equal(task?.confirm, true)
  assert.equal(task?.thread_id, id)

  const { items } = await messagesOf(world, ADA, id)
  assert.deepEqual(
    items.map((it) => [it.text, it.role, it.author, it.in_context]),
    [
      ['/new', 'user', 'ada', false],
      ['make a page', 'user', 'ada', true],
    ],
  )
  assert.equal(items[1]?.task_id, task?.id)

  const again = threadSchema.parse(await (await world.call(ADA, 'POST', `/v1/threads/${id}/new`, {})).json())
  assert.notEqual(again.id, id)
  assert.match(again.chat, /^ada\/.+#1$/)
  const third = threadSchema.parse(await (await world.call(ADA, 'POST', `/v1/threads/${id}/new`, {})).json())
  assert.match(third.chat, /#2$/)
  assert.equal((await messagesOf(world, ADA, again.id)).items.length, 1)

  await say(world, ADA, id, { text: 'hello again' })
  const listed = threadPage.parse(await (await world.call(ADA, 'GET', '/v1/threads')).json())
  assert.equal(listed.items[0]?.id, id)
  assert.equal(listed.items[0]?.last_message?.text, 'hello again')
  assert.equal(listed.items.length, 3)
})

test('a proposal says what it usually takes, and yes starts it; no stops it', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  for (const [words, yes, status] of [
    ['yes', true, 'queued'],
    ['No.', false, 'aborted'],
  ] as const) {
    const { task } = await say(world, ADA, id, { text: `a page, please: ${words}` })
    await propose(world, task?.id ?? '')
    const waiting = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${task?.id}`))
    assert.equal(waiting['status'], 'needs_approval')
    const approval = waiting['approval'] as Record<string, unknown>
    assert.deepEqual(approval['estimate'], { seconds: 40, tokens: 9_000, tasks: 5 })
    const said = (await messagesOf(world, ADA, id)).items.at(-1)
    assert.deepEqual([said?.role, said?.task_id], ['assistant', task?.id])
    assert.match(said?.text ?? '', /^Understood: You want a page\.\nWill: Make one\./)

    const { answered, task: none } = await say(world, ADA, id, { text: words })
    assert.equal(none, null)
    assert.deepEqual(answered, { task_id: task?.id, approval_id: approval['id'], yes, refused: null })
    assert.equal((await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${task?.id}`)))['status'], status)
  }
})

test('a further word takes the place of what waits; a yes to two things answers neither', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const first = await say(world, ADA, id, { text: 'make a page' })
  await propose(world, first.task?.id ?? '')
  const second = await say(world, ADA, id, { text: 'rather a blue one' })
  assert.deepEqual(second.replaced, [first.task?.id])
  const before = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${first.task?.id}`))
  assert.equal(before['status'], 'aborted')
  assert.equal((before['approval'] as Record<string, unknown>)['status'], 'superseded')

  await propose(world, second.task?.id ?? '')
  // An explicit order in the same conversation waits as well, and is replaced by nothing.
  const order = await world.deps.acceptRequest({
    interface: 'http',
    chat: threadSchema.parse(await (await world.call(ADA, 'GET', `/v1/threads/${id}`)).json()).chat,
    externalId: 'an order',
    author: ADA.userId,
    text: 'ls',
    raw: {},
    taskType: 'shell_command',
    source: { type: 'empty' },
  })
  assert.ok('task' in order)
  const unclear = await say(world, ADA, id, { text: 'yes' })
  assert.deepEqual([unclear.task, unclear.answered], [null, null])
  assert.deepEqual(new Set(unclear.waiting), new Set([second.task?.id, order.task.id]))
})

test('the same external_id is the same message, also at once; with another text it is refused', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const body = { text: 'make a page', external_id: 'a-1' }
  const all = await Promise.all(Array.from({ length: 8 }, () => say(world, ADA, id, body)))
  assert.equal(new Set(all.map((it) => it.message.id)).size, 1)
  assert.equal(new Set(all.map((it) => it.task?.id)).size, 1)
  const path = `/v1/threads/${id}/messages`
  assert.equal((await world.call(ADA, 'POST', path, body)).status, 200)
  const other = await world.call(ADA, 'POST', path, { ...body, text: 'make another' })
  assert.deepEqual(await refusal(other), [409, 'external_id_reused'])
  // In another conversation it is another message.
  const elsewhere = await say(world, ADA, await begin(world, ADA), body)
  assert.notEqual(elsewhere.message.id, all[0]?.message.id)
  assert.equal((await messagesOf(world, ADA, id)).items.length, 2)
})

test('an order starts at once, a literal command waits for its approval, and neither answers or replaces', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const { task: waiting } = await say(world, ADA, id, { text: 'make a page' })
  await propose(world, waiting?.id ?? '')
  const order = await say(world, ADA, id, { text: '/task make a blue page' })
  assert.deepEqual([order.task?.confirm, order.task?.input_text, order.replaced], [false, 'make a blue page', []])
  const command = await say(world, ADA, id, { text: '/run ls -la' })
  assert.deepEqual([command.task?.task_type, command.task?.input_text], ['shell_command', 'ls -la'])
  assert.equal(command.task?.status, 'needs_approval')
  assert.equal((await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${waiting?.id}`)))['status'], 'needs_approval')
})

test('of a yes and another word that come at once exactly one wins', async (t) => {
  const world = await openWorld(t)
  for (let round = 0; round < 6; round += 1) {
    const id = await begin(world, ADA)
    const { task } = await say(world, ADA, id, { text: 'make a page' })
    await propose(world, task?.id ?? '')
    const approve = world.call(ADA, 'POST', `/v1/tasks/${task?.id}/approve`, {})
    const [answer, comment] = await Promise.all([approve, say(world, ADA, id, { text: 'rather a blue one' })])
    const now = await jsonOf(await world.call(ADA, 'GET', `/v1/tasks/${task?.id}`))
    const approved = answer.status === 200
    assert.equal(now['status'], approved ? 'queued' : 'aborted')
    assert.deepEqual(comment.replaced, approved ? [] : [task?.id])
    assert.equal(comment.task?.input_text, 'rather a blue one')
  }
})

test("others' conversations are there for owners alone, and for them to read", async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  await say(world, ADA, id, { text: 'a secret plan' })
  for (const [method, rest, body] of [
    ['GET', '', undefined],
    ['GET', '/messages', undefined],
    ['GET', '/context?text=plan', undefined],
    ['POST', '/messages', { text: 'hello' }],
    ['POST', '/artifacts?name=a.txt', {}],
    ['POST', '/new', {}],
  ] as const) {
    const foreign = await world.call(BOB, method, `/v1/threads/${id}${rest}`, body)
    assert.deepEqual(await refusal(foreign), [404, 'thread_not_found'], `${method} ${rest}`)
    const unknown = await world.call(BOB, method, `/v1/threads/${NOBODYS}${rest}`, body)
    assert.deepEqual(await refusal(unknown), [404, 'thread_not_found'], `${method} ${rest}`)
    const owners = await world.call(OWNER, method, `/v1/threads/${id}${rest}`, body)
    if (method === 'GET') assert.equal(owners.status, 200, rest)
    else assert.deepEqual(await refusal(owners), [403, 'not_yours'], rest)
  }
  assert.equal(threadPage.parse(await (await world.call(BOB, 'GET', '/v1/threads')).json()).items.length, 0)
  assert.equal(threadPage.parse(await (await world.call(OWNER, 'GET', '/v1/threads')).json()).items.length, 1)

  const reader: Principal = { ...ADA, scopes: ['tasks:read'] }
  assert.equal((await world.call(reader, 'GET', `/v1/threads/${id}`)).status, 200)
  const write = await world.call(reader, 'POST', `/v1/threads/${id}/messages`, { text: 'x' })
  assert.deepEqual(await refusal(write), [403, 'missing_scope'])
  const nothing: Principal = { ...ADA, scopes: [] }
  assert.equal((await world.call(nothing, 'GET', '/v1/threads')).status, 403)
  assert.equal((await world.call(null, 'GET', '/v1/threads')).status, 401)
})

test('a conversation of another interface is read here and held there', async (t) => {
  const world = await openWorld(t)
  const incoming = { chat: '7/7/#0', externalId: '1', author: ADA.userId, text: 'hi', raw: {} }
  const { threadId } = await world.deps.conversations.hear({ interface: 'telegram', ...incoming }, new Date())
  assert.equal((await messagesOf(world, ADA, threadId)).items.length, 1)
  const path = `/v1/threads/${threadId}`
  const written = await world.call(ADA, 'POST', `${path}/messages`, { text: 'x' })
  assert.deepEqual(await refusal(written), [409, 'held_elsewhere'])
  assert.deepEqual(await refusal(await world.call(ADA, 'POST', `${path}/new`, {})), [409, 'held_elsewhere'])
})

test('a long conversation is read page by page, and nobody reads on from a message of another', async (t) => {
  const world = await openWorld(t)
  const [id, other] = [await begin(world, ADA), await begin(world, BOB)]
  for (let at = 0; at < 6; at += 1) await say(world, ADA, id, { text: `word ${at}` })
  const foreign = (await say(world, BOB, other, { text: 'mine' })).message.id
  const pages: string[][] = []
  for (let before: string | null = ''; before !== null;) {
    const page: Awaited<ReturnType<typeof messagesOf>> = await messagesOf(
      world,
      ADA,
      id,
      `?limit=3${before === '' ? '' : `&before=${before}`}`,
    )
    pages.unshift(page.items.map(({ text }) => text))
    before = page.next_cursor
  }
  assert.deepEqual(pages.flat(), ['/new', ...Array.from({ length: 6 }, (_, at) => `word ${at}`)])
  assert.deepEqual(
    pages.map((page) => page.length),
    [1, 3, 3],
  )
  for (const before of [foreign, NOBODYS, 'x', '', "'; drop table messages"]) {
    const path = `/v1/threads/${id}/messages?before=${encodeURIComponent(before)}`
    assert.deepEqual(await refusal(await world.call(ADA, 'GET', path)), [400, 'invalid_request'], before)
  }
  // A cursor of an owner's list shows nobody else what the owner saw.
  for (let at = 0; at < 3; at += 1) await begin(world, BOB)
  const owners = threadPage.parse(await (await world.call(OWNER, 'GET', '/v1/threads?limit=2')).json())
  assert.notEqual(owners.next_cursor, null)
  const mine = await world.call(ADA, 'GET', `/v1/threads?cursor=${encodeURIComponent(owners.next_cursor ?? '')}`)
  for (const thread of threadPage.parse(await mine.json()).items) assert.equal(thread.started_by, 'ada')
  for (const cursor of ['%00', 'a%20b', 'x'.repeat(600)])
    assert.equal((await world.call(ADA, 'GET', `/v1/threads?cursor=${cursor}`)).status, 400, cursor)
})

test('words that are empty, too long or malformed are refused, and nothing is kept of them', async (t) => {
  const world = await openWorld(t)
  const id = await begin(world, ADA)
  const path = `/v1/threads/${id}/messages`
  for (const body of [
    {},
    { text: '' },
    { text: ' \n\t' },
    { text: 7 },
    { text: 'x'.repeat(32_001) },
    { text: 'x', external_id: '' },
    { text: 'x', external_id: 'a b' },
    { text: 'x', external_id: 'x'.repeat(201) },
    { text: 'x', artifact_ids: ['../../etc/passwd'] },
    { text: 'x', artifact_ids: Array.from({ length: 21 }, () => NOBODYS) },
    { text: 'x', artifact_ids: [NOBODYS] },
  ])
    assert.deepEqual(await refusal(await world.call(ADA, 'POST', path, body)), [400, 'invalid_request'])
  assert.equal((await world.call(ADA, 'POST', path, { text: 'x'.repeat(1_100_000) })).status, 413)
  assert.equal((await messagesOf(world, ADA, id)).items.length, 1)
  assert.equal((await say(world, ADA, id, { text: 'x'.repeat(32_000) })).message.text.length, 32_000)
})

test('what models would be told is shown: this conversation, and nothing of another', async (t) => {
  const world = await openWorld(t)
  const [id, other] = [await begin(world, ADA), await begin(world, ADA)]
  await say(world, ADA, id, { text: 'my boat is called Otter' })
  await say(world, ADA, other, { text: 'my car is called Badger' })
  await world.call(ADA, 'POST', '/v1/memory/facts', { text: 'Never touch production.' })
  const response = await world.call(ADA, 'GET', `/v1/threads/${id}/context?text=boat`)
  const pack = contextSchema.parse(await response.json())
  assert.match(pack.text, /Otter/)
  assert.doesNotMatch(pack.text, /Badger/)
  assert.match(pack.rules, /[Nn]ever touch production/)
  assert.ok(pack.tokens <= pack.budget)
  // The owner who looks is told what they themselves would be told there.
  const owners = contextSchema.parse(await (await world.call(OWNER, 'GET', `/v1/threads/${id}/context`)).json())
  assert.equal(owners.rules, '')
  const long = await world.call(ADA, 'GET', `/v1/threads/${id}/context?text=${'x'.repeat(4_001)}`)
  assert.deepEqual(await refusal(long), [400, 'invalid_request'])
})
